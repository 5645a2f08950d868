package control

import (
	"cmp"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/store"
)

// A backup keeps the file from using freed pages again for as long as its client
// takes, and everybody waits for it once the file outgrows its mapping. So that is
// bounded: some time for anybody, and more for a large file at the least speed that
// one on this machine should have; and who takes nothing at all does not get that.
const (
	backupPatience = 30 * time.Second
	backupStall    = 5 * time.Second
	backupSpeed    = 4 << 20 // bytes per second
)

// backupTime is how long a backup of so many bytes may take.
func (c *Control) backupTime(bytes int64) time.Duration {
	patience := c.BackupPatience
	if patience <= 0 {
		patience = backupPatience
	}
	return patience + time.Duration(bytes/backupSpeed)*time.Second
}

// patientWriter waits a while for each part of an answer to be taken, and for all
// of them until the end.
type patientWriter struct {
	w       io.Writer
	control *http.ResponseController
	stall   time.Duration
	end     time.Time
}

func (p *patientWriter) Write(b []byte) (int, error) {
	deadline := time.Now().Add(p.stall)
	if deadline.After(p.end) {
		deadline = p.end
	}
	if err := p.control.SetWriteDeadline(deadline); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

// backup sends a copy of the state file as it is now. It holds the signing keys,
// so that only this machine gets it.
func (c *Control) backup(ec echo.Context) error {
	if !c.backingUp.CompareAndSwap(false, true) {
		return apierr.Conflict("Another backup is being made. Try again when it is done.")
	}
	defer c.backingUp.Store(false)
	return c.DB.Backup(ec.Request().Context(), func(b *store.Backup) error {
		control := http.NewResponseController(ec.Response())
		w := &patientWriter{
			w: ec.Response(), control: control, stall: cmp.Or(c.BackupStall, backupStall),
			end: time.Now().Add(c.backupTime(b.Size())), // on the machine's clock, since connections know no other
		}
		if err := control.SetWriteDeadline(w.end); err != nil {
			return err
		}
		h := ec.Response().Header()
		h.Set(echo.HeaderContentType, echo.MIMEOctetStream)
		h.Set(echo.HeaderContentLength, strconv.FormatInt(b.Size(), 10))
		h.Set(echo.HeaderContentDisposition, `attachment; filename="mockcloud.db"`)
		ec.Response().WriteHeader(http.StatusOK)
		if _, err := b.WriteTo(w); err != nil {
			// The answer has begun. Cut off, it is shorter than it says, which no client
			// takes for whole.
			panic(http.ErrAbortHandler)
		}
		return control.SetWriteDeadline(time.Time{})
	})
}
