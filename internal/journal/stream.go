package journal

import (
	"io"
	"net/http"
	"time"
)

const (
	// streamAlive is how often a stream on which nothing happens says that it is there.
	streamAlive = 15 * time.Second
	// streamStall is how long a stream waits for its client to take anything.
	streamStall = 5 * time.Second
)

// Stream sends what was subscribed to as events (HTML Standard, "Server-sent events"),
// each in the words of tell, until there is no more or the client takes no more.
func Stream(w http.ResponseWriter, events <-chan Event, tell func(*Event) (string, error)) error {
	s := stream{w: w, control: http.NewResponseController(w)}
	// A stream is no request that could be late. Where nothing is known of deadlines,
	// there are none.
	_ = s.control.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass on what there is
	w.WriteHeader(http.StatusOK)
	if s.send(": requests\n\n") != nil {
		return nil
	}
	ticker := time.NewTicker(streamAlive)
	defer ticker.Stop()
	for {
		text := ": still here\n\n"
		select {
		case e, open := <-events:
			if !open {
				return nil
			}
			var err error
			if text, err = tell(&e); err != nil {
				return err
			}
		case <-ticker.C:
		}
		if s.send(text) != nil {
			return nil
		}
	}
}

// stream writes events, each of which its client must take in time.
type stream struct {
	w       io.Writer
	control *http.ResponseController
}

func (s *stream) send(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(streamStall)) // where there are none, writing waits
	if _, err := io.WriteString(s.w, text); err != nil {
		return err
	}
	return s.control.Flush()
}
