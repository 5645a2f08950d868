package console

import "time"

// when writes a time for people, to the minute; "" where there is none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// whenExactly writes it to the second.
func whenExactly(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
