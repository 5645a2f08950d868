package seed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/store"
)

func TestSchemaAndDecoderKnowTheSameOfTheContactCenter(t *testing.T) {
	t.Parallel()
	root := readSchema(t)
	checkKeys(t, "queues", root.at(t, "queues"), queueKeys)
	checkKeys(t, "wrapupCodes", root.at(t, "wrapupCodes"), wrapupCodeKeys)
	checkKeys(t, "presenceDefinitions", root.at(t, "presenceDefinitions"), presenceKeys)
	checkKeys(t, "presenceDefinitions.labels", root.at(t, "presenceDefinitions.labels"), labelKeys)
	checkWords(t, "presenceDefinitions.systemPresence", root.at(t, "presenceDefinitions.systemPresence").Enum, systemPresences())
	checkWords(t, "users.routingStatus", root.at(t, "users.routingStatus").Enum, contactcenter.Statuses())
}

const center = `
organization: {name: Center}
divisions: [{name: Home, home: true}, {name: North}]
users:
  - {email: a@center.test, name: Ann, presence: on queue, routingStatus: INTERACTING}
  - {email: b@center.test, name: Bob, presence: Nap}
  - {email: c@center.test, name: Cid}
wrapupCodes: [{name: Done}, {name: Later, division: North}]
presenceDefinitions: [{name: Nap, systemPresence: Break, labels: [{locale: de, label: Schläfchen}]}]
`

const queueOfCenter = `
organization: {name: Center}
queues: [{name: Desk, division: North, description: Short, members: [B@center.test, a@center.test], wrapupCodes: [done]}]
`

// inSeeded runs fn in the organization of that name, which the documents have seeded.
func inSeeded(t *testing.T, organization string, documents []string, fn func(in *store.Tx) error) {
	t.Helper()
	var sources []Source
	for i, text := range documents {
		sources = append(sources, Source{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	d, err := Parse(sources...)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.TempDir()+"/state.db", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(t.Context(), store.Global, func(tx *store.Tx) error {
		if err := d.Apply(tx, time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)); err != nil {
			return err
		}
		return fn(tx.In(DeriveID(organization, "organization", organization)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAContactCenterIsSeeded(t *testing.T) {
	t.Parallel()
	inSeeded(t, "Center", []string{queueOfCenter, center}, func(in *store.Tx) error {
		id := DeriveID("Center", "queue", "Desk")
		q, err := contactcenter.Queues.Get(in, id)
		if err != nil {
			return err
		}
		if q.DivisionID != DeriveID("Center", "division", "North") || q.Members != 2 || q.Joined != 2 || contactcenter.Text(q.Settings.Description) != "Short" {
			t.Errorf("queue = %+v", q)
		}
		members, err := contactcenter.MembersOf(in, id, false, 0, 10)
		if err != nil {
			return err
		}
		var seen []string
		for _, m := range members {
			a, err := contactcenter.AgentOf(in, m.UserID)
			if err != nil {
				return err
			}
			p, err := a.Presence(in)
			if err != nil {
				return err
			}
			seen = append(seen, m.Name+" "+p.Label()+" "+p.System+" "+a.Status)
		}
		if want := []string{"Ann On Queue On Queue INTERACTING", "Bob Nap Break OFF_QUEUE"}; !slices.Equal(seen, want) {
			t.Errorf("members = %q, want %q", seen, want)
		}
		codes, err := contactcenter.Offered(in, id)
		if err != nil {
			return err
		}
		if len(codes) != 1 || codes[0].Name != "Done" || codes[0].DivisionID != contactcenter.AllDivisions {
			t.Errorf("codes = %+v", codes)
		}
		return nil
	})
}

func TestBadContactCentersAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, yaml, want string }{
		{"an unknown member", "queues: [{name: Q, members: [z@center.test]}]", `f.yaml:10: queues[0].members[0]: there is no user "z@center.test"`},
		{"a member twice", "queues: [{name: Q, members: [a@center.test, A@center.test]}]", "is listed twice"},
		{"an unknown code", "queues: [{name: Q, wrapupCodes: [Gone]}]", `there is no wrap-up code "Gone"; there are Done, Later`},
		{"an unknown division", "queues: [{name: Q, division: South}]", `there is no division "South"`},
		{"a queue twice", "queues: [{name: Q}, {name: q}]", `there is a queue "Q" already`},
		{"an unknown key", "queues: [{name: Q, ring: 1}]", `unknown key "ring"`},
		{"a queue in every division", `queues: [{name: Q, division: "*"}]`, `there is no division "*"`},
		{"a presence of the system", "presenceDefinitions: [{name: On Queue, systemPresence: Break}]", `there is a presence definition "On Queue" already in the presences of the system`},
		{"an unknown system presence", "presenceDefinitions: [{name: Nap, systemPresence: Sleep}]", "must be one of Available"},
		{"an unknown locale", "presenceDefinitions: [{name: Nap, systemPresence: Break, labels: [{locale: xx, label: N}]}]", "must be a locale"},
		{"a label twice", "presenceDefinitions: [{name: Nap, systemPresence: Break, labels: [{locale: en_US, label: N}]}]", `there is a label in "en_US" already`},
	}
	base := strings.TrimSpace(strings.Split(center, "presenceDefinitions")[0])
	base = strings.Replace(base, ", presence: Nap", "", 1) + "\nstubs: []\n"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(Source{Name: "f.yaml", Data: []byte(base + "\n" + tt.yaml)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want …%s…", err, tt.want)
			}
		})
	}
	for name, tt := range map[string][2]string{
		"an unknown presence":     {"presence: Asleep", `there is no presence "Asleep"; there are Available`},
		"an unknown status":       {"routingStatus: ASLEEP", "must be one of OFF_QUEUE"},
		"a status off queue":      {"routingStatus: IDLE", `IDLE does not go with the presence "Offline"`},
		"a status on queue":       {"presence: On Queue, routingStatus: OFF_QUEUE", `OFF_QUEUE does not go with the presence "On Queue"`},
		"a deleted user at work":  {"presence: Available, state: deleted", "is deleted and can only be offline"},
		"a presence of two lines": {`presence: "On\nQueue"`, "must not have blanks at its ends, tabs or line breaks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(Source{Name: "f.yaml", Data: []byte("organization: {name: O}\nusers: [{email: a@o.test, name: A, " + tt[0] + "}]\n")})
			if err == nil || !strings.Contains(err.Error(), tt[1]) {
				t.Errorf("error = %v, want …%s…", err, tt[1])
			}
		})
	}
	_, err := Parse(Source{Name: "f.yaml", Data: []byte("organization: {name: O}\nusers: [{email: a@o.test, name: A, state: deleted}]\nqueues: [{name: Q, members: [a@o.test]}]\n")})
	if err == nil || !strings.Contains(err.Error(), "cannot be a member of a queue") {
		t.Errorf("error = %v", err)
	}
}
