package actions

import (
	"encoding/json"
	"errors"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/integration"
	"github.com/mockcloud/mockcloud/internal/store"
)

// userDefinedOAuth is the type of credential that an action logs in with.
const userDefinedOAuth = "userDefinedOAuth"

// KeepAuth sees to it that the integration has an action that logs in while its
// credential is of the type that needs one, and has none otherwise (Terraform
// waits for it under its fixed id).
func KeepAuth(tx *store.Tx, i *integration.Integration, now *clock.Time) error {
	credential, err := i.Credential(tx)
	if err != nil {
		return err
	}
	kind, err := kindOfIntegration(tx, i)
	if err != nil {
		return err
	}
	id := authID(i.ID)
	wanted := credential != nil && credential.Type == userDefinedOAuth && kind == integration.Web
	switch has := Published.Has(tx, id); {
	case wanted && !has:
		return Published.Insert(tx, newAuth(i, now))
	case !wanted && has:
		return remove(tx, id)
	}
	return nil
}

// newAuth logs in as OAuth client, as most do: its owner can change that. The
// schemas are open, since its answer becomes ${authResponse}.
func newAuth(i *integration.Integration, now *clock.Time) *Action {
	name := []rune("Custom Auth - " + i.Name)
	return &Action{
		ID: authID(i.ID), Name: string(name[:min(len(name), maxName)]), IntegrationID: i.ID, Category: i.Name, Version: 1,
		Input: json.RawMessage(openSchema), Success: json.RawMessage(openSchema),
		Config: Config{
			Request: Request{
				URLTemplate: "${credentials.loginUrl}", Type: "POST", Template: "grant_type=client_credentials",
				Headers: map[string]string{
					"Authorization": `Basic $encoding.base64("${credentials.clientId}:${credentials.clientSecret}")`,
					"Content-Type":  "application/x-www-form-urlencoded",
				},
			},
			Response: Response{TranslationMap: map[string]string{}, TranslationMapDefaults: map[string]string{}, SuccessTemplate: DefaultSuccessTemplate},
		},
		Created: now, Modified: now,
	}
}

// authOf returns the action that logs in for an integration, or nil.
func authOf(tx *store.Tx, integrationID string) (*Action, error) {
	a, err := Published.Peek(tx, authID(integrationID))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return a, err
}
