package journal

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mockcloud/mockcloud/internal/integration"
)

const stored = "stored/secret+of-a-credential"

func testRedactor() redactor { return redactor{integration.NewMask([]string{stored, "east"})} }

func TestBodiesAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	const form, plain, isJSON = "application/x-www-form-urlencoded; charset=utf-8", "text/plain", "application/json"
	tests := []struct{ name, kind, body, want string }{
		{"a name", isJSON, `{"name":"bot","secret":"S3"}`, `{"name":"bot","secret":"**********"}`},
		{"in any depth", isJSON, `{"a":[{"b":{"clientSecret":"S3","x":1}}]}`, `{"a":[{"b":{"clientSecret":"**********","x":1}}]}`},
		{"in any spelling", isJSON, `{"Client_Secret":"S3","new-password":"S3","REFRESH_TOKEN":"S3"}`, `{"Client_Secret":"**********","new-password":"**********","REFRESH_TOKEN":"**********"}`},
		{"an escaped name", isJSON, `{"pass\u0077ord":"S3"}`, `{"password":"**********"}`},
		{"an escaped quote in the value", isJSON, `{"password":"S3\"S3","b":2}`, `{"password":"**********","b":2}`},
		{"a number", isJSON, `{"password": 12345}`, `{"password": "**********"}`},
		{"neither here nor there", isJSON, `{"password":null,"token":true,"secret":""}`, `{"password":null,"token":true,"secret":""}`},
		{"a list", isJSON, `{"token":["S3",{"x":"S3"}],"y":"z"}`, `{"token":["**********",{"x":"**********"}],"y":"z"}`},
		{"what only sounds so", isJSON, `{"accessTokenValiditySeconds":86400,"authorizedGrantType":"TOKEN","keyword":"x","tokens":7}`, `{"accessTokenValiditySeconds":86400,"authorizedGrantType":"TOKEN","keyword":"x","tokens":7}`},
		{"the code of an error", isJSON, `{"message":"No.","code":"missing.any.permissions","status":403}`, `{"message":"No.","code":"missing.any.permissions","status":403}`},
		{"an authorization code", isJSON, `{"code":"Zm9vYmFyYmF6cXV4cXV1eA"}`, `{"code":"**********"}`},
		{
			"a credential", isJSON,
			`{"type":{"name":"userDefinedOAuth"},"credentialFields":{"clientId":"me","userName":"u","loginUrl":"https://a.test/x","baseUrl":"https://u:S3@a.test","weird":"S3"},"name":"n"}`,
			`{"type":{"name":"userDefinedOAuth"},"credentialFields":{"clientId":"me","userName":"u","loginUrl":"https://a.test/x","baseUrl":"**********","weird":"**********"},"name":"n"}`,
		},
		{"several", isJSON, `{"passwords":["S3"],"secrets":{"a":"S3"}}`, `{"passwords":["**********"],"secrets":{"a":"**********"}}`},
		{"a certificate", isJSON, `{"certificate":"MIIC","certificates":["MIID"]}`, `{"certificate":"MIIC","certificates":["MIID"]}`},
		{"JSON in a string", isJSON, `{"body":"{\"password\":\"S3\",\"n\":1}"}`, `{"body":"{\"password\":\"**********\",\"n\":1}"}`},
		{"a form in a string", isJSON, `{"body":"grant_type=password&password=S3"}`, `{"body":"grant_type=password&password=**********"}`},
		{"a template", isJSON, `{"requestTemplate":"{\"password\":\"${input.password}\"}"}`, `{"requestTemplate":"{\"password\":\"${input.password}\"}"}`},
		{"a stored secret", isJSON, `{"note":"it is stored/secret+of-a-credential."}`, `{"note":"it is **********."}`},
		{"a stored secret in JSON's spelling", isJSON, `{"note":"stored\/secret\u002bof-a-credential"}`, `{"note":"**********"}`},
		{"a short one by itself", isJSON, `{"note":"at least east"}`, `{"note":"at least **********"}`},
		{"a signed token", isJSON, `{"x":"see eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!"}`, `{"x":"see **********!"}`},
		{"a cursor", isJSON, `{"cursor":"eyJwYWdlIjoyfQ"}`, `{"cursor":"eyJwYWdlIjoyfQ"}`},
		{"a form", form, `grant_type=authorization_code&code=abc&code_verifier=S3&client_id=me&client_secret=S3&x=`, `grant_type=authorization_code&code=**********&code_verifier=**********&client_id=me&client_secret=**********&x=`},
		{"a form with an encoded name", form, `client%5Fsecret=S3&assertion=S3 with, signs`, `client%5Fsecret=**********&assertion=**********`},
		{"a form that says to be JSON", isJSON, `client_secret=S3&a=b`, `client_secret=**********&a=b`},
		{"JSON that says to be a form", form, `{"client_secret":"S3"}`, `{"client_secret":"**********"}`},
		{"JSON without quotes", plain, `{password: S3, 'token': 'S3'}`, `{password: "**********", 'token': '**********'}`},
		{"behind a quote too many", isJSON, `"{"password":"S3"}`, `"{"password":"**********"}`},
		{"nothing", isJSON, ``, ``},
		{"a value beside its name", isJSON, `{"Operations":[{"op":"replace","path":"password","value":"S3"},{"path":"title","value":"x"}]}`, `{"Operations":[{"op":"replace","path":"password","value":"**********"},{"path":"title","value":"x"}]}`},
		{"a value before its name", isJSON, `[{"value":"S3","path":"urn:ietf:params:scim:schemas:core:2.0:User:password"},{"value":"x","path":"title"}]`, `[{"value":"**********","path":"urn:ietf:params:scim:schemas:core:2.0:User:password"},{"value":"x","path":"title"}]`},
		{"a list before its name", isJSON, `{"values":[{"a":"S3"},"S3"],"name":"password","b":"c"}`, `{"values":"**********","name":"password","b":"c"}`},
		{"a header in a list", isJSON, `{"headers":[{"name":"Authorization","value":"Basic dTpTMw=="}]}`, `{"headers":[{"name":"Authorization","value":"**********"}]}`},
		{"neither here nor there beside its name", isJSON, `[{"path":"password","value":null},{"value":true,"name":"token"}]`, `[{"path":"password","value":null},{"value":true,"name":"token"}]`},
		{"fields of a credential that are none", isJSON, `{"credentialFields":"S3","x":["S4"]}`, `{"credentialFields":"**********","x":["S4"]}`},
		{"an address with a password", isJSON, `{"url":"https://u:S3@a.test/x?y=z","other":"https://a.test:80/@b","p":"http://a.test:8080${input.path}","t":"https://u:${credentials.password}@a.test"}`, `{"url":"https://u:**********@a.test/x?y=z","other":"https://a.test:80/@b","p":"http://a.test:8080${input.path}","t":"https://u:${credentials.password}@a.test"}`},
		{"a header in a text", isJSON, `{"note":"send Bearer xS3yS3zS3a, or Basic dTpTM3g6eA== for Basic authentication"}`, `{"note":"send Bearer **********, or Basic ********** for Basic authentication"}`},
		{"an address in an address", isJSON, `{"next":"/x%3Fclient_secret%3DS3%26a%3Db"}`, `{"next":"/x%3Fclient_secret%3D**********%26a%3Db"}`},
		{"XML", "text/xml", `<a xmlns:w="x"><w:Password Type="t">S3</w:Password><b password="S3 S3" c='d'/><secret/><c>d</c></a>`, `<a xmlns:w="x"><w:Password Type="t">**********</w:Password><b password="**********" c='d'/><secret/><c>d</c></a>`},
		{"XML in a string", isJSON, `{"t":"<password>S3</password><b token=\"S3\"/>"}`, `{"t":"<password>**********</password><b token=\"**********\"/>"}`},
		{"a form in parts", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\nS3\r\nS3\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n", "--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\n**********\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, binary := testRedactor().body(tt.kind, []byte(tt.body), false)
			if strings.Contains(got, "S3") || binary || (got != tt.want && tt.name != "JSON without quotes") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWhatIsCutIsShownWithoutSecretsToo(t *testing.T) {
	t.Parallel()
	whole := `{"name":"x","inner":{"password":"S3cr3tS3cr3t"},"body":"{\"clientSecret\":\"S3cr3tS3cr3t\",\"a\":\"b\"}","note":"` + stored +
		`","b64":"` + base64.StdEncoding.EncodeToString([]byte("x:"+stored)) + `","ops":[{"path":"password","value":"S3cr3tS3cr3t"}],"xml":"<password a=\"b\">S3cr3tS3cr3t</password>","u":"https://u:S3cr3tS3cr3t@x.test","t":"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}`
	for n := range len(whole) {
		got, _ := testRedactor().body("application/json", []byte(whole[:n]), true)
		for _, leak := range []string{"S3cr", stored[:5], "eyJhbG", base64.StdEncoding.EncodeToString([]byte("x:" + stored))[4:10]} {
			if strings.Contains(got, leak) {
				t.Fatalf("cut after %d bytes, %q is in\n%s", n, leak, got)
			}
		}
	}
}

func TestBinaryBodiesAreNotShown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"\xff\xd8\xff", "a\x00b"} {
		if text, binary := testRedactor().body("audio/wav", []byte(body), false); text != "" || !binary {
			t.Errorf("%q is shown as %q", body, text)
		}
	}
	if text, binary := testRedactor().body("text/plain", []byte("caf\xc3"), true); text != "caf" || binary {
		t.Errorf("a character that was cut through: %q %v", text, binary)
	}
}

func TestHeadersAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	shown := testRedactor().header(map[string][]string{
		"Authorization":       {"Basic bWU6UzM=", "bearer S3", "S3"},
		"Proxy-Authorization": {"Digest S3"},
		"Cookie":              {"session=S3"}, "Set-Cookie": {"session=S3; Path=/"}, "X-Api-Key": {"S3"}, "X-Amz-Security-Token": {"S3"},
		"Location":         {"https://app.test/cb?code=S3&state=5", "https://app.test/cb#access_token=S3&token_type=bearer"},
		"Www-Authenticate": {`Bearer realm="x", error="invalid_token"`}, "Content-Type": {"application/json"},
		"X-Data": {`{"a":{"password":"S3"}}`, "https://u:S3@a.test/"}, "X-Mockcloud-Explanation": {`{"scopes":{"token":["users"]}}`},
	})
	text, err := json.Marshal(shown)
	if err != nil || strings.Contains(string(text), "S3") || strings.Contains(string(text), "UzM") {
		t.Errorf("%s %v", text, err)
	}
	for name, want := range map[string]string{
		"Authorization": "Basic **********", "Location": "https://app.test/cb?code=**********&state=5", "Www-Authenticate": `Bearer realm="x", error="invalid_token"`, "Content-Type": "application/json",
		"X-Mockcloud-Explanation": `{"scopes":{"token":["users"]}}`,
	} {
		if shown[name][0] != want {
			t.Errorf("%s is %q", name, shown[name][0])
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("", "hunter2", "", 99, false)
	f.Add(`{"a":"`, "x", `","b":1}`, 20, true)
	f.Add("\\\"", "pw", "}]", 5, false)
	f.Add(`code=1&password="`, "pw", "\xff", 50, true)
	f.Fuzz(func(t *testing.T, before, seed, after string, cut int, isForm bool) {
		secret := "5eC" + hex.EncodeToString([]byte(seed)) + "rEt"
		if strings.Contains(before+after, "5eC") || len(before)+len(after) > 4<<10 || len(seed) > 100 {
			return
		}
		kind := "application/json"
		if isForm {
			kind = "application/x-www-form-urlencoded"
		}
		for _, body := range []string{
			before + `"password":"` + secret + `"` + after,
			before + ` "client_secret" : "` + secret + `",` + after,
			before + "&client_secret=" + secret + "&" + after,
		} {
			isCut := cut >= 0 && cut < len(body)
			if isCut {
				body = body[:cut]
			}
			got, binary := testRedactor().body(kind, []byte(body), isCut)
			if strings.Contains(got, "5eC") {
				t.Errorf("%q is shown as %q", body, got)
			}
			if !isCut && !binary && json.Valid([]byte(body)) && !json.Valid([]byte(got)) {
				t.Errorf("%q is JSON, %q is not", body, got)
			}
			testRedactor().query(body)
			testRedactor().loose(body)
		}
		beside, _ := json.Marshal(map[string]any{"a": before, "b": []any{map[string]string{"x": after, "value": secret, "path": "password"}, after}})
		if got, _ := testRedactor().body(kind, beside, false); strings.Contains(got, "5eC") || !json.Valid([]byte(got)) {
			t.Errorf("%s is shown as %s", beside, got)
		}
		quoted, _ := json.Marshal(map[string]any{"x": before, "credentialFields": map[string]string{after: secret}, "y": []string{after}})
		got, _ := testRedactor().body(kind, quoted, false)
		if shown := strings.Contains(got, "5eC"); (shown && !strings.Contains("clientid username user useremail applicationid arn", plainName(after))) || !json.Valid([]byte(got)) {
			t.Errorf("%s is shown as %s", quoted, got)
		}
	})
}

func TestPathsAndQueriesAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/a/password=S3/b;token=S3": "/a/password=**********/b;token=**********", "/a/b%20c": "/a/b%20c",
		"/x/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln": "/x/**********",
	} {
		if got, logged := testRedactor().path(sent), WithoutSecrets(sent); got != want || logged != want {
			t.Errorf("%s is shown as %s, and logged as %s", sent, got, logged)
		}
	}
	for sent, want := range map[string]string{
		"a=b&client%5Fsecret=S3": "a=b&client%5Fsecret=**********", "next=%2Fx%3Fcode%3DS3%26a%3Db&c=d": "next=%2Fx%3Fcode%3D**********%26a%3Db&c=d", "cursor=ab%3D%3D": "cursor=ab%3D%3D",
	} {
		if got := testRedactor().query(sent); got != want {
			t.Errorf("%s is shown as %s", sent, got)
		}
	}
}
