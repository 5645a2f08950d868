package engine

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"

	"github.com/mockcloud/mockcloud/internal/apierr"
	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

func asRefusal(err error, into **apierr.Error) bool { return errors.As(err, into) }

// attachments are things that a file belongs to, and what becomes of them when it
// has come.
func attachments() subject {
	return subject{
		items: map[string]*special{
			"/architect/prompts/{}/resources":       {fill: fillAsset},
			"/architect/systemprompts/{}/resources": {fill: fillAsset},
			"/architect/grammars/{}/languages":      {fill: fillGrammarLanguage},
			"/contentmanagement/documents":          {fill: fillDocument},
		},
		answers: map[string]answer{
			"deleteArchitectPromptResourceAudio":                silenceAsset,
			"postArchitectGrammarLanguageFilesDtmf":             uploadGrammar,
			"postArchitectGrammarLanguageFilesVoice":            uploadGrammar,
			"postResponsemanagementResponseassetsUploads":       uploadAsset,
			"getResponsemanagementResponseassetsStatusStatusId": assetStatus,
			"postContentmanagementDocumentContent":              replaceContent,
			"getContentmanagementDocumentContent":               documentContent,
			"getFaxDocumentContent":                             documentContent,
			"getExternalcontactsImportCsvUploadDetails":         uploadDetails,
			"getExternalcontactsImportCsvUploadPreview":         uploadPreview,
		},
		received: map[string]func(*arrival) error{
			"postFlowsDatatableImportJobs":                rowsArrived,
			"postFlowsDatatableImportCsvJobs":             rowsArrived,
			"postArchitectGrammarLanguageFilesDtmf":       grammarArrived("dtmf"),
			"postArchitectGrammarLanguageFilesVoice":      grammarArrived("voice"),
			"postResponsemanagementResponseassetsUploads": func(a *arrival) error { return a.settle(nil) },
		},
	}
}

// fillAsset gives a new resource of a prompt where its sound can be put.
func fillAsset(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil {
		return nil
	}
	path := p.at(c) + "/" + escape(textOf(body[p.collection.Key]))
	_, err := p.addUpload(c, p.entity, body, path, "")
	if body["uploadStatus"] == nil {
		body["uploadStatus"] = "created"
	}
	body["promptId"] = c.Param("promptId")
	body["id"] = body["language"]
	return err
}

// fillGrammarLanguage names a language of a grammar by its code, as paths do.
func fillGrammarLanguage(_ *plan, c *handlers.Call, body, _ fields) error {
	body["id"], body["grammarId"] = body["language"], c.Param("grammarId")
	return nil
}

// silenceAsset takes the sound of a resource away. Its text stays.
func silenceAsset(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	if err := forget(c.Tx, d.Path); err != nil {
		return nil, err
	}
	body := shallow(d.Body)
	for _, name := range []string{"mediaUri", "durationSeconds", "audioFormat"} {
		delete(body, name)
	}
	body["uploadStatus"] = "created"
	changed := *d
	if changed.Body, err = encode(body); err != nil {
		return nil, err
	}
	return handlers.None{}, replace(c.Tx, d, &changed)
}

// fillDocument gives a new document where its content can be put.
func fillDocument(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil {
		return nil
	}
	_, err := p.addUpload(c, p.entity, body, p.at(c)+"/"+escape(textOf(body["id"])), textOf(body["name"]))
	return err
}

// replaceContent hands out where a document's next content is to be put.
func replaceContent(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	out := fields{"id": d.key(), "name": d.Name, "changeNumber": decodeFields(d.Body)["changeNumber"]}
	if _, err := p.addUpload(c, p.answer, out, d.Path, d.Name); err != nil {
		return nil, err
	}
	return p.fit(c, out), nil
}

// documentContent says where a document's content can be got.
func documentContent(p *plan, c *handlers.Call) (any, error) {
	path := p.innermostPath(c)
	d, err := find(c.Tx, path)
	if err != nil || d == nil {
		return nil, err
	}
	name := fileName(d.Name)
	if name == "" {
		name = "content"
	}
	address, err := p.engine.sign(c, path, name)
	if err != nil {
		return nil, err
	}
	return p.fit(c, fields{"id": d.key(), "contentLocationUri": address, "state": "Completed", "selfUri": c.Path}), nil
}

// uploadGrammar hands out where one of the two files of a language is to be put.
func uploadGrammar(p *plan, c *handlers.Call) (any, error) {
	language := p.innermostPath(c)
	mode := p.op.Path[strings.LastIndexByte(p.op.Path, '/')+1:]
	sent := p.sent(c)
	out := fields{"uploadKey": mode}
	_, err := p.addUpload(c, p.answer, out, language+"/files/"+mode, mode+"."+strings.ToLower(textOf(sent["fileType"])))
	return p.fit(c, out), err
}

// grammarArrived notes at a language of a grammar that a file of it is there.
func grammarArrived(mode string) func(*arrival) error {
	return func(a *arrival) error {
		path := strings.TrimSuffix(a.file.Path, "/files/"+mode)
		language, err := find(a.tx, path)
		if err != nil || language == nil {
			return err
		}
		address, err := a.download(a.file.Path, a.name(mode))
		if err != nil {
			return err
		}
		kind := "Gram"
		if strings.HasSuffix(a.file.Name, "grxml") {
			kind = "Grxml"
		}
		return a.set(language, fields{
			mode + "FileUrl": address,
			mode + "FileMetadata": fields{
				"fileName": a.name(mode), "fileSizeBytes": number(int(a.file.Size)), "fileType": kind, "dateUploaded": a.now.UTC().Format(clock.Layout),
			},
		})
	}
}

const responseAssets = "/responsemanagement/responseassets"

// uploadAsset makes a response asset and hands out where its file is to be put.
func uploadAsset(p *plan, c *handlers.Call) (any, error) {
	q, err := p.engine.planOf("getResponsemanagementResponseasset")
	if err != nil {
		return nil, err
	}
	sent := p.sent(c)
	d, err := q.make(c, responseAssets, fields{"name": sent["name"], "divisionId": sent["divisionId"]}, c.NewID())
	if err != nil {
		return nil, err
	}
	out := fields{"id": d.key()}
	if _, err := p.addUpload(c, p.answer, out, d.Path, d.Name); err != nil {
		return nil, err
	}
	return p.fit(c, out), nil
}

// assetStatus says whether the file of a response asset has come.
func assetStatus(p *plan, c *handlers.Call) (any, error) {
	id := c.Param("statusId")
	d, err := find(c.Tx, responseAssets+"/"+escape(id))
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, p.notFound(c, "statusId", id)
	}
	status := "InProgress"
	if files.Has(c.Tx, d.Path) {
		status = "Uploaded"
	}
	return fields{"id": id, "status": status}, nil
}

// uploadedFile is the file that was put for an upload, by the upload's key.
func uploadedFile(p *plan, c *handlers.Call) (*file, error) {
	return fileOf(c.Tx, p.innermostPath(c))
}

// uploadDetails says what became of a file with contacts.
func uploadDetails(p *plan, c *handlers.Call) (any, error) {
	f, err := uploadedFile(p, c)
	if err != nil {
		return nil, err
	}
	out := fields{"uploadId": c.Param("uploadId"), "validationResult": fields{"errors": []any{}, "fileEncodingValid": true, "separatorValid": true}}
	if f != nil {
		out["fileName"] = f.Name
	}
	return p.fit(c, out), nil
}

// previewLines is how many lines of a file a preview shows.
//
// Guess: the specification does not say.
const previewLines = 10

// uploadPreview shows the first lines of a file with contacts.
func uploadPreview(p *plan, c *handlers.Call) (any, error) {
	f, err := uploadedFile(p, c)
	if err != nil {
		return nil, err
	}
	headings, entries := []string{}, [][]string{}
	if f != nil {
		r := csv.NewReader(bytes.NewReader(withoutMark(f.Content)))
		r.FieldsPerRecord = -1
		if first, err := r.Read(); err == nil {
			headings = first
		}
		for len(entries) < previewLines {
			line, err := r.Read()
			if err != nil {
				break
			}
			entries = append(entries, line)
		}
	}
	return fields{"uploadId": c.Param("uploadId"), "headers": headings, "entries": entries}, nil
}

// withoutMark is a text without the byte order mark that some programs begin it with.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }
