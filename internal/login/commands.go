package login

import "strings"

// command is a curl command with a line for each argument.
func command(args ...string) string { return "curl -s " + strings.Join(args, " \\\n  ") }

// installCommands install and activate an integration, in a clone of the
// repository. A type without properties needs no configuration.
func installCommands(base, typeID, name, properties string) string {
	api := func(method, path, body string) string {
		return command("-X "+method+` "`+base+"/api/v2/integrations"+path+`"`,
			`-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`, "-d '"+body+"'")
	}
	lines := []string{
		"TOKEN=$(go run ./cmd/mockcloud token --url " + base + ")",
		"ID=$(" + api("POST", "", `{"name":"`+name+`","integrationType":{"id":"`+typeID+`"}}`) + ` | sed 's/^{"id":"\([^"]*\)".*/\1/')`,
	}
	if properties != "" {
		lines = append(lines, api("PUT", "/$ID/config/current",
			`{"name":"`+name+`","version":1,"notes":"","advanced":{},"credentials":{},`+"\n      "+`"properties":`+properties+`}`))
	}
	return strings.Join(append(lines, api("PATCH", "/$ID", `{"intendedState":"ENABLED"}`)), "\n")
}
