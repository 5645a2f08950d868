package journal

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter says which requests are wanted. The zero value wants all.
type Filter struct {
	Operation     string // id
	Method        string // in any case
	Path          string // a part of it, as it was sent
	Status        int    // or its first digit, for a class
	Code          string // of the refusal
	Caller        string // id of the client or user, its name or e-mail address in any case
	Org           string // id of the caller's organization
	Action        string // name of the data action that sent it
	CorrelationID string
	Since, Until  time.Time // of its beginning: from, and up to; zero for no bound
	Own           *bool     // of mockcloud's own client, or not; nil for both
	Console       *bool     // that the console sent, or not; nil for both
	Before        uint64    // a number; 0 for the latest
	Limit         int       // how many; 0 for all that there are
	Details       bool      // with headers and bodies
}

// ParseStatus reads the status that a Filter takes: 404, or 4xx for a class.
func ParseStatus(text string) (int, bool) {
	class, ok := strings.CutSuffix(strings.ToLower(text), "xx")
	n, err := strconv.Atoi(class)
	if err != nil || (ok && (n < 1 || n > 5)) || (!ok && (n < 100 || n > 599)) {
		return 0, false
	}
	return n, true
}

// fits says whether an entry may pass, by what costs next to nothing: it is asked
// while the entry is locked.
func (f *Filter) fits(e *Entry) bool {
	switch {
	case f.Operation != "" && (e.Operation == nil || e.Operation.ID != f.Operation),
		f.Method != "" && !strings.EqualFold(e.Method, f.Method),
		f.Status != 0 && f.Status != e.Status && f.Status != e.Status/100,
		f.CorrelationID != "" && f.CorrelationID != e.CorrelationID,
		f.Action != "" && f.Action != e.Action,
		f.Console != nil && *f.Console != e.Console,
		f.Path != "" && !strings.Contains(e.path(), f.Path),
		!f.Since.IsZero() && e.At.Before(f.Since),
		!f.Until.IsZero() && e.At.After(f.Until):
		return false
	}
	return e.Token || (f.hasCode(e.Code) && f.isOf(&e.Caller))
}

// wants says whether an entry passes. The path is looked into as it is shown, too:
// what is hidden cannot be guessed piece by piece. A token request tells in its headers
// and its body which client it is of, and in its answer why it was refused.
func (f *Filter) wants(e *Entry, r *renderer) bool {
	if !f.fits(e) || (f.Path != "" && !strings.Contains(r.redact.path(e.path()), f.Path)) {
		return false
	}
	if !e.Token {
		return true
	}
	if f.Code != "" && !f.hasCode(e.code()) {
		return false
	}
	if f.Caller == "" && f.Org == "" && f.Own == nil {
		return true
	}
	c := r.caller(e)
	return f.isOf(&c)
}

func (f *Filter) hasCode(code string) bool { return f.Code == "" || f.Code == code }

func (f *Filter) isOf(c *Caller) bool {
	return (f.Org == "" || c.Org == f.Org) && (f.Own == nil || c.Own == *f.Own) && (f.Caller == "" || c.is(f.Caller))
}

func (c *Caller) is(wanted string) bool {
	return c.ClientID == wanted || c.UserID == wanted ||
		slices.ContainsFunc([]string{c.Client, c.User, c.Mail}, func(name string) bool { return strings.EqualFold(name, wanted) })
}
