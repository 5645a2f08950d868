package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
)

// A setter fills one field of an input struct from the call.
type setter func(c *Call, field reflect.Value) error

// binder prepares the binding of In: each field with the tag `param:"name"`
// takes a path parameter, with `query:"name"` a query parameter, with
// `header:"name"` a header, and one with `body:""` the decoded body. Path and
// header fields are strings; query fields are string, int, bool, []string, or
// pointers to these, which stay nil when the parameter is absent.
// What is bound has been validated before, so values of the right type are
// expected; what still does not fit is a 400.
func binder[In any]() (func(*Call, *In) error, error) {
	t := reflect.TypeFor[In]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("input %s is not a struct", t)
	}
	type bound struct {
		index int
		set   setter
	}
	var fields []bound
	for i := range t.NumField() {
		f := t.Field(i)
		set, err := setterFor(f)
		if err != nil {
			return nil, err
		}
		fields = append(fields, bound{index: i, set: set})
	}
	return func(c *Call, in *In) error {
		v := reflect.ValueOf(in).Elem()
		for _, f := range fields {
			if err := f.set(c, v.Field(f.index)); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func setterFor(f reflect.StructField) (setter, error) {
	if name, ok := f.Tag.Lookup("param"); ok {
		if f.Type.Kind() != reflect.String {
			return nil, fmt.Errorf("path parameter %s must be a string", f.Name)
		}
		return func(c *Call, v reflect.Value) error {
			v.SetString(c.Param(name))
			return nil
		}, nil
	}
	if name, ok := f.Tag.Lookup("query"); ok {
		if !bindable(f.Type) {
			return nil, fmt.Errorf("query parameter %s has the unsupported type %s", f.Name, f.Type)
		}
		return func(c *Call, v reflect.Value) error { return setQuery(v, name, c.Input.Query[name]) }, nil
	}
	if name, ok := f.Tag.Lookup("header"); ok {
		if f.Type.Kind() != reflect.String {
			return nil, fmt.Errorf("header parameter %s must be a string", f.Name)
		}
		return func(c *Call, v reflect.Value) error {
			v.SetString(strings.Join(c.Header.Values(name), ", ")) // several of one name are one list
			return nil
		}, nil
	}
	if _, ok := f.Tag.Lookup("body"); ok {
		return setBody, nil
	}
	return nil, fmt.Errorf("field %s has no tag param, query, header or body", f.Name)
}

func bindable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Bool:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String
	default:
		return false
	}
}

func setQuery(v reflect.Value, name string, values []string) error {
	if len(values) == 0 {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	var err error
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.ValueOf(values))
	case reflect.String:
		v.SetString(values[0])
	case reflect.Int:
		var n int
		n, err = strconv.Atoi(values[0])
		v.SetInt(int64(n))
	default:
		var b bool
		b, err = strconv.ParseBool(strings.ToLower(values[0]))
		v.SetBool(b)
	}
	if err != nil {
		return apierr.InvalidQuery(name, values[0], v.Kind().String()+" values")
	}
	return nil
}

func setBody(c *Call, v reflect.Value) error {
	if c.Input.Raw == nil {
		return nil
	}
	err := json.Unmarshal(c.Input.Raw, v.Addr().Interface())
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*apierr.Error](err); ok {
		return known
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return apierr.BadRequest("The value of [" + wrong.Field + "] has the wrong type.").OnField(wrong.Field)
	}
	return apierr.BadRequest("The request body could not be read.")
}

// Replace sets what a change may leave out, where it was sent.
func Replace[T any](target, sent *T) {
	if sent != nil {
		*target = *sent
	}
}
