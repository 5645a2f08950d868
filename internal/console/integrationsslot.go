package console

import (
	"net/http"
	"strings"
)

// saveSlot does what one of the forms of a slot says: puts another credential into it,
// changes the one that it holds, or makes one.
func saveSlot(v *visit) error {
	what := v.form("do")
	typeName := v.form("type")
	if what == "change" {
		typeName = ""
	}
	f, err := loadSlot(v, typeName)
	if err != nil {
		return err
	}
	if what == "use" {
		err = fillSlot(v, f.Slot, v.form("credential"))
		return f.saved(v, err)
	}
	if f.Type == nil || f.Changes != (what == "change") || (f.Changes && v.form("held") != f.Held.ID) {
		f.Stale = true
		return showSlot(v, f, nil)
	}
	fields, ok := f.read(v)
	if !ok {
		return showSlot(v, f, nil)
	}
	body := doc{"type": doc{"name": f.Type.Name}, "credentialFields": fields}
	if f.Changes {
		return f.saved(v, v.api.put(at("/integrations/credentials/%s", f.Held.ID), body))
	}
	body["name"] = f.I.Name
	made := &credential{}
	if err := v.api.post("/integrations/credentials", body, made); err != nil {
		return f.saved(v, err)
	}
	err = fillSlot(v, f.Slot, made.ID)
	if err != nil { // nobody would find it
		_ = v.api.delete(at("/integrations/credentials/%s", made.ID)) // what went wrong before is what matters
	}
	return f.saved(v, err)
}

// saved goes back to the credentials, or shows the forms again with what was wrong.
func (f *slotForm) saved(v *visit, err error) error {
	if p := v.problem(err); p != nil && p.Why == nil {
		return showSlot(v, f, p)
	}
	if err != nil {
		return err
	}
	return v.done(f.path(""), "saved")
}

// fillSlot puts a credential into a slot; "" empties it. What others save at the same
// time is no hindrance: only the slot is changed.
func fillSlot(v *visit, slot, id string) error {
	path := at("/integrations/%s/config/current", v.Param("id"))
	for try := 1; ; try++ {
		config := doc{}
		if err := v.api.get(path, &config); err != nil {
			return err
		}
		slots, ok := config["credentials"].(doc)
		if !ok {
			slots = doc{}
		}
		if slots[slot] = (doc{"id": id}); id == "" {
			delete(slots, slot)
		}
		config["credentials"] = slots
		err := v.api.put(path, config)
		if statusOf(err) != http.StatusConflict || try == 3 {
			return err
		}
	}
}

// read takes over the fields of the form, and says whether they can be sent. Secrets
// that are left out stay as they are.
func (f *slotForm) read(v *visit) (map[string]string, bool) {
	if f.Type.Open() {
		return f.readRows(v)
	}
	fields := map[string]string{}
	f.values = map[string]string{}
	for _, name := range f.Type.Order {
		if hiddenField(name) {
			if value := v.Request().PostFormValue("secret." + name); value != "" {
				fields[name] = value
			}
			continue
		}
		value := v.form("field." + name)
		f.values[name] = value
		if value != "" || f.Changes {
			fields[name] = value
		}
	}
	return fields, true
}

// readRows reads the fields of an open type: pairs of a name and a value.
func (f *slotForm) readRows(v *visit) (map[string]string, bool) {
	fields := map[string]string{}
	names, values := v.forms("key"), v.forms("secret")
	f.rows = nil
	seen := map[string]bool{}
	for n, name := range names {
		name = strings.TrimSpace(name)
		value := ""
		if n < len(values) {
			value = values[n]
		}
		if name == "" && value == "" {
			continue
		}
		kept := false // by the credential
		if f.Changes {
			_, kept = f.Held.Fields[name]
		}
		switch {
		case name == "":
			f.rowsError = v.T("integrations.rows.name")
		case seen[name]:
			f.rowsError = v.T("integrations.rows.twice", name)
		case value == "" && !kept:
			f.rowsError = v.T("integrations.rows.value", name)
		}
		seen[name] = true
		f.rows = append(f.rows, name)
		if value != "" {
			fields[name] = value
		}
	}
	if len(seen) == 0 {
		f.rowsError = v.T("integrations.rows.none")
	}
	return fields, f.rowsError == ""
}
