// Package expect holds what the tests of API families ask of every answer.
package expect

import (
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// Answer ends the test unless the answer has the status, and the error code where
// one is given.
func Answer(t *testing.T, got *mocktest.Response, status int, code string) *mocktest.Response {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status = %d, want %d\n%s", got.Status, status, got.Body)
	}
	if code != "" && got.Str(t, "code") != code {
		t.Fatalf("code = %q, want %q\n%s", got.Str(t, "code"), code, got.Body)
	}
	return got
}

// Texts fails the test unless the body has these texts at these paths.
func Texts(t *testing.T, got *mocktest.Response, texts map[string]string) {
	t.Helper()
	for path, text := range texts {
		if at := got.Str(t, path); at != text {
			t.Errorf("%s = %q, want %q\n%s", path, at, text, got.Body)
		}
	}
}
