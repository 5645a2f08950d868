package store

import "context"

// CompleteIndexes builds the indexes that a file of an earlier version lacks, for
// documents are not found by one that is not there. Where nothing is missing it
// only looks.
func (db *DB) CompleteIndexes(ctx context.Context, collections []Checker) error {
	var lacking []string
	lacks := func(tx *Tx) bool {
		for _, c := range collections {
			if c.incomplete(tx) {
				return true
			}
		}
		return false
	}
	err := db.View(ctx, Global, func(tx *Tx) error {
		for _, org := range spaces(tx) {
			if lacks(tx.In(org)) {
				lacking = append(lacking, org)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, org := range lacking {
		err := db.Update(ctx, org, func(tx *Tx) error {
			for _, c := range collections {
				if err := c.complete(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// spaces are all organizations, and the space outside of them.
func spaces(tx *Tx) []string {
	all := []string{Global}
	for org := range tx.Orgs() {
		all = append(all, org)
	}
	return all
}

// incomplete says whether documents lack one of the collection's indexes.
func (c *Collection[T]) incomplete(tx *Tx) bool {
	if n, err := c.Count(tx); n == 0 || err != nil {
		return false
	}
	for i := range c.Indexes {
		if tx.t.at(place{tx.org, c.Name, c.Indexes[i].Name}).bucket == nil {
			return true
		}
	}
	return false
}

// complete builds the indexes that documents lack.
func (c *Collection[T]) complete(tx *Tx) error {
	for i := range c.Indexes {
		if err := c.ensureIndex(tx, &c.Indexes[i]); err != nil {
			return err
		}
	}
	return nil
}
