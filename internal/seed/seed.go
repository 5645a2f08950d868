// Package seed reads fixtures, YAML documents that describe organizations, and
// writes them into an empty state. What the format may say is told to editors
// by fixtures/schema.json; when a state is seeded is the server's business.
package seed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/fixtures"
	"github.com/mockcloud/mockcloud/internal/outbound"
)

// Source is a fixture that was not read yet.
type Source struct {
	Name string // as errors show it: a file's path, or embedded:default
	Data []byte
}

// Open returns the embedded fixture of that name, or else the file.
func Open(nameOrFile string) (Source, error) {
	names, err := Embedded()
	if err != nil {
		return Source{}, err
	}
	for _, name := range names {
		if name == nameOrFile {
			data, err := fixtures.Organizations.ReadFile(name + ".yaml")
			return Source{Name: "embedded:" + name, Data: data}, err
		}
	}
	data, err := os.ReadFile(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Source{}, &missingError{nameOrFile, names}
	}
	if err != nil {
		return Source{}, fmt.Errorf("fixture: %w", err)
	}
	return Source{Name: nameOrFile, Data: data}, nil
}

// missingError says that there is no fixture of that name. It is fs.ErrNotExist,
// whose words would add nothing.
type missingError struct {
	name     string
	embedded []string
}

func (e *missingError) Error() string {
	return fmt.Sprintf("fixture %s: there is no such file, and no embedded fixture of that name (embedded: %s)", e.name, strings.Join(e.embedded, ", "))
}

func (e *missingError) Unwrap() error { return fs.ErrNotExist }

// Embedded lists the names of the embedded fixtures.
func Embedded() ([]string, error) {
	files, err := fixtures.Organizations.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("embedded fixtures: %w", err)
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
	}
	return names, nil
}

// Document is what one or more fixtures say, checked and complete. It is
// read-only and can be applied any number of times.
type Document struct {
	organizations []*organization
	stubs         []*outbound.Stub
	environment   Environment
	digest        string
}

// Digest tells fixtures apart: it is the same for the same sources in the same
// order. The passwords that they publish carry it; see identity.Password.
func (d *Document) Digest() string { return d.digest }

// digestOf is the hex of the first eight bytes of a SHA-256.
func digestOf(texts ...[]byte) string {
	sum := sha256.New()
	for _, text := range texts {
		_, _ = sum.Write(text) // never fails (see hash.Hash)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Parse reads fixtures, and those that they include. A document adds to the
// organization of the same name that an earlier one describes; names are resolved
// when all are read. What stands in the way is an *Error.
func Parse(sources ...Source) (*Document, error) {
	p := parser{read: make(map[string]bool)}
	for _, s := range sources {
		p.read[s.Name] = true
	}
	for _, s := range sources {
		if err := p.parse(s); err != nil {
			return nil, err
		}
	}
	return resolve(p.entries, digestOf(p.texts...))
}

// parser collects the documents of sources.
type parser struct {
	entries []*document
	texts   [][]byte
	read    map[string]bool // sources that nobody need include
}

func (p *parser) parse(s Source) error {
	p.texts = append(p.texts, s.Data)
	roots, err := documents(s)
	if err != nil {
		return err
	}
	for _, root := range roots {
		entry := &document{place: root.place}
		if err := object(root, entry, documentKeys); err != nil {
			return err
		}
		for _, name := range entry.include {
			if err := p.include(name); err != nil {
				return err
			}
		}
		p.entries = append(p.entries, entry)
	}
	return nil
}

// include reads an embedded fixture before the one that asks for it.
func (p *parser) include(name text) error {
	names, err := Embedded()
	if err != nil {
		return err
	}
	if !slices.Contains(names, name.s) {
		return name.fail("there is no embedded fixture %q; there are %s", shorten(name.s), strings.Join(names, ", "))
	}
	s, err := Open(name.s)
	if err != nil || p.read[s.Name] {
		return err
	}
	p.read[s.Name] = true
	return p.parse(s)
}

// Load opens and parses fixtures by their names; see Open.
func Load(namesOrFiles ...string) (*Document, error) {
	sources := make([]Source, len(namesOrFiles))
	for i, name := range namesOrFiles {
		source, err := Open(name)
		if err != nil {
			return nil, err
		}
		sources[i] = source
	}
	return Parse(sources...)
}
