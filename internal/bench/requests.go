package main

import (
	"context"
	"fmt"
	"slices"
)

// measured is a workload and what it is compared with.
type measured struct {
	name string
	*workload
	against int     // index in its group; its own for a reference
	most    float64 // the ratio of CPU per request that is the target; 0 for none
}

// group is a list of workloads that take turns.
type group struct {
	title, reference string
	cases            []measured
}

// requests measures the CPU that a running server spends on one request.
func (b *bench) requests(ctx context.Context, p plan, t *table) error {
	mock, err := b.startMock(ctx, "--ephemeral")
	if err != nil {
		return err
	}
	defer mock.kill()
	bare, err := b.startBare(ctx)
	if err != nil {
		return err
	}
	defer bare.kill()
	twin, err := b.startBare(ctx)
	if err != nil {
		return err
	}
	defer twin.kill()
	groups, err := b.groups(ctx, mock, bare, twin)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := g.measure(ctx, p, t); err != nil {
			return err
		}
	}
	return nil
}

// groups lists what is measured. Writes come last, so that what they leave
// behind does not weigh on the others.
func (b *bench) groups(ctx context.Context, mock, bare, twin *child) ([]group, error) {
	post, err := b.postRequest(ctx, mock)
	if err != nil {
		return nil, err
	}
	read, err := b.readRequest(ctx, post)
	if err != nil {
		return nil, err
	}
	powerless, err := b.token(ctx, mock, "none")
	if err != nil {
		return nil, err
	}
	on := func(server *child, r request, want int) *workload {
		return &workload{server: server, request: r, want: want}
	}
	path, good := read.path, post.header
	token := b.tokenRequest(mock)
	malformed := `{"description":"a client without a name","authorizedGrantType":"CLIENT-CREDENTIALS"}`
	return []group{
		{
			title: "GET /api/v2/oauth/clients/{id}", reference: "bare Echo, same JSON",
			cases: []measured{
				{name: "A/A: bare against bare", workload: on(twin, read.request, 200), against: 1},
				{name: "", workload: on(bare, read.request, 200), against: 1},
				{name: "200", workload: read.workload, against: 1, most: 2.5},
			},
		},
		{
			title: "REFUSALS AND UNKNOWN PATHS", reference: "mockcloud, GET 200",
			cases: []measured{
				{name: "", workload: read.workload, against: 0},
				{name: "401, no token", workload: on(mock, newRequest("GET", path, ""), 401), against: 0, most: 1},
				{name: "401, not a token", workload: on(mock, newRequest("GET", path, "", bearer("6yJhbGciOiJFUzI1NiJ9-abc")), 401), against: 0, most: 1},
				{name: "401, forged signature", workload: on(mock, newRequest("GET", path, "", bearer(forged(post.token))), 401), against: 0, most: 1},
				{name: "403, missing permission", workload: on(mock, newRequest("GET", path, "", bearer(powerless)), 403), against: 0, most: 1},
				{name: "404, unknown path", workload: on(mock, newRequest("GET", "/api/v2/oauth/clientz/"+read.id, "", good), 404), against: 0, most: 1},
				{name: "404, unknown client", workload: on(mock, newRequest("GET", "/api/v2/oauth/clients/"+unknownID, "", good), 404), against: 0, most: 1},
				{name: "501, not implemented", workload: on(mock, newRequest("GET", unimplemented, "", good), 501), against: 0},
			},
		},
		{
			title: "POST /oauth/token", reference: "bare Echo that signs",
			cases: []measured{
				{name: "", workload: on(bare, token.request, 200), against: 0},
				{name: "200, client credentials", workload: token, against: 0, most: 1.6},
			},
		},
		{
			title: "POST /api/v2/oauth/clients, ephemeral", reference: "bare Echo, decode, encode",
			cases: []measured{
				{name: "", workload: on(bare, post.request, 200), against: 0},
				{name: "200, stored", workload: post.workload, against: 0, most: 4},
				{name: "400, no name", workload: on(mock, newRequest("POST", post.path, malformed, good, contentJSON), 400), against: 0},
			},
		},
	}, nil
}

// measure lets the cases take turns and adds a row for each, references aside.
func (g *group) measure(ctx context.Context, p plan, t *table) error {
	samples := make([][]sample, len(g.cases))
	order := make([]int, len(g.cases))
	for i, c := range g.cases {
		order[i] = i
		if _, err := c.once(ctx); err != nil { // says more about a failure than drive
			return err
		}
		if _, err := c.drive(ctx, connections, p.slice); err != nil { // warms up
			return err
		}
	}
	for range p.rounds {
		for _, i := range order {
			s, err := g.cases[i].drive(ctx, connections, p.slice)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], s)
		}
		slices.Reverse(order) // nobody always comes after the same one
	}
	t.heading(g.title, "mockcloud", g.reference, "CPU ratio")
	for i, c := range g.cases {
		if c.against == i {
			continue
		}
		ratios := make([]float64, p.rounds)
		for n := range ratios {
			ratios[n] = samples[i][n].cpuPerRequest() / samples[c.against][n].cpuPerRequest()
		}
		ratio := median(ratios)
		t.add(row{
			name: c.name, ours: figures(samples[i]), reference: figures(samples[c.against]),
			ratio:  fmt.Sprintf("%.2f (%.2f-%.2f)", ratio, slices.Min(ratios), slices.Max(ratios)),
			target: target(c.most, "%.1f x"), verdict: verdict(ratio, c.most),
		})
	}
	return nil
}

// figures words the CPU per request and the throughput.
func figures(s []sample) string {
	return micros(medianOf(s, sample.cpuPerRequest)) + ", " + rate(medianOf(s, sample.perSecond))
}
