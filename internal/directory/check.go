package directory

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// CheckName refuses a name that shows nothing.
func CheckName(name string) error {
	if strings.TrimSpace(name) == "" {
		return Invalid("name", "The name must not be blank.")
	}
	return nil
}

// maxEmail is the longest address that mail can reach (RFC 5321).
const maxEmail = 254

// ValidEmail says whether the text can be an e-mail address.
func ValidEmail(email string) bool {
	local, domain, ok := strings.Cut(email, "@")
	return ok && local != "" && domain != "" && len(email) <= maxEmail && !strings.ContainsAny(email, " \t\r\n\x00")
}

// CheckManager refuses as manager of u who is not there. It lets "" pass, which
// means none.
func CheckManager(tx *store.Tx, u *identity.User, id string) error {
	switch id {
	case "":
		return nil
	case u.ID:
		return Invalid("manager", "A user cannot be their own manager.")
	}
	manager, err := identity.Users.Peek(tx, id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && manager.State == identity.UserDeleted) {
		return Invalid("manager", fmt.Sprintf("There is no user with the id [%.100s].", id))
	}
	return err
}

// BadPassword says in words which of the organization's rules a password breaks by
// itself; "" where it breaks none.
func BadPassword(cat *spec.Catalogue, org *identity.Org, plain string) string {
	rules := org.Settings.Authentication.Requirements()
	switch broken := rules.Check(plain); broken {
	case "":
		return ""
	case identity.PasswordBreaksAnotherPolicy:
		return fmt.Sprintf("A password can have %d bytes at most", identity.MaxPassword)
	default:
		op, _ := cat.Operation("postUserPassword")
		_, reason, _ := op.ErrorCode(broken)
		return reason
	}
}
