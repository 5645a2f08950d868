package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
)

func catalogue(t *testing.T) *spec.Catalogue {
	t.Helper()
	c, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nothing(context.Context, *handlers.Call, handlers.None) (handlers.None, error) {
	return handlers.None{}, nil
}

func ready(context.Context, *handlers.Call) error { return nil }

func TestMistakesInRegisteringStopTheServer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		register func(r *handlers.Registry)
		says     string
	}{
		{"an operation that is not in the catalogue", func(r *handlers.Registry) { handlers.On(r, "getNothing", nothing) }, "getNothing is not in the catalogue"},
		{"an operation claimed twice", func(r *handlers.Registry) {
			handlers.On(r, "getUsers", nothing)
			handlers.On(r, "getUsers", nothing)
		}, "getUsers is registered twice"},
		{"a field without a tag", func(r *handlers.Registry) {
			handlers.On(r, "getUsers", func(context.Context, *handlers.Call, struct{ ID string }) (handlers.None, error) {
				return handlers.None{}, nil
			})
		}, "ID has no tag"},
		{"a query field of a type that cannot be bound", func(r *handlers.Registry) {
			handlers.On(r, "getUsers", func(context.Context, *handlers.Call, struct {
				Since float64 `query:"since"`
			},
			) (handlers.None, error) {
				return handlers.None{}, nil
			})
		}, "float64"},
		{"something before an operation that is not in the catalogue", func(r *handlers.Registry) { r.Before("postNothing", ready) }, "not in the catalogue"},
		{"something before an operation that nobody registers", func(r *handlers.Registry) { r.Before("postUsers", ready) }, "after On"},
		{"two things before an operation", func(r *handlers.Registry) {
			handlers.On(r, "postUsers", nothing)
			r.Before("postUsers", ready)
			r.Before("postUsers", ready)
		}, "twice"},
		{"something before a GET", func(r *handlers.Registry) {
			handlers.On(r, "getUsers", nothing)
			r.Before("getUsers", ready)
		}, "not for GET"},
		{"an input that is no struct", func(r *handlers.Registry) {
			handlers.On(r, "getUsers", func(context.Context, *handlers.Call, string) (handlers.None, error) { return handlers.None{}, nil })
		}, "not a struct"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := handlers.NewRegistry(catalogue(t))
			tt.register(r)
			if r.Err() == nil || !strings.Contains(r.Err().Error(), tt.says) {
				t.Errorf("error = %v", r.Err())
			}
		})
	}
}

func TestInputIsBoundFromPathQueryAndBody(t *testing.T) {
	t.Parallel()
	type input struct {
		ID    string   `param:"userId"`
		Names []string `query:"name"`
		Size  int      `query:"pageSize"`
		Force *bool    `query:"force"`
		Order *string  `query:"sortOrder"`
		Body  struct {
			Name string `json:"name"`
		} `body:""`
	}
	c := catalogue(t)
	r := handlers.NewRegistry(c)
	var got input
	handlers.On(r, "patchUser", func(_ context.Context, _ *handlers.Call, in input) (handlers.None, error) {
		got = in
		return handlers.None{}, nil
	})
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	op, _ := c.Operation("patchUser")
	call := handlers.NewCall(&handlers.Env{Catalogue: c}, op, func(name string) string { return "the " + name })
	call.Input = &spec.Input{
		Query: url.Values{"name": {"a", "b"}, "pageSize": {"7"}, "force": {"TRUE"}},
		Raw:   []byte(`{"name":"Ann"}`),
	}
	if _, err := r.Operation("patchUser").Invoke(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if got.ID != "the userId" || len(got.Names) != 2 || got.Size != 7 || got.Force == nil || !*got.Force || got.Order != nil || got.Body.Name != "Ann" {
		t.Errorf("input = %+v", got)
	}
}

func TestPagesOfAListing(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	op, _ := c.Operation("getUsers")
	tests := []struct {
		name, query           string
		total                 int
		size, number, count   int
		next, previous, fault string
	}{
		{"the first of many", "", 60, 25, 1, 3, "pageNumber=2", "", ""},
		{"one in the middle", "pageNumber=2&state=any", 60, 25, 2, 3, "pageNumber=3&pageSize=25&state=any", "pageNumber=1", ""},
		{"the last", "pageNumber=3", 60, 25, 3, 3, "", "pageNumber=2", ""},
		{"past the end", "pageNumber=9", 60, 25, 9, 3, "", "pageNumber=3", ""},
		{"of nothing", "", 0, 25, 1, 0, "", "", ""},
		{"cut to the limit", "pageSize=1000", 60, 100, 1, 1, "", "", ""},
		{"far out", "pageNumber=2000000000", 60, 25, 1 << 21, 3, "", "pageNumber=3", ""},
		{"no size", "pageSize=0", 60, 0, 0, 0, "", "", "pageSize"},
		{"negative", "pageNumber=-1", 60, 0, 0, 0, "", "", "pageNumber"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			call := handlers.NewCall(&handlers.Env{Catalogue: c}, op, nil)
			call.Path, call.Input = "/api/v2/users", &spec.Input{Query: query}
			page, err := handlers.PageOf(call, 100)
			if tt.fault != "" {
				public, _ := handlers.Translate(err)
				if public.Code != "invalid.query.param.value" || public.Details[0].FieldName != tt.fault {
					t.Errorf("error = %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l := handlers.NewListing[int](call, nil, page, tt.total)
			if l.PageSize != tt.size || l.PageNumber != tt.number || l.PageCount != tt.count || l.Total != tt.total || l.Entities == nil {
				t.Errorf("listing = %+v", l)
			}
			for uri, want := range map[string]string{l.NextURI: tt.next, l.PreviousURI: tt.previous} {
				if (uri == "") != (want == "") || !strings.Contains(uri, want) {
					t.Errorf("uri = %q, want %q", uri, want)
				}
			}
		})
	}
}

// The key order is the real service's (facts oauth.md §6).
func TestErrorsHaveTheShapeOfTheAPI(t *testing.T) {
	t.Parallel()
	e := apierr.WithParams(http.StatusForbidden, "missing.permissions", "You lack {permissions}", map[string]string{"permissions": "[a:b:c]"})
	w := httptest.NewRecorder()
	if err := handlers.WriteError(w, http.MethodGet, "c-1", e.OnField("x").About("1", "thing")); err != nil {
		t.Fatal(err)
	}
	want := `{"message":"You lack [a:b:c]","code":"missing.permissions","status":403,"entityId":"1","entityName":"thing",` +
		`"messageWithParams":"You lack {permissions}","messageParams":{"permissions":"[a:b:c]"},"contextId":"c-1",` +
		`"details":[{"errorCode":"missing.permissions","fieldName":"x"}],"errors":[]}`
	if w.Code != http.StatusForbidden || w.Body.String() != want {
		t.Errorf("answer = %d %s\nwant %s", w.Code, w.Body, want)
	}
	if public, unforeseen := handlers.Translate(context.DeadlineExceeded); !unforeseen || public.Status != 500 || strings.Contains(public.Message, "deadline") {
		t.Errorf("an unforeseen error shows as %v", public)
	}
}
