package store

import "bytes"

// Walk visits every document of the organization as it is stored, collection by
// collection and in the order of the keys, until visit returns an error. The
// bytes are good during that call only. It is for looking at the state as a
// whole, without knowing what is in it.
func (tx *Tx) Walk(visit func(collection, key string, document []byte) error) error {
	if tx.t.ended.Load() {
		return ErrEnded
	}
	org := tx.t.at(place{org: tx.org}).bucket
	if org == nil {
		return nil
	}
	return org.ForEachBucket(func(name []byte) error {
		if bytes.IndexByte(name, 0) >= 0 { // an index
			return nil
		}
		return org.Bucket(name).ForEach(func(key, document []byte) error {
			return visit(string(name), string(key), document)
		})
	})
}
