package spec

import (
	"encoding/json"
	"fmt"
)

// overlay is the hand-written correction of the generated catalogue. Entries
// are applied when the operation or schema is first used.
type overlay struct {
	Operations map[string]*operationOverlay `json:"operations"`
	Schemas    map[string]*schemaOverlay    `json:"schemas"`
}

type operationOverlay struct {
	Why         string          `json:"why"`         // the source of the fact
	Permissions *string         `json:"permissions"` // replaces the column
	Scopes      *string         `json:"scopes"`      // replaces the column
	Status      int             `json:"status"`      // the success status
	Also        []int           `json:"also"`        // statuses without a body that it answers, too
	Params      []param         `json:"params"`      // further parameters, or others of the same name
	Set         json.RawMessage `json:"set"`         // merge patch of the other facts
}

type schemaOverlay struct {
	Why  string          `json:"why"`
	New  bool            `json:"new"`  // the generated catalogue lacks it
	Like string          `json:"like"` // starts from another schema
	Set  json.RawMessage `json:"set"`  // merge patch of the schema
}

func parseOverlay(text string) (*overlay, error) {
	var o overlay
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return nil, fmt.Errorf("spec: overlay: %w", err)
	}
	return &o, nil
}

// merge applies a merge patch (RFC 7396) to a JSON text.
func merge(target string, patch json.RawMessage) (string, error) {
	if len(patch) == 0 {
		return target, nil
	}
	var to, change any
	if err := json.Unmarshal([]byte(target), &to); err != nil {
		return "", err
	}
	if err := json.Unmarshal(patch, &change); err != nil {
		return "", err
	}
	merged, err := json.Marshal(mergeValue(to, change))
	return string(merged), err
}

func mergeValue(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = make(map[string]any)
	}
	for name, change := range changes {
		if change == nil {
			delete(object, name)
			continue
		}
		object[name] = mergeValue(object[name], change)
	}
	return object
}
