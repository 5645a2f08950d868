package velocity

import (
	"encoding/json"
	"testing"
)

// exampleTemplates are the longest of the data actions that users publish.
var exampleTemplates = []string{
	`{"routingData": {"queueId": "${input.queueId}"#if("$!{input.priority}" != ""), "priority": ${input.priority}#end}, "callbackNumbers": ["$esc.jsonEncode("${input.phone}")"], "callbackUserName": "$esc.jsonEncode("$!{input.customerName}")", "callbackAutomated": #if("$!{input.automated}" == "true")true#{else}false#end}`,
	`{"conversationId": ${conversationId}, "firstCallbackId": ${successTemplateUtils.firstFromArray("${callbackIds}", "$esc.quote$esc.quote")}}`,
	`/api/v2/flows/datatables/${input.tableId}/rows/${input.key.replace(' ', '%20')}`,
}

var exampleContext = Context{
	"input": map[string]any{
		"queueId": "3f6f5f62-0a55-4a4a-9a59-5b7a4d1f0b11", "phone": "+13175550100", "priority": json.Number("7"),
		"customerName": "Li", "automated": true, "tableId": "t-1", "key": "Main Line",
	},
	"conversationId": `"c-1"`, "callbackIds": `["cb-1"]`,
}

func benchmarkRender(b *testing.B, template string) {
	parsed, err := Parse("t", template)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parsed.Render(exampleContext); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderRequest(b *testing.B) { benchmarkRender(b, exampleTemplates[0]) }
func BenchmarkRenderSuccess(b *testing.B) { benchmarkRender(b, exampleTemplates[1]) }
func BenchmarkRenderURL(b *testing.B)     { benchmarkRender(b, exampleTemplates[2]) }

func BenchmarkParseRequest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("t", exampleTemplates[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseSuccess(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("t", exampleTemplates[1]); err != nil {
			b.Fatal(err)
		}
	}
}
