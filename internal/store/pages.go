package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The library's own check trusts what pages say about lengths and places, in a
// goroutine where nobody can catch the fault that a lie leads to. So every page
// is read here first, from the file instead of the mapping, and believed nothing
// that leads out of it.

// After a page's header come its elements, 16 bytes each. In a branch they say
// where the element's key is and how long, uint32 each, and which page is below,
// uint64. In a leaf they are uint32: flags, where key and value are, the key's
// length and the value's. Places count from the element itself. A bucket's value
// is the page of its root and its sequence, uint64 each; a root of 0 means that a
// page of its own follows right there.
const (
	elementSize  = 16
	bucketSize   = 16
	bucketFlag   = 0x01
	deepestPages = 64 // what a sound tree never reaches
)

// surveyor goes through all pages that are in use.
type surveyor struct {
	file  io.ReaderAt
	meta  meta
	used  []bool
	found func(format string, args ...any)
}

// survey reports everything by which the library could be led astray, and returns
// how many pages there are and how many of them are free.
func survey(file io.ReaderAt, m meta, found func(string, ...any)) (pages, free int) {
	w := &surveyor{file: file, meta: m, used: make([]bool, m.end), found: found}
	w.use(0, 2) // the headers
	if m.freelist != noFreelist {
		var header [pageHeader]byte
		if w.read(header[:], m.freelist) {
			w.use(m.freelist, uint64(binary.NativeEndian.Uint32(header[12:]))+1) // in range: opening looked
		}
	}
	w.tree(m.root, 0)
	for _, used := range w.used {
		if !used {
			free++
		}
	}
	return len(w.used), free
}

// read fills b from the beginning of a page.
func (w *surveyor) read(b []byte, page uint64) bool {
	if _, err := w.file.ReadAt(b, int64(page)*w.meta.pageSize); err != nil && !errors.Is(err, io.EOF) {
		w.found("page %d cannot be read: %v", page, bareReason(err))
		return false
	}
	return true
}

// use notes that pages are in use, each of which must be so only once.
func (w *surveyor) use(first, count uint64) bool {
	for id := first; id < first+count; id++ {
		if w.used[id] {
			w.found("page %d is used twice", id)
			return false
		}
		w.used[id] = true
	}
	return true
}

// tree walks a page and all that is below it.
func (w *surveyor) tree(id uint64, depth int) {
	if id < 2 || id >= w.meta.end {
		w.found("page %d is used, but there are only %d", id, w.meta.end)
		return
	}
	if depth > deepestPages {
		w.found("page %d lies too deep", id)
		return
	}
	var header [pageHeader]byte
	if !w.read(header[:], id) {
		return
	}
	order := binary.NativeEndian
	count := uint64(order.Uint32(header[12:])) + 1
	switch said := order.Uint64(header[:]); {
	case said != id:
		w.found("page %d says that it is page %d", id, said)
		return
	case count > w.meta.end-id:
		w.found("page %d is too long", id)
		return
	}
	if !w.use(id, count) {
		return
	}
	page := make([]byte, count*uint64(w.meta.pageSize))
	if w.read(page, id) {
		w.elements(page, fmt.Sprintf("page %d", id), depth)
	}
}

// elements walks what is in a page, which may be one that lies inside of another.
func (w *surveyor) elements(page []byte, name string, depth int) {
	order := binary.NativeEndian
	flags, count := order.Uint16(page[8:]), int(order.Uint16(page[10:]))
	if flags != branchFlag && flags != leafFlag {
		w.found("%s is of an unknown kind", name)
		return
	}
	if pageHeader+count*elementSize > len(page) || (flags == branchFlag && count == 0) {
		w.found("%s has an impossible number of elements", name)
		return
	}
	var last []byte
	for i := range count {
		at := uint64(pageHeader + i*elementSize)
		e := page[at : at+elementSize]
		place, keySize, valueSize := uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), uint64(0)
		if flags == leafFlag {
			place, keySize, valueSize = keySize, uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
		}
		start := at + place
		if start+keySize+valueSize > uint64(len(page)) {
			w.found("%s: element %d leads out of the page", name, i)
			return
		}
		key := page[start : start+keySize]
		if i > 0 && bytes.Compare(key, last) <= 0 {
			w.found("%s: element %d is out of order", name, i)
		}
		last = key
		switch value := page[start+keySize : start+keySize+valueSize]; {
		case flags == branchFlag:
			w.tree(order.Uint64(e[8:]), depth+1)
		case order.Uint32(e)&bucketFlag != 0:
			w.bucket(value, fmt.Sprintf("%s, element %d", name, i), depth+1)
		}
	}
}

// bucket walks what a bucket's value leads to.
func (w *surveyor) bucket(value []byte, name string, depth int) {
	if len(value) < bucketSize {
		w.found("%s is too short for a bucket", name)
		return
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		w.tree(root, depth)
		return
	}
	inner := value[bucketSize:]
	if len(inner) < pageHeader || binary.NativeEndian.Uint16(inner[8:]) != leafFlag || depth > deepestPages {
		w.found("%s is not a bucket", name)
		return
	}
	w.elements(inner, name, depth)
}
