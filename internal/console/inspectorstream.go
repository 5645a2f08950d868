package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mockcloud/mockcloud/internal/journal"
)

// streamLimit is how long a stream lasts: browsers come again, and then must still be
// signed in.
const streamLimit = 5 * time.Minute

// streamRequests sends the rows of the list, each once its request was answered. It ends
// with the journal, which is closed before the server stops.
func streamRequests(v *visit) error {
	// A script is not led to the log-in page: it would begin a sign-in behind
	// people's backs.
	if v.api.token == "" || v.api.get("/tokens/me?preserveIdleTTL=true", nil) != nil {
		return v.NoContent(http.StatusUnauthorized)
	}
	f, wrong := requestFilter(v)
	after, err := strconv.ParseUint(v.query("after"), 10, 64)
	if last := v.Request().Header.Get("Last-Event-ID"); last != "" {
		after, err = strconv.ParseUint(last, 10, 64)
	}
	if err != nil || len(wrong) > 0 {
		return v.NoContent(http.StatusBadRequest)
	}
	all, err := templates()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(v.Request().Context(), streamLimit)
	defer cancel()
	return journal.Stream(v.Response(), v.console.Journal.Subscribe(ctx, f, after), func(e *journal.Event) (string, error) {
		var row bytes.Buffer
		if e.Request == nil {
			err = all.ExecuteTemplate(&row, "inspector-missed", v.T("inspector.missed", e.Dropped))
		} else {
			err = all.ExecuteTemplate(&row, "inspector-row", rowOf(v, e.Request))
		}
		return rowEvent(e, row.String()), err
	})
}

// rowEvent is an event with a row as its data.
func rowEvent(e *journal.Event, row string) string {
	id := ""
	if e.Request != nil {
		id = fmt.Sprintf("id: %d\n", e.Request.Sequence)
	}
	row = strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ").Replace(row)
	return id + "event: row\ndata: " + row + "\n\n"
}
