package control

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/actions"
	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

func (c *Control) mountActions(g *echo.Group) {
	g.POST("/actions/import", c.importAction)
	g.GET("/actions/export", c.exportAction)
}

// ImportResponse says what became of an imported action.
type ImportResponse struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	IntegrationID string `json:"integrationId"`
	Version       int    `json:"version"`
	Published     bool   `json:"published"` // else it is a draft
}

// maxActionFile is the largest file that is imported, in bytes.
const maxActionFile = 1 << 20

// importAction makes an action of an exported file: the body. The query names
// the integration, by id or name, and may ask to publish.
func (c *Control) importAction(ec echo.Context) error {
	r := ec.Request()
	name, publish := ec.QueryParam("integration"), ec.QueryParam("publish") == "true"
	switch ec.QueryParam("publish") {
	case "", "true", "false":
	default:
		return apierr.InvalidQuery("publish", ec.QueryParam("publish"), "true, false")
	}
	if name == "" {
		return apierr.BadRequest("Name the integration: /_mockcloud/actions/import?integration=NAME.").OnField("integration")
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxActionFile+1))
	switch {
	case err != nil:
		return apierr.BadRequest("The request body could not be read.")
	case len(text) > maxActionFile:
		return apierr.Newf(http.StatusRequestEntityTooLarge, "request.entity.too.large", "The request is over the size limit. Maximum bytes: %d", maxActionFile)
	}
	export, err := actions.ReadExport(text)
	if err != nil {
		return err
	}
	needs := []string{"postIntegrationsActionsDrafts"}
	if publish {
		needs = append(needs, "postIntegrationsActionDraftPublish")
	}
	answer := ImportResponse{Published: publish}
	err = c.inOrgWith(r, c.DB.Update, needs, func(tx *store.Tx) error {
		i, err := integration.Named(tx, name)
		if err != nil {
			return err
		}
		a, err := actions.Maker{NewID: c.NewID, Now: clock.At(c.Clock.Now())}.Import(tx, export, i, publish)
		if err == nil {
			answer.ID, answer.Name, answer.IntegrationID, answer.Version = a.ID, a.Name, a.IntegrationID, a.Version
		}
		return err
	})
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, answer)
}

// exportAction answers the file of the action that the query names, by id or
// name.
func (c *Control) exportAction(ec echo.Context) error {
	r := ec.Request()
	name := ec.QueryParam("action")
	if name == "" {
		return apierr.BadRequest("Name the action: /_mockcloud/actions/export?action=NAME.").OnField("action")
	}
	var export *actions.Export
	err := c.inOrgWith(r, c.DB.View, []string{"getIntegrationsAction"}, func(tx *store.Tx) error {
		a, err := actions.Named(tx, name)
		if err != nil {
			return err
		}
		export, err = actions.ExportOf(tx, a)
		return err
	})
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, export)
}

// transaction is how an organization is looked at or changed.
type transaction func(ctx context.Context, org string, fn func(*store.Tx) error) error

// inOrgWith runs fn in the organization of the token that the request carries,
// whose owner must be allowed all of the operations. Without a token the
// request must come from this machine; the first organization then counts in
// which fn finds what it looks for.
func (c *Control) inOrgWith(r *http.Request, run transaction, operations []string, fn func(*store.Tx) error) error {
	if r.Header.Get(echo.HeaderAuthorization) != "" {
		return c.inOrgOf(r, run, operations, fn)
	}
	if !fromThisMachine(r) {
		return apierr.New(http.StatusForbidden, "loopback.only", "Without a token, this is only for requests from this machine.")
	}
	orgs, err := c.orgs(r.Context())
	if err != nil {
		return err
	}
	err = apierr.NotFound()
	for _, org := range orgs {
		err = run(r.Context(), org, fn)
		if public, ok := errors.AsType[*apierr.Error](err); !ok || public.Status != http.StatusNotFound {
			return err
		}
	}
	return err
}

func (c *Control) inOrgOf(r *http.Request, run transaction, operations []string, fn func(*store.Tx) error) error {
	scheme, token, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	claims, err := c.Authority.Verify(strings.TrimSpace(token))
	if err != nil || !strings.EqualFold(scheme, "bearer") {
		return auth.BadCredentials()
	}
	from := handlers.RemoteIP(r)
	return run(r.Context(), claims.Org, func(tx *store.Tx) error {
		caller, err := c.Authority.Caller(tx, claims)
		if auth.IsDead(err) {
			return auth.BadCredentials()
		}
		if err != nil {
			return err
		}
		if refusal := c.Authority.AllowsFrom(caller, from); refusal != nil {
			return refusal
		}
		for _, id := range operations {
			op, ok := c.Catalogue.Operation(id)
			if !ok {
				return errors.New("operation " + id + " is not in the catalogue")
			}
			if _, refusal := caller.Authorize(tx, op); refusal != nil {
				return refusal
			}
			if _, err := c.Authority.CheckPolicies(tx, caller, op, from); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// orgs lists the organizations.
func (c *Control) orgs(ctx context.Context) (ids []string, err error) {
	err = c.DB.View(ctx, store.Global, func(tx *store.Tx) error {
		for id := range tx.Orgs() {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
