package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// jsonObject is an object whose members stay in order, as those of schemas do.
type jsonObject []jsonMember

type jsonMember struct {
	name  string
	value json.RawMessage
}

var errNoObject = errors.New("not a JSON object")

// parseObject reads one. Of members that have the same name the last one counts, as for
// everybody who reads JSON.
func parseObject(text []byte) (jsonObject, error) {
	members, err := membersOf(text)
	o := jsonObject{}
	places := make(map[string]int)
	for _, m := range members {
		if i, ok := places[m.name]; ok {
			o[i].value = m.value
			continue
		}
		places[m.name] = len(o)
		o = append(o, m)
	}
	return o, err
}

// membersOf reads the members of a JSON object, whatever their names.
func membersOf(text []byte) ([]jsonMember, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNoObject
	}
	var members []jsonMember
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // names are always texts
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, jsonMember{name, value})
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNoObject
	}
	return members, nil
}

// MarshalJSON implements json.Marshaler.
func (o jsonObject) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), m.value...)
	}
	return append(b, '}'), nil
}

func (o jsonObject) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// text is a member that is a text; "" for any other.
func (o jsonObject) text(name string) string {
	var s string
	if json.Unmarshal(o.get(name), &s) != nil {
		return ""
	}
	return s
}

// with is the object with that member, in its old place if it had one.
func (o jsonObject) with(name string, value json.RawMessage) jsonObject {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
			return o
		}
	}
	return append(o, jsonMember{name, value})
}

func (o jsonObject) without(names ...string) jsonObject {
	return slices.DeleteFunc(o, func(m jsonMember) bool { return slices.Contains(names, m.name) })
}
