package control

import (
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/auth"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// KeyList is the keys whose tokens are accepted, the newest first.
type KeyList struct {
	Entities []auth.KeyInfo `json:"entities"`
	Total    int            `json:"total"`
}

// RotateRequest asks for a new signing key.
type RotateRequest struct {
	Alg string `json:"alg,omitempty"` // "" means that of the newest key
}

func (c *Control) mountKeys(g *echo.Group) {
	g.GET("/keys", c.listKeys, LoopbackOnly)
	g.POST("/keys/rotate", c.rotateKeys, LoopbackOnly)
}

// LoopbackOnly lets only programs of this machine in.
func LoopbackOnly(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		if !fromThisMachine(ec.Request()) {
			return apierr.New(http.StatusForbidden, "loopback.only", "Only programs on this machine may ask for that.")
		}
		return next(ec)
	}
}

// fromThisMachine says whether a program on this machine sent the request. What a
// proxy on it passes on may come from anywhere, which all but the barest of them
// tell; whoever claims such a thing falsely only loses by it.
func fromThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return false
	}
	for _, name := range [...]string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return true
}

func (c *Control) listKeys(ec echo.Context) error {
	list := KeyList{Entities: c.Authority.Keys()}
	list.Total = len(list.Entities)
	return handlers.WriteResult(ec.Response(), ec.Request().Method, http.StatusOK, list)
}

func (c *Control) rotateKeys(ec echo.Context) error {
	r := ec.Request()
	var wanted RotateRequest
	if r.ContentLength != 0 {
		if err := readJSON(r, &wanted); err != nil {
			return err
		}
	}
	alg, err := auth.ParseAlgorithm(wanted.Alg)
	if err != nil {
		return apierr.Newf(http.StatusBadRequest, "invalid.value", "There is no algorithm %.50q: %s.", wanted.Alg, err).OnField("alg")
	}
	fresh, err := c.Authority.Rotate(r.Context(), alg)
	if err != nil {
		return err
	}
	return handlers.WriteResult(ec.Response(), r.Method, http.StatusOK, fresh)
}
