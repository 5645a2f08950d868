package actions_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

// vendor is a type whose actions call a vendor's system.
type vendor struct {
	typeID, slot, credential string
	fields                   map[string]string // with the address of the instance, where there is one
	base                     string            // the name of the field with that address; "" for none
	url                      string            // what its actions call: the forms of published modules
}

func vendors(instance string) []vendor {
	return []vendor{
		{"aws-lambda-data-actions", "AmazonWebServicesARN", "amazonWebServicesARN", map[string]string{"ARN": "arn:aws:iam::000000000000:role/fake"}, "", "arn:aws:lambda:us-east-1:000000000000:function:fake"},
		{"salesforce-datadip", "salesforceUser", "salesforce", map[string]string{"username": "u", "password": "fake-password", "loginUrl": instance}, "loginUrl", "/services/data/v54.0/search/?q=FIND"},
		{"microsoft-dynamics-data-actions", "msDynamics", "msDynamics", map[string]string{"username": "u", "password": "fake-password", "orgWebAddress": instance + "/"}, "orgWebAddress", "/api/data/v9.2/contacts?%24top=1"},
		{"zendesk-data-actions", "zendeskApiToken", "zendeskApiToken", map[string]string{"userEmail": "u@example.test", "baseUrl": instance, "apiToken": "fake-token-of-zendesk"}, "baseUrl", "/api/v2/tickets.json"},
		// Guess: the type's id, slot and credential, and that the URL is a function's.
		{"google-data-actions", "googleServiceAccount", "googleServiceAccount", map[string]string{"key": "fake-key-of-google"}, "", "https://europe-west1-fake.cloudfunctions.example.test/run"},
	}
}

// installVendor installs an integration with its credential and activates it.
func (b *bench) installVendor(v vendor) string {
	b.t.Helper()
	id := b.install(v.typeID, "", nil)
	b.plug(id, v.slot, b.credential(v.credential, v.fields))
	return id
}

// A stub knows what a vendor's action calls by the URL as it is, and a path on an
// instance by its whole address too, which counts first. Nothing is ever called,
// whatever the credential says and --outbound allows.
func TestStubsStandInForVendors(t *testing.T) {
	t.Parallel()
	instance := serve(t, http.NotFound)
	for _, v := range vendors(instance.URL) {
		t.Run(v.typeID, func(t *testing.T) {
			t.Parallel()
			b := start(t, mocktest.Options{Outbound: "any"})
			id := b.installVendor(v)
			a := action(v.url)
			override(a, "config.request.requestType", "POST")
			path := b.publish(id, a)
			plain, _, _ := strings.Cut(v.url, "?")
			known := plain
			if v.base != "" {
				known = instance.URL + plain + " or " + plain
			}
			without := b.run(path, 400)
			for _, part := range []string{"POST " + known + " (", "/_mockcloud/stubs"} {
				if !strings.Contains(without.Str(t, "message"), part) {
					t.Errorf("the message lacks %q: %s", part, without.Body)
				}
			}
			if without.Str(t, "details.0.errorCode") != "ACTION.REMOTE_ENDPOINT" {
				t.Errorf("%s", without.Body)
			}
			answers := func(want string) {
				t.Helper()
				if got := b.want(b.admin.Post(t, path+"/execute", `{"n":1}`), 200).Str(t, "by"); got != want {
					t.Errorf("answered by %s, want %s", got, want)
				}
			}
			if v.base != "" {
				b.Stub(t, mocktest.Stub{URL: instance.URL + "/*", Body: map[string]string{"by": "address"}})
				answers("address")
			}
			// The input is what is sent; here the later stub is the path's.
			b.Stub(t, mocktest.Stub{Method: "POST", URL: plain, BodyContains: map[string]int{"n": 1}, Body: map[string]string{"by": "URL"}})
			answers(map[bool]string{true: "address", false: "URL"}[v.base != ""])
			b.Stub(t, mocktest.Stub{URL: plain, Method: "GET", Body: map[string]string{"by": "nobody"}})
			answers(map[bool]string{true: "address", false: "URL"}[v.base != ""])
			tested := b.want(b.admin.Post(t, path+"/test", `{"n":1}`), 200)
			if tested.Str(t, "success") != "true" || tested.Str(t, "operations.4.result") != v.url {
				t.Errorf("%s", tested.Body)
			}
			for name, value := range v.fields {
				if strings.HasPrefix(value, "fake-") && strings.Contains(string(tested.Body), value) {
					t.Errorf("the trace has %s", name)
				}
			}
		})
	}
	t.Cleanup(func() {
		if len(instance.sent) > 0 {
			t.Errorf("the instance was called: %v", instance.sent)
		}
	})
}

// Without the address of an instance a path is known by itself; one that holds a
// user or is none does not count.
func TestAPathOnAnUnknownInstance(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	for _, address := range []string{"", "https://ana:word@fake.example.test", "fake.example.test", "https://fake.example.test/?a=b"} {
		id := b.installVendor(vendor{typeID: "salesforce-datadip", slot: "salesforceUser", credential: "salesforce", fields: map[string]string{"username": "u", "password": "fake-password", "loginUrl": address}})
		path := b.publish(id, action("/services/data"))
		without := b.run(path, 400)
		if !strings.Contains(without.Str(t, "message"), "register a stub for GET /services/data (") {
			t.Errorf("%q: %s", address, without.Body)
		}
	}
}

// What the vendor could not be asked is refused before any stub, in words that
// say what the URL must be.
//
// Guess: the product's words are not known.
func TestURLsThatAreNotAVendors(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	b.Stub(t, mocktest.Stub{URL: "*", Body: map[string]bool{"ok": true}})
	b.Stub(t, mocktest.Stub{URL: "/*", Body: map[string]bool{"ok": true}})
	for _, v := range vendors("https://fake.example.test") {
		id := b.installVendor(v)
		for url, says := range map[string]string{"my-function": "begins with", "/a b": "blanks", "https://fake.example.test/a b": "blanks", "arn:aws:lambda:a b": "blanks"} {
			answer := b.admin.Post(t, b.publish(id, action(url))+"/execute", "{}")
			if v.typeID == "google-data-actions" && url == "my-function" {
				continue // any URL will do
			}
			b.want(answer, 400)
			if message := answer.Str(t, "message"); answer.Str(t, "details.0.errorCode") != "ACTION.PROCESSING" || (!strings.Contains(message, says) && !strings.Contains(message, "begins with")) {
				t.Errorf("%s, %q: %s", v.typeID, url, answer.Body)
			}
		}
	}
}

// What the vendor answers becomes what any answer becomes.
func TestAVendorsRefusalsAreListedErrors(t *testing.T) {
	t.Parallel()
	b := start(t, mocktest.Options{})
	v := vendors("https://fake.example.test")[3]
	id := b.installVendor(v)
	for status, code := range map[int]string{400: "bad.request", 401: "bad.credentials", 403: "not.authorized", 404: "not.found", 409: "request.conflict", 429: "too.many.requests"} {
		b.Stub(t, mocktest.Stub{ID: "it", URL: v.url, Status: status, Body: map[string]string{"error": "no"}})
		if got := b.run(b.publish(id, action(v.url)), status); got.Str(t, "code") != code {
			t.Errorf("%d: %s", status, got.Body)
		}
	}
	b.Stub(t, mocktest.Stub{ID: "it", URL: v.url, Status: 502})
	b.run(b.publish(id, action(v.url)), 500)
}
