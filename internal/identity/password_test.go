package identity_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/identity"
)

func TestPasswordsMatchInEveryFormThatAStateMayHold(t *testing.T) {
	t.Parallel()
	fresh, err := identity.HashPassword(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	again, err := identity.HashPassword(t.Context(), "right")
	if err != nil || again.Hash == fresh.Hash || !strings.HasPrefix(fresh.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("two hashes: %v, %v (%v)", fresh, again, err)
	}
	for name, tt := range map[string]struct {
		stored *identity.Password
		plain  string
		want   bool
	}{
		"the password":          {fresh, "right", true},
		"another":               {fresh, "wrong", false},
		"none typed":            {fresh, "", false},
		"one that is too long":  {fresh, strings.Repeat("x", identity.MaxPassword+1), false},
		"not used yet":          {&identity.Password{Plain: "right"}, "right", true},
		"another, not used yet": {&identity.Password{Plain: "right"}, "wrong", false},
		"nobody's":              {nil, "right", false},
		"empty":                 {&identity.Password{}, "", false},
		"damaged":               {&identity.Password{Hash: "$argon2id$v=19$m=,t=,p=$a$b"}, "right", false},
		"without costs":         {&identity.Password{Hash: "$argon2id$v=19$m=8,t=0,p=0$YQ$YQ"}, "right", false},
		"bad salt":              {&identity.Password{Hash: "$argon2id$v=19$m=8,t=1,p=1$!$YQ"}, "right", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := tt.stored.Matches(t.Context(), tt.plain); got != tt.want || err != nil {
				t.Errorf("matches = %v (%v)", got, err)
			}
		})
	}
	if _, err := identity.HashPassword(t.Context(), strings.Repeat("x", identity.MaxPassword+1)); err == nil {
		t.Error("a password that is too long is hashed")
	}
}

// Whoever has hung up is not hashed for.
func TestAHashIsNotComputedForThoseWhoHaveGone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := identity.HashPassword(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("hash: %v", err)
	}
	if _, err := (&identity.Password{Plain: "x"}).Matches(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("comparison: %v", err)
	}
}
