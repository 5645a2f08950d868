package store

import (
	"fmt"
	"os"
)

// Stats is what a DB has done since it was opened, and how large its file is.
type Stats struct {
	Commits int64 // that kept changes, of one call or many
	Syncs   int64 // those of them that waited for the disk
	Size    int64 // of the file, in bytes
}

// Stats counts. What was counted is there even where the file is not.
func (db *DB) Stats() (Stats, error) {
	s := Stats{Commits: db.committer.commits.Load()}
	if db.committer.sync {
		s.Syncs = s.Commits
	}
	info, err := os.Stat(db.bolt.Path())
	if err != nil {
		return s, fmt.Errorf("store: %w", err)
	}
	s.Size = info.Size()
	return s, nil
}
