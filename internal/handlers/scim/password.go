package scim

import (
	"context"
	"fmt"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
)

// newPassword is a password on its way into the state. Hashing is slow on purpose
// and happens ahead of the write transaction.
type newPassword struct {
	plain  string
	hashed *identity.Password // nil where the operation will refuse it
}

// preparePassword comes before the operations whose body may have a password.
func (f *Family) preparePassword(ctx context.Context, c *handlers.Call) error {
	sent, _ := c.Input.Body.(scim.Object)
	return prepare(ctx, c, scim.UserType.Canonical(sent))
}

// preparePatchedPassword comes before patchScimUser: only carrying the operations
// out tells whether one of them sets a password. What is wrong with them, or with
// the user, the operation will say.
func (f *Family) preparePatchedPassword(ctx context.Context, c *handlers.Call) error {
	wanted, err := operations(c, scim.UserType)
	if err != nil {
		return err
	}
	var after scim.Object
	err = c.View(ctx, func() error {
		u, err := identity.Users.Peek(c.Tx, c.Param("userId"))
		if err != nil {
			return err
		}
		current, err := whole(c, u)
		if err != nil {
			return err
		}
		after, err = wanted(current)
		return err
	})
	if err != nil {
		return ctx.Err()
	}
	return prepare(ctx, c, after)
}

// prepare hashes the resource's password, where there is one that the organization
// takes and the caller may set somewhere.
func prepare(ctx context.Context, c *handlers.Call, resource scim.Object) error {
	plain, sent := resource["password"].(string)
	if !sent {
		return nil
	}
	p := &newPassword{plain: plain}
	c.Prepared = p
	if directory.BadPassword(c.Catalogue, c.Caller.Org, plain) != "" {
		return nil
	}
	needed := permSetPassword
	if c.Operation.Method == "POST" {
		needed = permAdd
	}
	may := false
	if err := c.View(ctx, func() error { may = c.Caller.Permits(c.Tx, needed, ""); return nil }); err != nil || !may {
		return err
	}
	hashed, err := identity.HashPassword(ctx, plain)
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	hashed.Changed = clock.At(c.Now())
	p.hashed = hashed
	return nil
}
