package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

func TestErrorsRepeatOnlySoMuch(t *testing.T) {
	t.Parallel()
	long := "a" + strings.Repeat("é", 100_000)
	e := apierr.WithParams(http.StatusConflict, "general.conflict", "The name {name} is taken.", map[string]string{"name": long}).About(long, long).OnField(long)
	e.Errors = []*apierr.Error{apierr.BadRequest(long)}
	w := httptest.NewRecorder()
	if err := handlers.WriteError(w, http.MethodPost, "c", e); err != nil {
		t.Fatal(err)
	}
	var got apierr.Body
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Body.Len() > 100_000 || !utf8.Valid(w.Body.Bytes()) || !strings.HasPrefix(got.Message, "The name aé") || !strings.HasSuffix(got.Message, "é…") ||
		!strings.HasSuffix(got.MessageParams["name"], "é…") || !strings.HasSuffix(got.Errors[0].Message, "é…") {
		t.Errorf("%d bytes: %.200s", w.Body.Len(), w.Body)
	}
	if e.MessageParams["name"] != long || e.Details[0].FieldName != long {
		t.Error("the error itself was changed")
	}
	if w := httptest.NewRecorder(); handlers.WriteError(w, http.MethodGet, "c", apierr.BadRequest(strings.Repeat("b", 10_000))) != nil || strings.Contains(w.Body.String(), "…") {
		t.Errorf("cut for no reason: %.100s", w.Body)
	}
}
