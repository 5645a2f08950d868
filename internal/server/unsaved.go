package server

import (
	"cmp"
	"errors"
	"sync/atomic"
	"time"

	"github.com/mockcloud/mockcloud/internal/store"
)

// tellAgain is how long the log stays quiet about a state that still cannot be
// saved: every write fails then, and each tells its own client.
const tellAgain = time.Minute

// unsaved is what the log was told about commits that failed. All but serving
// belongs to the store's committer.
type unsaved struct {
	serving atomic.Bool // before that, who starts the server is told
	said    time.Time
	told    bool // and not yet that it is over
}

// committed hears how each commit ended.
func (s *Server) committed(err error) {
	u := &s.unsaved
	if err == nil {
		if u.told {
			u.told = false
			s.config.logger.Info("the state is saved again")
		}
		return
	}
	failed, ok := errors.AsType[*store.NotSavedError](err)
	if !ok || !u.serving.Load() { // of a damaged file, each call that meets it writes a line
		return
	}
	now := s.config.clock.Now()
	if since := now.Sub(u.said); since >= 0 && since < tellAgain && !u.said.IsZero() {
		return
	}
	u.said, u.told = now, true
	s.config.logger.Error("the state cannot be saved; reading goes on", "reason", failed.Reason(), "file", cmp.Or(s.config.path, s.temporary))
}
