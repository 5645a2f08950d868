package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// upload hands out a URL to put a file to. Where the answer has a key for the file,
// other operations name it by that; else it is the file of the item that the path
// leads to.
func (p *plan) upload(c *handlers.Call) (any, error) {
	if p.answer == nil {
		return handlers.None{}, nil
	}
	out, path := p.sent(c), ""
	if !slices.ContainsFunc(uploadKeys, p.answer.Has) {
		path = p.innermostPath(c)
	}
	p.nameThings(c, p.answer, out)
	if p.answer.Has("selfUri") {
		out["selfUri"] = c.Path
	}
	if _, err := p.addUpload(c, p.answer, out, path, textOf(out["fileName"])); err != nil {
		return nil, err
	}
	fitted, _ := p.answer.Fit(out, spec.Filler{Now: c.Now(), ID: lastKey(c)})
	return fitted, nil
}

// arrival is what becomes of something when its file has come.
type arrival struct {
	engine *Engine
	tx     *store.Tx
	upload *upload.Upload
	file   *file
	now    time.Time
}

// arrived keeps a file, and tells what it is of.
func (e *Engine) arrived(tx *store.Tx, u *upload.Upload, f *file, now time.Time) error {
	a := &arrival{engine: e, tx: tx, upload: u, file: f, now: now}
	if !strings.HasPrefix(f.Path, uploadedUnder) {
		there, err := e.there(tx, f.Path)
		if err != nil {
			return err
		}
		if !there {
			return upload.ErrGone
		}
	}
	if err := keep(tx, f); err != nil {
		return err
	}
	if received := e.known.received[u.Kind]; received != nil {
		return received(a)
	}
	return a.settle(nil)
}

// mediaNames are the properties that say where the file of an item can be got.
var mediaNames = []string{"mediaUri", "contentUri", "contentLocation", "downloadSharingUri"}

// settle notes at an item that its file is there: how it stands, where the file can
// be got, what it is. also are further changes.
func (a *arrival) settle(also fields) error {
	d, err := find(a.tx, a.file.Path)
	if err != nil || d == nil {
		return err
	}
	p, err := a.engine.planOf(a.upload.Kind)
	if err != nil || p.entity == nil {
		return err
	}
	changes := fields{}
	finish(p.entity, changes, a.now)
	for _, name := range mediaNames {
		if !p.entity.Has(name) {
			continue
		}
		if changes[name], err = a.download(a.file.Path, a.name("content")); err != nil {
			return err
		}
	}
	size := number(int(a.file.Size))
	about := fields{"contentLength": size, "contentType": a.file.Type, "dateUploaded": a.now.UTC().Format(clock.Layout)}
	for name, value := range about {
		if p.entity.Has(name) {
			changes[name] = value
		}
	}
	maps.Copy(changes, also)
	return a.set(d, changes)
}

// name is the file's own, or another where it has none.
func (a *arrival) name(otherwise string) string {
	if a.file.Name == "" {
		return otherwise
	}
	return a.file.Name
}

// download is a lasting address of a file of the item at a path.
func (a *arrival) download(path, file string) (string, error) {
	return a.engine.newDownload(a.tx, a.engine.Issuer(), a.engine.NewID(), path, file)
}

// set changes properties of an item, unless its answers do not have them.
func (a *arrival) set(d *document, changes fields) error {
	changed, err := d.with(changes)
	if err != nil {
		return err
	}
	return replace(a.tx, d, changed)
}

// with is the item with other values of some properties.
func (d *document) with(changes fields) (*document, error) {
	body := shallow(d.Body)
	maps.Copy(body, changes)
	text, err := encode(body)
	if err != nil {
		return nil, err
	}
	changed := *d
	changed.Body = text
	return &changed, nil
}

// atoi is the number that a text is, 0 for none.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
