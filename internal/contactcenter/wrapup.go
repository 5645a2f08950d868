package contactcenter

import (
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/store"
)

// WrapupCode says how an interaction ended.
type WrapupCode struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	DivisionID  string      `json:"divisionId"` // may be AllDivisions
	Created     *clock.Time `json:"created,omitempty"`
	CreatedBy   string      `json:"createdBy,omitempty"` // id of a user or client
	Modified    *clock.Time `json:"modified,omitempty"`
	ModifiedBy  string      `json:"modifiedBy,omitempty"`
}

// WrapupCodes are sorted by name. Names are unique, whatever their case.
var WrapupCodes = store.Collection[*WrapupCode]{
	Name: "routing/wrapupcodes",
	Key:  func(w *WrapupCode) string { return w.ID },
	Indexes: []store.Index[*WrapupCode]{
		{Name: "name", Unique: true, Keys: func(w *WrapupCode) []string { return []string{NameKey(w.Name)} }},
		{Name: "division", Keys: func(w *WrapupCode) []string { return []string{w.DivisionID} }},
	},
}

// WrapupCodesIn counts the wrap-up codes of a division, leaving out those of
// every division.
func WrapupCodesIn(tx *store.Tx, divisionID string) (int, error) {
	n := 0
	for range WrapupCodes.KeysBy(tx, "division", divisionID) {
		n++
	}
	return n, nil
}

// assignment offers a wrap-up code in a queue.
type assignment struct {
	QueueID string `json:"queueId"`
	CodeID  string `json:"codeId"`
}

func assignmentKey(queueID, codeID string) string { return queueID + "/" + codeID }

var assignments = store.Collection[*assignment]{
	Name: "routing/queues/wrapupcodes",
	Key:  func(a *assignment) string { return assignmentKey(a.QueueID, a.CodeID) },
	Indexes: []store.Index[*assignment]{
		{Name: "code", Keys: func(a *assignment) []string { return []string{a.CodeID} }},
	},
}

// Offer adds a wrap-up code to those of a queue. Twice is no error.
func Offer(tx *store.Tx, queueID, codeID string) error {
	return assignments.Put(tx, &assignment{QueueID: queueID, CodeID: codeID})
}

// Withdraw takes a wrap-up code from those of a queue, or returns
// store.ErrNotFound.
func Withdraw(tx *store.Tx, queueID, codeID string) error {
	return assignments.Delete(tx, assignmentKey(queueID, codeID))
}

// Offered returns the wrap-up codes of a queue, sorted by name, as shared
// values.
func Offered(tx *store.Tx, queueID string) ([]*WrapupCode, error) {
	prefix := queueID + "/"
	var codes []*WrapupCode
	for key := range assignments.Keys(tx, prefix) {
		code, err := WrapupCodes.Peek(tx, key[len(prefix):])
		if err != nil {
			return nil, err
		}
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b *WrapupCode) int { return strings.Compare(NameKey(a.Name), NameKey(b.Name)) })
	return codes, nil
}

// DeleteWrapupCode removes a wrap-up code, also from the queues that offer it.
func DeleteWrapupCode(tx *store.Tx, id string) error {
	for key := range assignments.KeysBy(tx, "code", id) {
		if err := assignments.Delete(tx, key); err != nil {
			return err
		}
	}
	return WrapupCodes.Delete(tx, id)
}
