package console

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"github.com/mockcloud/mockcloud/internal/pages"
)

// texts holds every text of the pages by its key, one for each language. Each file
// below texts has those of a subject; they are read when the first page is asked
// for.
var texts = sync.OnceValues(func() (map[string][]string, error) {
	all := make(map[string][]string)
	names, err := fs.Glob(files, "texts/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var some map[string]map[string]string
		if err := json.Unmarshal(content, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, byTag := range some {
			row := make([]string, len(pages.Languages))
			for i, l := range pages.Languages {
				row[i] = byTag[l.Tag]
			}
			all[key] = row
		}
	}
	return all, nil
})

// text is a text in the language, or the key itself where there is none.
func text(language int, key string, args ...any) string {
	all, err := texts()
	if err != nil {
		return key
	}
	row, ok := all[key]
	switch {
	case !ok:
		return key
	case len(args) > 0:
		return fmt.Sprintf(row[language], args...)
	}
	return row[language]
}

// has says whether there is such a text.
func has(key string) bool {
	all, err := texts()
	_, ok := all[key]
	return err == nil && ok
}
