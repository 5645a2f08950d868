package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/directory"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/identity"
	"github.com/mockcloud/mockcloud/internal/scim"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
)

// The permissions that changes of a user take. The catalogue lists them as
// alternatives that let the call in.
//
// Guess: what a request really changes takes the permission for that; creating a
// user covers all that stands in the user itself, a password included, as in the
// Platform API.
var (
	permAdd         = permission("directory:user:add")
	permEdit        = permission("directory:user:edit")
	permSetPassword = permission("directory:user:setPassword")
	permGrant       = permission("authorization:grant:add")
	permTake        = permission("authorization:grant:delete")
	permSkill       = permission("routing:skill:assign")
	permLanguage    = permission("routing:language:assign")
	permExtension   = permission("telephony:extension:assign")
)

func permission(text string) spec.Permission {
	p, err := spec.ParsePermission(text)
	if err != nil {
		panic(err) // a constant above is wrong
	}
	return p
}

// writer makes a user what a resource says.
type writer struct {
	c        *handlers.Call
	user     *identity.User
	creating bool // also one who was deleted
	fresh    bool // the user is not stored yet
	was      identity.User
	addition bool // something changed that is kept elsewhere
}

// write stores all that differs. What the resource does not have is taken away.
// The version stays where nothing differs.
func (w *writer) write(wanted scim.Object) error {
	w.was = *w.user
	w.user.Profile = maps.Clone(w.user.Profile)
	w.user.ExternalIDs = slices.Clone(w.user.ExternalIDs)
	if err := w.apply(wanted); err != nil {
		return err
	}
	edited, err := w.edited()
	if err != nil {
		return err
	}
	if err := w.mayEdit(edited); err != nil {
		return err
	}
	if w.fresh {
		w.user.Touch(w.user.Created)
		if err := w.save(directory.Add); err != nil {
			return err
		}
	}
	if err := w.writeKept(wanted); err != nil {
		return err
	}
	switch {
	case w.fresh:
		return nil
	case !edited && !w.addition && !w.creating:
		return nil
	}
	w.user.Touch(clock.At(w.c.Now()))
	if err := w.save(directory.Save); err != nil {
		return err
	}
	if w.user.Name != w.was.Name {
		return directory.Renamed(w.c.Tx, w.user)
	}
	return nil
}

// save stores the user, or says in SCIM's words what somebody else has.
func (w *writer) save(store func(*store.Tx, *identity.User) error) error {
	err := store(w.c.Tx, w.user)
	taken, ok := errors.AsType[*apierr.Error](err)
	if !ok || taken.Status != http.StatusConflict {
		return err
	}
	what := "userName"
	if len(taken.Details) > 0 && taken.Details[0].FieldName != "email" {
		what = "external id"
	}
	return scim.Errorf(http.StatusConflict, scim.Uniqueness, "There is a user with this %s.", what)
}

// edited says whether what stands in the user itself has changed.
func (w *writer) edited() (bool, error) {
	before, err := json.Marshal(w.was)
	if err != nil {
		return false, err
	}
	after, err := json.Marshal(w.user)
	return !bytes.Equal(before, after), err
}

// mayEdit asks for the permissions that the changes of the user itself take: where
// it lives, and where it goes. Whether it may be created has been asked already.
func (w *writer) mayEdit(edited bool) error {
	divisions := []string{w.user.DivisionID}
	if !w.creating && w.was.DivisionID != w.user.DivisionID {
		divisions = []string{w.was.DivisionID, w.user.DivisionID}
	}
	if !w.creating && edited && !w.passwordOnly() {
		if err := w.c.Require(permEdit, divisions...); err != nil {
			return err
		}
	}
	if !w.creating && !w.user.Password.Same(w.was.Password) {
		if err := w.c.Require(permSetPassword, w.was.DivisionID); err != nil {
			return err
		}
	}
	before, err := w.was.Addresses()
	if err != nil {
		return err
	}
	after, err := w.user.Addresses()
	if err != nil {
		return err
	}
	if !slices.Equal(extensionsOf(before), extensionsOf(after)) {
		return w.c.Require(permExtension, divisions...)
	}
	return nil
}

// passwordOnly says whether the password is all that has changed in the user.
func (w *writer) passwordOnly() bool {
	if w.user.Password.Same(w.was.Password) {
		return false
	}
	plain := *w.user
	plain.Password = w.was.Password
	other := &writer{user: &plain, was: w.was}
	edited, err := other.edited()
	return err == nil && !edited
}

// apply makes the user itself what the resource says.
func (w *writer) apply(wanted scim.Object) error {
	u := w.user
	if err := w.applyName(wanted); err != nil {
		return err
	}
	u.Title = text(wanted, "title")
	// Guess: a null, and a remove, leave the state as it is. To be without one is no
	// state, and nobody shall be locked out because a client sends all that it knows.
	if active, said := wanted["active"].(bool); said {
		if err := w.applyState(active); err != nil {
			return err
		}
	}
	if err := w.applyEnterprise(object(wanted, scim.Enterprise)); err != nil {
		return err
	}
	if err := w.applyAddresses(wanted); err != nil {
		return err
	}
	if err := w.applyExternalIDs(text(wanted, "externalId"), items(object(wanted, scim.Genesys), "externalIds")); err != nil {
		return err
	}
	return w.applyPassword(wanted)
}

func (w *writer) applyName(wanted scim.Object) error {
	u := w.user
	name, email := text(wanted, "displayName"), text(wanted, "userName")
	if directory.CheckName(name) != nil {
		return invalid("displayName must not be blank.")
	}
	if !directory.ValidEmail(email) {
		return invalid("userName must be an e-mail address.")
	}
	u.Name = name
	u.SetEmail(email)
	return nil
}

func (w *writer) applyState(active bool) error {
	state := identity.UserInactive
	if active {
		state = identity.UserActive
	}
	if state == w.user.State {
		return nil
	}
	if w.fresh { // there is no state to leave
		w.user.State = state
		return nil
	}
	return directory.Enter(w.c.Tx, w.user, state, "", clock.At(w.c.Now()))
}

func (w *writer) applyEnterprise(wanted scim.Object) error {
	u, tx := w.user, w.c.Tx
	if name := text(wanted, "division"); u.DivisionID == "" || name == "" || name != identity.DivisionName(tx, u.DivisionID) {
		id, err := divisionNamed(tx, name)
		if err != nil {
			return err
		}
		u.DivisionID = id
	}
	u.Department = text(wanted, "department")
	manager := text(object(wanted, "manager"), "value")
	if manager != u.ManagerID {
		if err := directory.CheckManager(tx, u, manager); err != nil {
			return err
		}
		u.ManagerID = manager
	}
	info := u.EmployerInfo()
	before := info
	info.EmployeeID = text(wanted, "employeeNumber")
	if date := text(wanted, "dateHire"); date != day(info.DateHire) {
		if info.DateHire = day(date); date != "" && !isDay(info.DateHire) {
			return invalid("dateHire must be a date such as 2026-01-31.")
		}
	}
	if info == before {
		return nil
	}
	return u.SetPart(identity.ProfileEmployerInfo, info)
}

// divisionOf is the id of the division in which a resource lives.
func divisionOf(tx *store.Tx, resource scim.Object) (string, error) {
	return divisionNamed(tx, text(object(resource, scim.Enterprise), "division"))
}

// divisionNamed finds the id of a division by its name (forum thread "User creation
// through SCIM").
//
// Guess: a user without a division, be it that it was taken away, lives in Home.
func divisionNamed(tx *store.Tx, name string) (string, error) {
	if name == "" {
		home, err := identity.HomeDivision(tx)
		if err != nil {
			return "", err
		}
		return home.ID, nil
	}
	d, err := identity.DivisionByName(tx, name)
	if errors.Is(err, store.ErrNotFound) {
		return "", invalid("There is no division with the name [%.100s].", name)
	}
	if err != nil {
		return "", err
	}
	return d.ID, nil
}

// day is the date of a date with or without a time; other texts stay as they are.
func day(date string) string {
	if before, _, timed := strings.Cut(date, "T"); timed {
		if _, err := clock.Parse(date); err == nil {
			return before
		}
	}
	return date
}

func isDay(date string) bool {
	_, err := clock.Parse(date + "T00:00:00.000Z")
	return err == nil && len(date) == len("2006-01-02")
}

func (w *writer) applyAddresses(wanted scim.Object) error {
	before, err := w.user.Addresses()
	if err != nil {
		return err
	}
	addresses, err := w.setMail(before, items(wanted, "emails"), w.was.Email)
	if err != nil {
		return err
	}
	if addresses, err = setPhones(addresses, items(wanted, "phoneNumbers")); err != nil {
		return err
	}
	if slices.Equal(before, addresses) {
		return nil
	}
	return w.user.SetPart(identity.ProfileAddresses, addresses)
}

// applyPassword gives the user the password that was prepared. That it is not read
// is why it is there only where it shall be changed.
func (w *writer) applyPassword(wanted scim.Object) error {
	plain, sent := wanted["password"].(string)
	if !sent {
		return nil
	}
	prepared, _ := w.c.Prepared.(*newPassword)
	if prepared == nil || prepared.plain != plain {
		return errMeanwhile()
	}
	if broken := directory.BadPassword(w.c.Catalogue, w.c.Caller.Org, plain); broken != "" {
		return invalid("password: %s.", broken)
	}
	if prepared.hashed == nil { // the caller could not set it then
		needed := permSetPassword
		if w.creating {
			needed = permAdd
		}
		if err := w.c.Require(needed, w.user.DivisionID); err != nil {
			return err
		}
		return errMeanwhile()
	}
	w.user.Password = prepared.hashed
	if w.fresh {
		return nil
	}
	return auth.EndSignIns(w.c.Tx, w.user.ID)
}

// errMeanwhile is the conflict of a password that was looked at when the user, or
// the caller, was another one.
//
// Guess: it has no scimType, since RFC 7644 has none for a race.
func errMeanwhile() error {
	return apierr.Conflict("The user has been changed meanwhile. Try again.")
}
