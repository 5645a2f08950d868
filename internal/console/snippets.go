package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/mockcloud/mockcloud/internal/identity"
)

// snippet is lines that use a client from a program: they do as they stand, but for
// what only the reader knows.
type snippet struct{ Name, Code string }

// These stand for what only the reader knows.
const (
	placeClientID  = "paste-the-client-id-here"
	placeSecret    = "paste-the-secret-here"
	placeCode      = "paste-the-code-here"
	placeAssertion = "paste-the-assertion-here"
	placeOrg       = "paste-the-organization-here"
)

// quoted writes a text for every language of the lines but the shell's.
func quoted(s string) string { return strconv.Quote(s) }

// shellWord writes a word of a shell's command. What a terminal would obey when the
// command is pasted is escaped, in the way of bash and zsh: the word may be a stranger's.
func shellWord(s string) string {
	obeyed := func(c rune) bool { return unicode.IsControl(c) && c != '\n' }
	if !strings.ContainsFunc(s, obeyed) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case obeyed(c):
			for _, one := range []byte(string(c)) {
				fmt.Fprintf(&b, `\x%02x`, one)
			}
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(c))
		default:
			b.WriteRune(c)
		}
	}
	return "$'" + b.String() + "'"
}

// sdkCall is how each SDK asks for a token by a grant type; "" where it cannot. The
// names are those of the SDKs (facts: clients.md §3).
type sdkCall struct{ js, python, golang, java, dotnet string }

// snippetsOf writes the lines for a client. redirect is the URI that its codes and
// tokens come back to.
func snippetsOf(origin string, c *oauthClient, redirect string) []snippet {
	id, secret, back := quoted(c.ID), quoted(placeSecret), quoted(redirect)
	var call sdkCall
	switch c.GrantType {
	case identity.GrantClientCredentials:
		args := "(" + id + ", " + secret + ")"
		call = sdkCall{
			js: "loginClientCredentialsGrant" + args, python: "get_client_credentials_token" + args,
			golang: "err := config.AuthorizeClientCredentials" + args, java: "authorizeClientCredentials" + args, dotnet: "PostToken" + args,
		}
	case identity.GrantCode:
		code := quoted(placeCode)
		args := "(" + id + ", " + secret + ", " + code + ", " + back + ")"
		call = sdkCall{
			js: "loginCodeAuthorizationGrant" + args, python: "get_code_authorization_token" + args,
			golang: "_, err := config.AuthorizeCodeGrant" + args, java: "authorizeCodeAuthorization" + args,
			dotnet: "PostToken(" + id + ", " + secret + ", " + back + ", " + code + ")",
		}
	case identity.GrantSAML2Bearer:
		args := "(" + id + ", " + secret + ", " + quoted(placeOrg) + ", " + quoted(placeAssertion) + ")"
		call = sdkCall{
			js: "loginSaml2BearerGrant" + args, python: "get_saml2bearer_token" + args,
			java: "authorizeSaml2Bearer" + args, dotnet: "PostTokenSaml2Bearer" + args,
		}
	case identity.GrantToken:
		call = sdkCall{js: "loginImplicitGrant(" + id + ", " + back + ")"}
	}
	lines := []snippet{{"curl", curlSnippet(origin, c, redirect)}}
	program := c.OfProgram()
	add := func(name, code string) { lines = append(lines, snippet{name, code}) }
	if call.js != "" {
		add("JavaScript", jsSnippet(origin, call.js, program))
	}
	if c.GrantType == identity.GrantCode {
		add("JavaScript (PKCE)", jsSnippet(origin, "loginPKCEGrant("+id+", "+back+")", program))
	}
	if call.python != "" {
		add("Python", pythonSnippet(origin, call.python, c.GrantType == identity.GrantCode, program))
	}
	if call.golang != "" {
		add("Go", goSnippet(origin, call.golang, program))
	}
	if call.java != "" {
		add("Java", javaSnippet(origin, call.java, program))
	}
	if call.dotnet != "" {
		add(".NET", dotNetSnippet(origin, call.dotnet, program))
	}
	return lines
}

// curlSnippet asks for a token, and uses it.
func curlSnippet(origin string, c *oauthClient, redirect string) string {
	basic := "-u " + shellWord(c.ID+":"+placeSecret)
	var data string
	switch c.GrantType {
	case identity.GrantClientCredentials:
		data = basic + " \\\n  -d grant_type=client_credentials"
	case identity.GrantCode:
		data = basic + " \\\n  -d grant_type=authorization_code -d code=" + placeCode + " \\\n  --data-urlencode " + shellWord("redirect_uri="+redirect)
	case identity.GrantSAML2Bearer:
		data = basic + " \\\n  -d grant_type=" + oauthSAMLGrant + " \\\n  -d orgName=" + placeOrg + " --data-urlencode assertion=" + placeAssertion
	case identity.GrantPassword:
		data = basic + " \\\n  -d grant_type=password --data-urlencode username=paste-the-email-here --data-urlencode password=paste-the-password-here"
	default: // the token comes back to the browser
		return "TOKEN=paste-the-token-here\n" + curlUse(origin, "/users/me")
	}
	path := "/users/me"
	if c.OfProgram() {
		path = "/organizations/me"
	}
	return "TOKEN=$(curl -s " + data + " \\\n  " + shellWord(origin+"/oauth/token") + " |\n  " + `sed 's/.*"access_token":"\([^"]*\)".*/\1/')` + "\n" + curlUse(origin, path)
}

func curlUse(origin, path string) string {
	return "curl -s -H \"Authorization: Bearer $TOKEN\" \\\n  " + shellWord(origin+"/api/v2"+path)
}

// gatewayOf is the origin as SDKs want it that build their addresses from parts.
func gatewayOf(origin string) (protocol, host, port string) {
	u, err := url.Parse(origin)
	if err != nil {
		return "http", "127.0.0.1", "8080"
	}
	port = u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return u.Scheme, strings.TrimSuffix(u.Host, ":"+u.Port()), port
}

func jsSnippet(origin, call string, program bool) string {
	protocol, host, port := gatewayOf(origin)
	use := "const me = await new platformClient.UsersApi().getUsersMe();"
	if program {
		use = "const me = await new platformClient.OrganizationApi().getOrganizationsMe();"
	}
	return "import platformClient from 'purecloud-platform-client-v2';\n" +
		"const client = platformClient.ApiClient.instance;\n" +
		"client.setGateway({ protocol: " + quoted(protocol) + ", host: " + quoted(host) + ", port: " + port + " });\n" +
		"await client." + call + ";\n" + use + "\nconsole.log(me.name);"
}

func pythonSnippet(origin, call string, pair, program bool) string {
	result, use := "client", "PureCloudPlatformClientV2.UsersApi(client).get_users_me().name"
	if pair { // the token comes along
		result = "client, token"
	}
	if program {
		use = "PureCloudPlatformClientV2.OrganizationApi(client).get_organizations_me().name"
	}
	return "import PureCloudPlatformClientV2\n\n" +
		"PureCloudPlatformClientV2.configuration.host = " + quoted(origin) + "\n" +
		result + " = PureCloudPlatformClientV2.api_client.ApiClient()." + call + "\nprint(" + use + ")"
}

func goSnippet(origin, call string, program bool) string {
	use := "me, _, err := platformclientv2.NewUsersApi().GetUsersMe(nil, \"\")"
	if program {
		use = "me, _, err := platformclientv2.NewOrganizationApi().GetOrganizationsMe()"
	}
	fail := "if err != nil {\n\tlog.Fatal(err)\n}\n"
	return "config := platformclientv2.GetDefaultConfiguration()\n" +
		"config.BasePath = " + quoted(origin) + "\n" + call + "\n" + fail + use + "\n" + fail + "fmt.Println(*me.Name)"
}

func javaSnippet(origin, call string, program bool) string {
	protocol, host, port := gatewayOf(origin)
	use := "new UsersApi().getUsersMe(null, null).getName()"
	if program {
		use = "new OrganizationApi().getOrganizationsMe().getName()"
	}
	return "ApiClient client = ApiClient.Builder.standard()\n    .withGateway(" + quoted(host) + ", " + quoted(protocol) + ", " + port + ", \"\", \"\").build();\n" +
		"client." + call + ";\nConfiguration.setDefaultApiClient(client);\nSystem.out.println(" + use + ");"
}

func dotNetSnippet(origin, call string, program bool) string {
	use := "new UsersApi().GetUsersMe().Name"
	if program {
		use = "new OrganizationApi().GetOrganizationsMe().Name"
	}
	return "Configuration.Default.ApiClient.setBasePath(" + quoted(origin) + ");\n" +
		"Configuration.Default.ApiClient." + call + ";\nConsole.WriteLine(" + use + ");"
}

// cliSnippet are a profile of the command line tool; it takes the gateway from there
// alone (facts: clients.md §3).
func cliSnippet(origin, id string) string {
	protocol, host, port := gatewayOf(origin)
	q := quoted
	return "# ~/.gc/config.toml\n[DEFAULT]\nenvironment = \"mypurecloud.com\"\ngrant_type = \"1\"\nclient_credentials = " + q(id) + "\nclient_secret = " + q(placeSecret) +
		"\ngateway_protocol = " + q(protocol) + "\ngateway_host = " + q(host) + "\ngateway_port = " + q(port)
}

// terraformSnippet are the provider block; the client comes from the environment.
func terraformSnippet(origin string) string {
	protocol, host, port := gatewayOf(origin)
	q := quoted
	return "provider \"genesyscloud\" {\n  token_pool_size = 1\n  gateway {\n    protocol = " + q(protocol) + "\n    host     = " + q(host) + "\n    port     = " + q(port) + "\n  }\n}"
}
