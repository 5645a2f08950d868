package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mockcloud/mockcloud/mocktest"
)

func TestAGrammarLosesOneFileAndKeepsTheOther(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "grammars.yaml")
	text := "organization: {name: Mockcloud}\ncollections:\n  /api/v2/architect/grammars:\n    - {id: numbers, name: Numbers}\n" +
		"  /api/v2/architect/grammars/numbers/languages:\n    - {language: en-us, voiceFileUrl: 'https://files.test/v', dtmfFileUrl: 'https://files.test/d', dtmfFileMetadata: {fileName: d.grxml, fileType: Grxml}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	admin := mocktest.Start(t, mocktest.Options{Fixtures: []string{"default", file}}).Admin(t)
	const language = "/api/v2/architect/grammars/numbers/languages/en-us"
	if got := admin.Get(t, language); got.Str(t, "dtmfFileUrl") == "" || got.Str(t, "voiceFileUrl") == "" {
		t.Fatalf("before: %d %s", got.Status, got.Body)
	}
	if got := admin.Delete(t, language+"/files/dtmf"); got.Status/100 != 2 {
		t.Errorf("deleting: %d %s", got.Status, got.Body)
	}
	if got := admin.Get(t, language); got.Str(t, "dtmfFileUrl") != "" || got.Str(t, "dtmfFileMetadata.fileName") != "" || got.Str(t, "voiceFileUrl") == "" {
		t.Errorf("after: %s", got.Body)
	}
	if got := admin.Delete(t, "/api/v2/architect/grammars/numbers/languages/de-de/files/dtmf"); got.Status != 404 {
		t.Errorf("of another language: %d %s", got.Status, got.Body)
	}
}
