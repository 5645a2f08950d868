package engine

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/handlers"
	"github.com/mockcloud/mockcloud/internal/spec"
	"github.com/mockcloud/mockcloud/internal/store"
	"github.com/mockcloud/mockcloud/internal/upload"
)

// How long the addresses of files are good, in seconds.
//
// Guess: the catalogue says so only for some uploads, where the client may choose.
const (
	uploadSeconds   = 3600
	downloadSeconds = 3600
	maxSeconds      = 7 * 24 * 3600 // as with the storage that the addresses look like
)

// uploadNames are the properties that say where a file is to be put. "url" is one
// only beside headers.
var uploadNames = []string{"uploadUrl", "uploadURI", "uploadUri", "uploadDestinationUri", "presignedUrl"}

// uploadProperty is the property of a shape that says where a file is to be put; ""
// where it has none.
func uploadProperty(s *spec.Shape) string {
	if s == nil || s.Type != "object" {
		return ""
	}
	for _, name := range uploadNames {
		if s.Has(name) {
			return name
		}
	}
	if s.Has("url") && s.Has("headers") {
		return "url"
	}
	return ""
}

// uploadKeys are the properties by which an upload is named afterwards.
var uploadKeys = []string{"uploadKey", "uploadId", "fileId", "attachmentId", "id"}

// addUpload hands out where a file is to be put, if the shape has a property for
// that. The file will be that of the item at a path; with "", it will be found
// under the key that the answer gives it. It says whether it has.
func (p *plan) addUpload(c *handlers.Call, s *spec.Shape, out fields, path, file string) (bool, error) {
	property := uploadProperty(s)
	if property == "" {
		return false, nil
	}
	key := c.NewID()
	if path == "" {
		for _, name := range uploadKeys {
			if s.Has(name) && (name != "id" || out["id"] == nil) {
				out[name] = key
				break
			}
		}
		if id := textOf(out["id"]); id != "" && s.Has("id") && !s.Has("uploadKey") {
			key = id
		}
		path = uploadedUnder + escape(key)
	}
	sent := p.sent(c)
	if file == "" {
		file = textOf(sent["name"])
	}
	seconds := uploadSeconds
	if n := atoi(textOf(sent["signedUrlTimeoutSeconds"])); n > 0 {
		seconds = min(n, maxSeconds)
	}
	headers := map[string]string{"x-amz-meta-organizationid": c.Tx.Org()}
	for name, header := range map[string]string{"contentMd5": "Content-MD5", "serverSideEncryption": "x-amz-server-side-encryption"} {
		if value := textOf(sent[name]); value != "" {
			headers[header] = value
		}
	}
	if kind := textOf(sent["contentType"]); strings.IndexByte(kind, '/') > 0 {
		headers["Content-Type"] = kind
	}
	address, err := upload.Mint(c.Tx, c.Authority.Issuer(), &upload.Upload{
		ID: c.NewID(), Purpose: uploadPurpose, Kind: p.op.ID, Owner: path, FileName: fileName(file), Request: c.CorrelationID, Headers: headers, Seconds: seconds,
	}, c.Now(), c.Random)
	if err != nil {
		return false, err
	}
	out[property] = address
	for _, name := range []string{"headers", "uploadHeaders"} {
		if h := s.Property(name); h != nil {
			out[name] = headersAs(h, headers)
		}
	}
	for name, value := range map[string]string{"uploadMethod": "SINGLE_PUT", "uploadMethodType": "SINGLE_PUT"} {
		if s.Has(name) {
			out[name] = value
		}
	}
	return true, nil
}

// uploadedUnder is where files are that are named by their upload's key.
const uploadedUnder = "/uploads/"

// headersAs are headers as a map, or as a list where the shape is one.
func headersAs(s *spec.Shape, headers map[string]string) any {
	if s.Type != "array" {
		out := make(fields, len(headers))
		for name, value := range headers {
			out[name] = value
		}
		return out
	}
	out := make([]any, 0, len(headers))
	for _, name := range sortedKeys(headers) {
		out = append(out, fields{"name": name, "value": headers[name]})
	}
	return out
}

// fileName is the last part of a name that a client has for a file.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return cut(name, 255)
}

// cut is at most so many bytes of a text, in whole characters.
func cut(text string, most int) string {
	for i := range text {
		if i > most {
			return strings.ToValidUTF8(text[:most], "")
		}
	}
	return text[:min(len(text), most)]
}

// downloadNames are the properties of computed answers that say where a file is,
// with the name that it is given.
var downloadNames = map[string]string{
	"mediaFileUri": "audio.wav", "contentLocationUri": "content", "url": "data.json", "uri": "export.csv",
}

// addDownloads gives a computed answer the addresses of the files that it speaks
// of: those of the item that the path leads to.
func (p *plan) addDownloads(c *handlers.Call, out fields) error {
	if p.op.Method != "GET" && !strings.Contains(p.op.Path, "export") {
		return nil
	}
	path := p.innermostPath(c)
	if path == "" {
		return nil
	}
	for _, name := range p.answer.PropertyNames() {
		file, listed := downloadNames[name]
		if name == "downloadUrl" && slices.Contains(p.answer.Required, name) {
			file, listed = resultFile, true
		}
		s := p.answer.Property(name)
		if !listed || s.Type != "string" || out[name] != nil {
			continue
		}
		if name == "url" && strings.HasSuffix(p.op.Path, "/export") {
			file = "export.json"
		}
		address, err := p.engine.sign(c, path, file)
		if err != nil {
			return err
		}
		out[name] = address
	}
	return nil
}

// resultFile is the name of files with results of which there are none.
const resultFile = "result.json"

// innermostPath is the path of the innermost item that the operation's path leads
// through; "" where that leads through none.
func (p *plan) innermostPath(c *handlers.Call) string {
	for _, a := range slices.Backward(p.lineage) {
		if a.part == "" {
			return expand(a.collection, c) + "/" + escape(c.Param(a.param))
		}
	}
	return ""
}

// sign is a URL under which a file of the item at a path can be got for a while.
func (e *Engine) sign(c *handlers.Call, path, file string) (string, error) {
	return e.Signer.URL(c.Authority.Issuer(), upload.Download{Org: c.Tx.Org(), Of: path, File: file}, c.Now(), downloadSeconds)
}

// downloads are the files that stored items give the address of, for good: the
// operation that reads them answers a signed URL.
const downloads = "/downloads"

// newDownload makes a lasting address of a file of the item at a path.
func (e *Engine) newDownload(tx *store.Tx, base, id, path, file string) (string, error) {
	text, err := encode(fields{"of": path, "file": file})
	if err != nil {
		return "", err
	}
	d := &document{Path: downloads + "/" + escape(id), Body: text}
	return base + apiPrefix + d.Path, add(tx, d)
}

// lasting reads where the file of a lasting address is, and whether it still can be.
func (e *Engine) lasting(tx *store.Tx, id string) (upload.Download, bool, error) {
	d, err := find(tx, downloads+"/"+escape(id))
	if err != nil || d == nil {
		return upload.Download{}, false, err
	}
	held := decodeFields(d.Body)
	out := upload.Download{Org: tx.Org(), Of: textOf(held["of"]), File: textOf(held["file"])}
	there, err := e.there(tx, out.Of)
	return out, there, err
}

// there tells whether there is something at a path that a file can be of.
func (e *Engine) there(tx *store.Tx, path string) (bool, error) {
	if items.Has(tx, path) || singletons.Has(tx, path) || files.Has(tx, path) {
		return true, nil
	}
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 {
		return false, nil
	}
	if owner := e.Owners[path[:slash]]; owner != nil {
		_, ok, err := owner(tx, unescape(path[slash+1:]))
		return ok, err
	}
	return false, nil
}

func unescape(segment string) string {
	if plain, err := url.PathUnescape(segment); err == nil {
		return plain
	}
	return segment
}

// openDownload answers a lasting address: it leads to the file, or says where that
// is.
//
// Guess: the status of the redirect. That it is one unless the query says otherwise
// follows from the parameter and from clients that save what they get.
func openDownload(p *plan, c *handlers.Call) (any, error) {
	id := c.Param("downloadId")
	d, ok, err := p.engine.lasting(c.Tx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.notFound(c, "downloadId", id)
	}
	address, err := p.engine.Signer.URL(c.Authority.Issuer(), d, c.Now(), downloadSeconds)
	if err != nil {
		return nil, err
	}
	if c.Input.Query.Get("issueRedirect") == "false" {
		return fields{"url": address}, nil
	}
	return handlers.Reply{Status: 303, Header: map[string]string{"Location": address}, Body: handlers.None{}}, nil
}
