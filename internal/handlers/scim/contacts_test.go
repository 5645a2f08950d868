package scim_test

import (
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/handlers/scim"
	"github.com/mockcloud/mockcloud/internal/identity"
)

// Whatever somebody sends as a number: what is kept of it is shown in a way that
// reads the same.
func FuzzScimNumber(f *testing.F) {
	for _, value := range []string{
		"", "+13175550100", "tel:+13175550100;ext=42", "TEL:+13175550100; EXT=42", "tel: tel:1", ";ext=", "; ext=5;ext=", "a;ext=b;ext=c",
		strings.Repeat("Ⱥ", 10) + ";ext=1", "İ;ext=1", "K; ext=ſ", "\xff;ext=\xfe", " \t tel:\n;eXt=\u00a0",
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		address, ext := scim.ParseNumber(value)
		shown := scim.FormatNumber(&identity.Contact{Address: address, Extension: ext})
		if again, extAgain := scim.ParseNumber(shown); again != address || extAgain != ext {
			t.Errorf("%q is %q and %q, which is shown as %q, which is %q and %q", value, address, ext, shown, again, extAgain)
		}
		if !strings.Contains(value, address) || !strings.Contains(value, ext) {
			t.Errorf("%q is %q and %q", value, address, ext)
		}
	})
}

func TestNumbersAreReadAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]string{
		"+13175550100":                     {"+13175550100", ""},
		"tel:+13175550100":                 {"+13175550100", ""},
		"Tel:+13175550100;Ext=42":          {"+13175550100", "42"},
		"tel:+13175550100; ext=42":         {"+13175550100", "42"},
		";ext=42":                          {"", "42"},
		" (317) 555-0100 ":                 {"(317) 555-0100", ""},
		strings.Repeat("Ⱥ", 10) + ";ext=1": {strings.Repeat("Ⱥ", 10), "1"},
	} {
		if address, ext := scim.ParseNumber(value); address != want[0] || ext != want[1] {
			t.Errorf("%q is %q and %q, want %q", value, address, ext, want)
		}
	}
}
