package actions

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/outbound"
	"github.com/mockcloud/mockcloud/internal/store"
)

// vendorTarget checks what an action of a vendor's system calls. Nothing is
// called; the mistakes that the vendor would answer are told all the same.
//
// Guess: the words, and that an instance can be called by an absolute URL too.
func (r *runner) vendorTarget(url string) (string, error) {
	switch r.subject.address {
	case integration.ARN:
		if !strings.HasPrefix(url, "arn:") {
			return "", badTarget("The request URL of this data action is the ARN of the function that it invokes: it begins with arn:.")
		}
	case integration.Instance:
		if !strings.HasPrefix(url, "/") && !isWebAddress(url) {
			return "", badTarget("The request URL of this data action is a path on the instance of its credential: it begins with /.")
		}
	}
	return url, checkBlanks(url)
}

func isWebAddress(url string) bool {
	return strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")
}

// addresses are the spellings under which stubs may know a target. A path on
// the instance of a credential is known by its whole address first: paths can be
// those of another system too.
func (r *runner) addresses(target string) []string {
	if r.subject.address == integration.Instance && strings.HasPrefix(target, "/") {
		if base := r.subject.credential.Base(); base != "" {
			return []string{base + target, target}
		}
	}
	return []string{target}
}

// noStub is the failure of a call that only a stub could have answered. It names
// the address as a stub would have it: without a query.
func (r *runner) noStub(ctx context.Context, target string) error {
	known := r.addresses(target)
	for i, address := range known {
		known[i] = withoutQuery(r.mask.Text(address))
	}
	return failure(http.StatusBadRequest, "bad.request", strings.TrimSpace(
		"mockcloud does not run "+r.subject.integration.Name+": register a stub for "+r.call.method+" "+shortenTo(strings.Join(known, " or "), 500)+
			" (POST /_mockcloud/stubs, or stubs in a fixture). "+r.nearStub(ctx, target)), remote)
}

// findStub returns the stub for the call, or nil.
func (r *runner) findStub(ctx context.Context, target string) (stub *outbound.Stub, err error) {
	err = r.engine.DB.View(ctx, r.run.Org, func(tx *store.Tx) (err error) {
		for _, address := range r.addresses(target) {
			stub, err = outbound.Match(tx, r.call.method, address, r.call.body)
			if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return stub, err
}

// nearStub says which stub nearly answered the call, and why it did not.
func (r *runner) nearStub(ctx context.Context, target string) (hint string) {
	_ = r.engine.DB.View(ctx, r.run.Org, func(tx *store.Tx) (err error) { // without a hint, the message is right all the same
		for _, address := range r.addresses(target) {
			if hint, err = outbound.Near(tx, r.call.method, address, r.call.body); err != nil || hint != "" {
				return err
			}
		}
		return nil
	})
	return hint
}
