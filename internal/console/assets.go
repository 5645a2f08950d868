package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// assetPrefix is where the style sheet and the scripts are.
const assetPrefix = "/console/assets/"

// styleSheet is the name of all style sheets together; baseStyles is the file of
// them that the others build on.
const (
	styleSheet = "console.css"
	baseStyles = "assets/base.css"
)

// asset is one of them, and what names its content.
type asset struct {
	content []byte
	digest  string
}

// assets are read when the first one is asked for, or the first page.
var assets = sync.OnceValue(func() map[string]asset {
	all := make(map[string]asset)
	var styles bytes.Buffer
	names, _ := fs.Glob(files, "assets/*") // the pattern is good
	// What the others build on comes first.
	slices.SortStableFunc(names, func(a, b string) int {
		return strings.Compare(strings.TrimPrefix(a, baseStyles), strings.TrimPrefix(b, baseStyles))
	})
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			continue
		}
		if strings.HasSuffix(name, ".css") {
			styles.Write(content)
			continue
		}
		all[path.Base(name)] = newAsset(content)
	}
	all[styleSheet] = newAsset(styles.Bytes())
	return all
})

func newAsset(content []byte) asset {
	sum := sha256.Sum256(content)
	return asset{content: content, digest: hex.EncodeToString(sum[:6])}
}

// assetURL is where browsers find an asset; it changes with its content.
func assetURL(name string) string {
	return assetPrefix + name + "?v=" + assets()[name].digest
}

// asset serves one of them. What names its content may be kept for good.
func (c *Console) asset(ec echo.Context) error {
	a, ok := assets()[ec.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	h := ec.Response().Header()
	h.Set("Cache-Control", "public, max-age=600")
	if ec.QueryParam("v") == a.digest {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Del("Pragma")
	h.Del("Expires")
	h.Set("X-Content-Type-Options", "nosniff")
	return ec.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(ec.Param("name"))), a.content)
}
