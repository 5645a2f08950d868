package seed

import (
	"crypto/sha1"
	"encoding/hex"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// namespace is the UUID 6d6f636b-636c-4f75-a400-0000000f1c5e in bytes. Changing
// it changes every id that a fixture leaves out.
const namespace = "mockclOu\xa4\x00\x00\x00\x00\x0f\x1c\x5e"

// DeriveID returns the id of what a fixture gives none: a name-based UUID
// (version 5) of the organization's name, the kind of thing and its name,
// whatever their case. The same fixture gives the same ids, everywhere.
func DeriveID(org, kind, name string) string {
	sum := sha1.Sum([]byte(namespace + identity.Fold(org) + "\x00" + kind + "\x00" + identity.Fold(name)))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80

	var out [36]byte
	hex.Encode(out[0:8], id[0:4])
	hex.Encode(out[9:13], id[4:6])
	hex.Encode(out[14:18], id[6:8])
	hex.Encode(out[19:23], id[8:10])
	hex.Encode(out[24:36], id[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
