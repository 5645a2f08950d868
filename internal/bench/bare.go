package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"
)

// bareCommand is the hidden first argument that makes this program the bare
// reference. The second one names the file with its bareConfig.
const bareCommand = "serve-bare"

// bareConfig is what the bare reference answers.
type bareConfig struct {
	Client oauthClient     `json:"client"`
	Claims json.RawMessage `json:"claims"` // of the token that it signs

	Schedule  schedule  `json:"schedule"` // of the engine
	Schedules schedules `json:"schedules"`
}

// oauthClient is the API's OAuth client, as a request and as an answer.
type oauthClient struct {
	ID                         string         `json:"id,omitempty"`
	Name                       string         `json:"name"`
	AccessTokenValiditySeconds int            `json:"accessTokenValiditySeconds"`
	Description                string         `json:"description,omitempty"`
	RegisteredRedirectURI      []string       `json:"registeredRedirectUri,omitempty"`
	Secret                     string         `json:"secret,omitempty"`
	RoleIDs                    []string       `json:"roleIds,omitempty"`
	DateCreated                string         `json:"dateCreated,omitempty"`
	DateModified               string         `json:"dateModified,omitempty"`
	CreatedBy                  *reference     `json:"createdBy,omitempty"`
	ModifiedBy                 *reference     `json:"modifiedBy,omitempty"`
	AuthorizedGrantType        string         `json:"authorizedGrantType"`
	Scope                      []string       `json:"scope,omitempty"`
	RoleDivisions              []roleDivision `json:"roleDivisions,omitempty"`
	State                      string         `json:"state,omitempty"`
	SelfURI                    string         `json:"selfUri,omitempty"`
}

type reference struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	SelfURI string `json:"selfUri,omitempty"`
}

type roleDivision struct {
	RoleID     string `json:"roleId"`
	DivisionID string `json:"divisionId"`
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
}

// serveBare serves the least that Echo can do for the same answers: no token is
// looked at, nothing is validated and nothing is stored.
func serveBare(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var config bareConfig
	if err := json.Unmarshal(text, &config); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	options := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", config.Client.ID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, options)
	if err != nil {
		return err
	}

	e := echo.New()
	e.GET("/", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	e.GET("/api/v2/oauth/clients/:clientId", func(c echo.Context) error {
		return c.JSON(http.StatusOK, &config.Client)
	})
	e.POST("/api/v2/oauth/clients", func(c echo.Context) error {
		var client oauthClient
		if err := c.Bind(&client); err != nil {
			return err
		}
		return c.JSON(http.StatusOK, &client)
	})
	e.GET(schedulesPath, func(c echo.Context) error {
		page, err := json.Marshal(&config.Schedules)
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(page))) // it is too long for the library to tell by itself
		return c.JSONBlob(http.StatusOK, page)
	})
	e.GET(schedulesPath+"/:scheduleId", func(c echo.Context) error { return c.JSON(http.StatusOK, &config.Schedule) })
	e.POST(schedulesPath, func(c echo.Context) error {
		var item schedule
		if err := c.Bind(&item); err != nil {
			return err
		}
		return c.JSON(http.StatusOK, &item)
	})
	e.POST("/oauth/token", func(c echo.Context) error {
		signed, err := signer.Sign(config.Claims)
		if err != nil {
			return err
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, tokenAnswer{AccessToken: token, TokenType: "bearer", ExpiresIn: 86399})
	})

	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nobody could cancel it
	if err != nil {
		return err
	}
	fmt.Printf("bare serves http://%s\n", listener.Addr())
	return http.Serve(listener, e) //nolint:gosec // time-outs cost something, and nobody else calls
}
