package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
)

// The library maps a file into memory and trusts what the file says about its
// own length; reading behind the end of a file that was cut short kills the
// process. So we read what it would trust first.

// A page starts with a header; in the first two pages, a meta record follows:
//
//	magic, version, page size, flags     uint32 each
//	root bucket's page and sequence      uint64 each
//	the free list's page                 uint64
//	end: number of pages in use          uint64
//	transaction id                       uint64
//	FNV-1a checksum of all above         uint64
//
// in the machine's own byte order.
const (
	pageHeader  = 16
	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2

	branchFlag   = 0x01
	leafFlag     = 0x02
	metaFlag     = 0x04
	freelistFlag = 0x10
	noFreelist   = ^uint64(0)
)

// meta is what matters here of a meta record.
type meta struct {
	magic, valid bool
	pageSize     int64
	root         uint64
	freelist     uint64
	end          uint64
	txid         uint64
}

// inspect reports whether there is a file with content at path, and refuses one
// that is no state file or not whole.
func inspect(path string) (found bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, &foreign{"is a directory"}
	case !info.Mode().IsRegular(): // a pipe, for one, would never open
		return false, &foreign{"is not a regular file"}
	case info.Size() == 0:
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	// The file is not locked yet, and what another process is just writing can look
	// like damage. Damage is still there when one looks again.
	for range 3 {
		if err = checkPages(f); err == nil {
			break
		}
	}
	return true, err
}

// checkPages refuses a file that is not whole.
func checkPages(f *os.File) error {
	newest, err := newestMeta(f)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	need := max(newest.end, 2)
	if have := uint64(info.Size()); have/uint64(newest.pageSize) < need {
		return &damage{fmt.Sprintf("cut short: %d bytes where %d are needed", have, need*uint64(newest.pageSize))}
	}
	return checkFreelist(f, newest)
}

// newestMeta returns the meta record that the library will go by.
func newestMeta(f io.ReaderAt) (meta, error) {
	first, err := readMeta(f, 0)
	if err != nil {
		return meta{}, err
	}
	ours := first.magic
	newest := first
	// The second page's place depends on the page size, which only the first page
	// tells; without it every possible one is tried, as the library does.
	from, to := int64(1<<10), int64(1<<24)
	if first.valid {
		from, to = first.pageSize, first.pageSize
	}
	for at := from; at <= to; at *= 2 {
		second, err := readMeta(f, at)
		if err != nil {
			return meta{}, err
		}
		ours = ours || second.magic
		if second.valid && second.pageSize == at && (!newest.valid || second.txid > newest.txid) {
			newest = second
		}
	}
	switch {
	case newest.valid:
		return newest, nil
	case ours:
		return meta{}, &damage{"both copies of its header are broken"}
	}
	return meta{}, &foreign{"is not a mockcloud state file"}
}

// readMeta reads the meta record of the page at an offset. What lies behind the
// end of the file reads as zero.
func readMeta(f io.ReaderAt, at int64) (meta, error) {
	var page [pageHeader + metaSize]byte
	if _, err := f.ReadAt(page[:], at); err != nil && !errors.Is(err, io.EOF) {
		return meta{}, err
	}
	b := page[pageHeader:]
	order := binary.NativeEndian
	m := meta{
		magic:    order.Uint32(b) == metaMagic,
		pageSize: int64(order.Uint32(b[8:])),
		root:     order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]),
		end:      order.Uint64(b[40:]),
		txid:     order.Uint64(b[48:]),
	}
	m.valid = m.magic && order.Uint32(b[4:]) == metaVersion && order.Uint64(b[56:]) == checksum(b[:56]) &&
		m.pageSize >= 1<<10 && m.pageSize <= 1<<24 && m.pageSize&(m.pageSize-1) == 0
	return m, nil
}

func checksum(b []byte) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write(b)
	return sum.Sum64()
}

// blankPages returns the four pages of a file that holds nothing: two headers,
// an empty list of free pages, and an empty root bucket.
func blankPages(pageSize int) []byte {
	const freelist, root, end = 2, 3, 4
	order := binary.NativeEndian
	pages := make([]byte, end*pageSize)
	for id, flags := range []uint16{metaFlag, metaFlag, freelistFlag, leafFlag} {
		page := pages[id*pageSize:]
		order.PutUint64(page, uint64(id))
		order.PutUint16(page[8:], flags)
		if flags != metaFlag {
			continue
		}
		b := page[pageHeader:]
		order.PutUint32(b, metaMagic)
		order.PutUint32(b[4:], metaVersion)
		order.PutUint32(b[8:], uint32(pageSize))
		order.PutUint64(b[16:], root)
		order.PutUint64(b[32:], freelist)
		order.PutUint64(b[40:], end)
		order.PutUint64(b[48:], uint64(id)) // the second header is the newer one
		order.PutUint64(b[56:], checksum(b[:56]))
	}
	return pages
}

// checkFreelist refuses a list of free pages that the library would choke on or,
// worse, write by. Its page has the usual header (page number uint64, flags and
// count uint16 each, number of further pages uint32) and then one uint64 for each
// free page, in order; when the count is 65535, the first of them is the count.
func checkFreelist(f io.ReaderAt, m meta) error {
	broken := &damage{"its list of free pages is broken"}
	if m.freelist == noFreelist {
		// The library then counts for itself, in a goroutine of its own, where a fault
		// would end the process.
		return soundPages(f, m)
	}
	if m.freelist < 2 || m.freelist >= m.end {
		return broken
	}
	at := int64(m.freelist) * m.pageSize
	order := binary.NativeEndian
	var header [pageHeader + 8]byte
	if _, err := f.ReadAt(header[:], at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	id, flags, count := order.Uint64(header[:]), order.Uint16(header[8:]), uint64(order.Uint16(header[10:]))
	pages := uint64(order.Uint32(header[12:])) + 1
	at += pageHeader
	if count == 0xffff {
		count = order.Uint64(header[pageHeader:])
		at += 8
	}
	if id != m.freelist || flags != freelistFlag || pages > m.end-m.freelist || count > m.end ||
		at+8*int64(count) > int64(m.freelist+pages)*m.pageSize {
		return broken
	}
	ids := make([]byte, 8*count)
	if _, err := f.ReadAt(ids, at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for last := uint64(1); len(ids) > 0; ids = ids[8:] {
		id := order.Uint64(ids)
		if id <= last || id >= m.end {
			return broken
		}
		last = id
	}
	return nil
}

// soundPages refuses a file with a page that leads astray.
func soundPages(f io.ReaderAt, m meta) error {
	var first error
	survey(f, m, func(format string, args ...any) {
		if first == nil {
			first = &damage{fmt.Sprintf(format, args...)}
		}
	})
	return first
}
