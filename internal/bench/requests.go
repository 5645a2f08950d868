package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// measured is a workload and what it is compared with.
type measured struct {
	name string
	*workload
	against int           // index in its group; its own for a reference; or nothing
	most    float64       // the ratio of CPU per request that is the target; 0 for none
	mostCPU time.Duration // the CPU per request that is the target; 0 for none

	mostMore time.Duration // how much more CPU than the reference is the target; 0 for none
}

// nothing is what a case is compared with that has no reference.
const nothing = -1

// The most CPU that showing the log-in page may take, and the console's first page.
const (
	maxPage = time.Millisecond
	maxHome = 5 * time.Millisecond
)

// servers are those that the workloads of a group are sent to.
type servers struct {
	mock       *child
	bare, twin *child // two processes of the bare reference
}

// group is a list of workloads that take turns.
type group struct {
	title, reference string
	// fresh begins each round with a new mockcloud: what the rounds before have
	// written would slow the later ones down, and a faster server the most.
	fresh bool
	cases func(context.Context, servers) ([]measured, error)
}

// requests measures the CPU that a running server spends on one request.
func (b *bench) requests(ctx context.Context, p plan, t *table) error {
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
	if s.twin, err = b.startBare(ctx); err != nil {
		return err
	}
	defer s.twin.kill()
	for _, g := range b.groups() {
		if err := b.measure(ctx, g, p, &s, t); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) groups() []group {
	return []group{
		{title: "GET /api/v2/oauth/clients/{id}", reference: "bare Echo, same JSON", cases: b.reads},
		{title: "REFUSALS AND UNKNOWN PATHS", reference: "mockcloud, GET 200", cases: b.refusals},
		{title: "POST /oauth/token", reference: "bare Echo that signs", cases: b.tokens, fresh: true},
		{title: "GET /oauth/authorize", cases: b.pages, fresh: true},
		{title: "THE CONSOLE", cases: b.console},
		{title: "DATA ACTION, workshop's", reference: "mockcloud, its call alone", cases: b.actions, fresh: true},
		{title: "POST /api/v2/oauth/clients, ephemeral", reference: "bare Echo, decode, encode", cases: b.writes, fresh: true},
	}
}

func (b *bench) reads(ctx context.Context, s servers) ([]measured, error) {
	post, err := b.postRequest(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	read, err := b.readRequest(ctx, post)
	if err != nil {
		return nil, err
	}
	return []measured{
		{name: "A/A: bare against bare", workload: on(s.twin, read.request, 200), against: 1},
		{workload: on(s.bare, read.request, 200), against: 1},
		{name: "200", workload: read.workload, against: 1, most: 2.5},
	}, nil
}

func (b *bench) refusals(ctx context.Context, s servers) ([]measured, error) {
	post, err := b.postRequest(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	read, err := b.readRequest(ctx, post)
	if err != nil {
		return nil, err
	}
	powerless, err := b.token(ctx, s.mock, "none")
	if err != nil {
		return nil, err
	}
	get := func(want int, path string, headers ...string) *workload {
		return on(s.mock, newRequest("GET", path, "", headers...), want)
	}
	return []measured{
		{workload: read.workload, against: 0},
		{name: "401, no token", workload: get(401, read.path), against: 0, most: 1},
		{name: "401, not a token", workload: get(401, read.path, bearer("6yJhbGciOiJFUzI1NiJ9-abc")), against: 0, most: 1},
		{name: "401, forged signature", workload: get(401, read.path, bearer(forged(post.token))), against: 0, most: 1},
		{name: "403, missing permission", workload: get(403, read.path, bearer(powerless)), against: 0, most: 1},
		{name: "404, unknown path", workload: get(404, "/api/v2/oauth/clientz/"+read.id, post.header), against: 0, most: 1},
		{name: "404, unknown client", workload: get(404, clientsPath+"/"+unknownID, post.header), against: 0, most: 1},
	}, nil
}

func (b *bench) writes(ctx context.Context, s servers) ([]measured, error) {
	post, err := b.postRequest(ctx, s.mock)
	if err != nil {
		return nil, err
	}
	nameless := newRequest("POST", clientsPath, `{"description":"nameless","authorizedGrantType":"CLIENT-CREDENTIALS"}`, post.header, contentJSON)
	return []measured{
		{workload: on(s.bare, post.request, 200), against: 0},
		{name: "200, stored", workload: post.workload, against: 0, most: 4},
		{name: "400, no name", workload: on(s.mock, nameless, 400), against: 0},
	}, nil
}

func on(server *child, r request, want int) *workload {
	return &workload{server: server, request: r, want: want}
}

// measure lets the cases of a group take turns and adds a row for each,
// references aside.
func (b *bench) measure(ctx context.Context, g group, p plan, s *servers, t *table) error {
	var cases []measured
	var samples [][]sample
	for round := range p.rounds {
		if round == 0 || g.fresh {
			var err error
			if cases, err = b.begin(ctx, g, p, s); err != nil {
				return err
			}
		}
		if round == 0 {
			samples = make([][]sample, len(cases))
		}
		for turn := range cases {
			i := turn
			if round%2 == 1 { // nobody always comes after the same one
				i = len(cases) - 1 - turn
			}
			got, err := cases[i].drive(ctx, connections, p.slice)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], got)
		}
	}
	ratio := ""
	if g.reference != "" {
		ratio = "CPU ratio"
	}
	t.heading(g.title, "mockcloud", g.reference, ratio)
	for i, c := range cases {
		switch c.against {
		case i:
		case nothing:
			t.add(alone(c, samples[i]))
		default:
			t.add(compare(c, samples[i], samples[c.against]))
		}
	}
	return nil
}

// begin makes the cases of a group, on a new mockcloud where it wants one, and
// warms them up.
func (b *bench) begin(ctx context.Context, g group, p plan, s *servers) ([]measured, error) {
	if g.fresh {
		mock, err := b.startEphemeral(ctx)
		if err != nil {
			return nil, err
		}
		s.mock.kill()
		s.mock = mock
	}
	cases, err := g.cases(ctx, *s)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		if _, err := c.once(ctx); err != nil { // says more about a failure than drive
			return nil, err
		}
		if _, err := c.drive(ctx, connections, p.slice/4); err != nil {
			return nil, err
		}
	}
	return cases, nil
}

// compare words a case beside its reference, sample by sample from the same
// rounds.
func compare(c measured, ours, reference []sample) row {
	ratios := make([]float64, len(ours))
	for n := range ratios {
		ratios[n] = ours[n].cpuPerRequest() / reference[n].cpuPerRequest()
	}
	ratio := median(ratios)
	r := row{
		name: c.name, ours: figures(ours), reference: figures(reference),
		ratio:  fmt.Sprintf("%.2f (%.2f-%.2f)", ratio, slices.Min(ratios), slices.Max(ratios)),
		target: target(c.most, "%.1f x"), verdict: verdict(ratio, c.most),
	}
	if c.mostMore > 0 {
		more := make([]float64, len(ours))
		for n := range more {
			more[n] = ours[n].cpuPerRequest() - reference[n].cpuPerRequest()
		}
		r.target, r.verdict = "<= +"+duration(c.mostMore), verdict(median(more), float64(c.mostMore.Nanoseconds()))
	}
	return r
}

// alone words a case that has no reference.
func alone(c measured, ours []sample) row {
	got, most := medianOf(ours, sample.cpuPerRequest), float64(c.mostCPU.Nanoseconds())
	r := row{name: c.name, ours: figures(ours), verdict: verdict(got, most)}
	if c.mostCPU > 0 {
		r.target = "<= " + duration(c.mostCPU)
	}
	return r
}

// figures words the CPU per request and the throughput.
func figures(s []sample) string {
	return duration(time.Duration(medianOf(s, sample.cpuPerRequest))) + ", " + rate(medianOf(s, sample.perSecond))
}
