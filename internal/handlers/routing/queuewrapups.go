package routing

import (
	"context"
	"errors"
	"net/http"

	"github.com/mockcloud/mockcloud/internal/contactcenter"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/store"
)

type offeredInput struct {
	QueueID string `param:"queueId"`
}

// offered lists the wrap-up codes of a queue by name.
func (f *Family) offered(_ context.Context, c *handlers.Call, in offeredInput) (*handlers.Listing[*codeView], error) {
	p, err := handlers.PageOf(c, maxPage)
	if err != nil {
		return nil, err
	}
	q, err := peekQueue(c, in.QueueID)
	if err != nil {
		return nil, err
	}
	codes, err := contactcenter.Offered(c.Tx, q.ID)
	if err != nil {
		return nil, err
	}
	return handlers.NewListing(c, viewCodes(c, handlers.Cut(codes, p)), p, len(codes)), nil
}

type offerInput struct {
	QueueID string      `param:"queueId"`
	Body    []reference `body:""`
}

// offer adds wrap-up codes to those of a queue and answers the added ones.
func (f *Family) offer(_ context.Context, c *handlers.Call, in offerInput) ([]*codeView, error) {
	q, err := peekQueue(c, in.QueueID)
	if err != nil {
		return nil, err
	}
	if n := len(in.Body); n == 0 || n > maxBulk {
		return nil, c.Documented(http.StatusBadRequest, "bad.request")
	}
	added := make([]*contactcenter.WrapupCode, 0, len(in.Body))
	for _, r := range in.Body {
		w, err := findCode(c, r.ID)
		if err != nil {
			return nil, err
		}
		if w.DivisionID != contactcenter.AllDivisions && !c.Caller.Permits(c.Tx, viewWrapupCode, w.DivisionID) {
			return nil, missing(c, r.ID, "wrapupCode")
		}
		if err := contactcenter.Offer(c.Tx, q.ID, w.ID); err != nil {
			return nil, err
		}
		added = append(added, w)
	}
	return viewCodes(c, added), nil
}

type withdrawInput struct {
	QueueID string `param:"queueId"`
	CodeID  string `param:"codeId"`
}

func (f *Family) withdraw(_ context.Context, c *handlers.Call, in withdrawInput) (handlers.None, error) {
	q, err := peekQueue(c, in.QueueID)
	if err != nil {
		return handlers.None{}, err
	}
	err = contactcenter.Withdraw(c.Tx, q.ID, in.CodeID)
	if errors.Is(err, store.ErrNotFound) {
		return handlers.None{}, missing(c, in.CodeID, "wrapupCode")
	}
	return handlers.None{}, err
}
