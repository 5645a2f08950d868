package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// What is measured of the engine: an ordinary collection, whose items no code knows
// by name.
const (
	schedulesPath   = "/api/v2/architect/schedules"
	skillGroupsPath = "/api/v2/routing/skillgroups"

	fewItems  = 1_000
	manyItems = 200_000

	// fillTime is how long making all the items may take.
	fillTime = 90 * time.Second

	maxMoreItems = 2.0 // what anything may cost of many items, in what it costs of few
)

// schedule is an item of the collection, as a request and as an answer.
type schedule struct {
	ID           string    `json:"id,omitempty"`
	Name         string    `json:"name"`
	Division     *division `json:"division,omitempty"`
	Description  string    `json:"description,omitempty"`
	Version      int       `json:"version,omitempty"`
	DateCreated  string    `json:"dateCreated,omitempty"`
	DateModified string    `json:"dateModified,omitempty"`
	CreatedBy    string    `json:"createdBy,omitempty"`
	ModifiedBy   string    `json:"modifiedBy,omitempty"`
	State        string    `json:"state,omitempty"`
	Start        string    `json:"start"`
	End          string    `json:"end"`
	RRule        string    `json:"rrule,omitempty"`
	SelfURI      string    `json:"selfUri,omitempty"`
}

type division struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	SelfURI string `json:"selfUri,omitempty"`
}

// schedules is a page of them.
type schedules struct {
	Entities   []schedule `json:"entities"`
	PageSize   int        `json:"pageSize"`
	PageNumber int        `json:"pageNumber"`
	Total      int        `json:"total"`
	PageCount  int        `json:"pageCount"`
	FirstURI   string     `json:"firstUri,omitempty"`
	SelfURI    string     `json:"selfUri,omitempty"`
	LastURI    string     `json:"lastUri,omitempty"`
	NextURI    string     `json:"nextUri,omitempty"`
}

// postSchedule creates a schedule with a new name each time.
func postSchedule(server *child, token string) (*workload, error) {
	body, err := json.Marshal(schedule{
		Name: "Schedule " + serial, Description: "A schedule that the benchmark makes",
		Start: "2026-01-05T08:00:00.000", End: "2026-01-05T17:00:00.000", RRule: "FREQ=WEEKLY;BYDAY=MO,TU,WE",
	})
	if err != nil {
		return nil, err
	}
	return on(server, newRequest(http.MethodPost, schedulesPath, string(body), contentJSON, bearer(token)), 200), nil
}

// learnEngine puts the documents that the engine answers into the bare reference's
// configuration.
func (b *bench) learnEngine(ctx context.Context, server *child, token string, config *bareConfig) error {
	post, err := postSchedule(server, token)
	if err != nil {
		return err
	}
	for range 25 {
		if err := post.fetch(ctx, &config.Schedule); err != nil {
			return err
		}
	}
	return on(server, newRequest(http.MethodGet, schedulesPath, "", bearer(token)), 200).fetch(ctx, &config.Schedules)
}

// engine measures what the engine takes for a request beside a bare handler, and for
// a large collection beside a small one.
func (b *bench) engine(ctx context.Context, p plan, t *table) error {
	var s servers
	var err error
	if s.mock, err = b.startEphemeral(ctx); err != nil {
		return err
	}
	defer func() { s.mock.kill() }()
	if s.bare, err = b.startBare(ctx); err != nil {
		return err
	}
	defer s.bare.kill()
	for _, g := range []group{
		{title: "ENGINE, GET " + schedulesPath + "/{id}", reference: "bare Echo, same JSON", cases: b.engineReads},
		{title: "ENGINE, POST " + schedulesPath + ", ephemeral", reference: "bare Echo, decode, encode", cases: b.engineWrites, fresh: true},
	} {
		if err := b.measure(ctx, g, p, &s, t); err != nil {
			return err
		}
	}
	return b.collections(ctx, p, t)
}

func (b *bench) engineReads(ctx context.Context, s servers) ([]measured, error) {
	token, err := b.clientToken(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	post, err := postSchedule(s.mock, token)
	if err != nil {
		return nil, err
	}
	var made schedule
	for range 25 {
		if err := post.fetch(ctx, &made); err != nil {
			return nil, err
		}
	}
	get := newRequest(http.MethodGet, schedulesPath+"/"+made.ID, "", bearer(token))
	list := newRequest(http.MethodGet, schedulesPath, "", bearer(token))
	return []measured{
		{workload: on(s.bare, get, 200), against: 0},
		{name: "200, one item", workload: on(s.mock, get, 200), against: 0, most: 2.5},
		{workload: on(s.bare, list, 200), against: 2},
		{name: "200, a page of 25", workload: on(s.mock, list, 200), against: 2, most: 4},
	}, nil
}

func (b *bench) engineWrites(ctx context.Context, s servers) ([]measured, error) {
	token, err := b.clientToken(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	post, err := postSchedule(s.mock, token)
	if err != nil {
		return nil, err
	}
	return []measured{
		{workload: on(s.bare, post.request, 200), against: 0},
		{name: "200, stored", workload: post, against: 0, most: 4},
	}, nil
}

// collections compares a collection of many items with one of few.
func (b *bench) collections(ctx context.Context, p plan, t *table) error {
	var few, many *child
	for _, fill := range []struct {
		into *(*child)
		n    int
	}{{&few, fewItems}, {&many, manyItems}} {
		server, err := b.startEphemeral(ctx)
		if err != nil {
			return err
		}
		defer server.kill()
		if err := b.fillCollection(ctx, server, fill.n); err != nil {
			return err
		}
		*fill.into = server
	}
	pages := group{
		title:     fmt.Sprintf("A COLLECTION OF %d items", manyItems),
		reference: fmt.Sprintf("of %d items", fewItems),
		cases: func(ctx context.Context, _ servers) ([]measured, error) {
			return b.collectionCases(ctx, []*child{few, many})
		},
	}
	return b.measure(ctx, pages, p, &servers{}, t)
}

// skillGroupRequest creates an item. Names are taken only once, so that each
// workload has a word of its own.
func skillGroupRequest(token, word string) request {
	return newRequest(http.MethodPost, skillGroupsPath, `{"name":"`+word+` `+serial+`","skillConditions":[]}`, contentJSON, bearer(token))
}

// fillCollection creates n items.
func (b *bench) fillCollection(ctx context.Context, server *child, n int) error {
	token, err := b.clientToken(ctx, server)
	if err != nil {
		return err
	}
	r := skillGroupRequest(token, "Group")
	var left atomic.Int64
	left.Store(int64(n))
	w := &workload{server: server, want: http.StatusOK, next: func(int) *request {
		if left.Add(-1) < 0 {
			return nil
		}
		return &r
	}}
	_, err = w.send(ctx, connections, fillTime)
	return err
}

func (b *bench) collectionCases(ctx context.Context, of []*child) ([]measured, error) {
	cases := make([]measured, 0, 8)
	for i, name := range []string{"the first page of 25", "a page by cursor", "one item", "a new item"} {
		for j, server := range of {
			token, err := b.clientToken(ctx, server)
			if err != nil {
				return nil, err
			}
			var first struct {
				Entities []struct{ ID string }
				NextURI  string
			}
			list := newRequest(http.MethodGet, skillGroupsPath+"?pageSize=25", "", bearer(token))
			if err := on(server, list, 200).fetch(ctx, &first); err != nil {
				return nil, err
			}
			r := []request{
				list,
				newRequest(http.MethodGet, first.NextURI, "", bearer(token)),
				newRequest(http.MethodGet, skillGroupsPath+"/"+first.Entities[0].ID, "", bearer(token)),
				skillGroupRequest(token, "Further group"),
			}[i]
			c := measured{name: name, workload: on(server, r, 200), against: 2 * i}
			if j == 1 {
				c.most = maxMoreItems
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}
