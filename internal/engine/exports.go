package engine

import (
	"net/http"

	"github.com/mockcloud/mockcloud/internal/clock"
	"github.com/mockcloud/mockcloud/internal/handlers"
)

// exports are the lists of outbound campaigns as files, and what is counted in them.
func exports() subject {
	return subject{answers: map[string]answer{
		"postOutboundContactlistExport":          exportList("contacts.csv"),
		"getOutboundContactlistExport":           exportedList,
		"postOutboundDnclistExport":              exportList("phonenumbers.csv"),
		"getOutboundDnclistExport":               exportedList,
		"postOutboundCampaignsProgress":          progress,
		"postOutboundMessagingcampaignsProgress": progress,
		"postOutboundContactlistfiltersPreview":  previewFilter,

		"getConversationRecording":    playable,
		"getConversationRecordings":   allPlayable,
		"getVoicemailMessageMedia":    audio,
		"getGreetingDownloads":        audio,
		"getGreetingGroupsDownloads":  audio,
		"getGreetingUsersDownloads":   audio,
		"getOrphanrecordingMedia":     audio,
		"getUserrecordingMedia":       audio,
		"getUserrecordingTranscoding": audio,
		"getSpeechandtextanalyticsConversationCommunicationTranscripturl":  transcriptURL,
		"getSpeechandtextanalyticsConversationCommunicationTranscripturls": transcriptURLs,
	}}
}

// exportList makes the file of a list, which can be got from then on.
func exportList(file string) answer {
	return func(p *plan, c *handlers.Call) (any, error) {
		path := p.innermostPath(c)
		list, err := find(c.Tx, path)
		if err != nil || list == nil {
			return nil, err
		}
		address, err := p.engine.newDownload(c.Tx, c.Authority.Issuer(), c.NewID(), path, file)
		if err != nil {
			return nil, err
		}
		d := &document{Path: path + "/export"}
		d.Body, err = encode(fields{"uri": address, "exportTimestamp": c.Now().UTC().Format(clock.Layout)})
		if err != nil {
			return nil, err
		}
		return p.fit(c, fields{"id": list.key(), "name": list.Name, "selfUri": apiPrefix + d.Path}), singletons.Put(c.Tx, d)
	}
}

// exportedList says where the file of a list is.
func exportedList(p *plan, c *handlers.Call) (any, error) {
	d, err := peek(&singletons, c.Tx, p.innermostPath(c)+"/export")
	if err != nil {
		return nil, err
	}
	if d == nil {
		return nil, c.Documented(http.StatusNotFound, "no.available.list.export.uri")
	}
	return d.Body, nil
}

// progress is how far campaigns have come: nobody is called here, so that all
// contacts are still to be.
func progress(p *plan, c *handlers.Call) (any, error) {
	if err := limited(c); err != nil {
		return nil, err
	}
	ids, _ := c.Input.Body.([]any)
	out := []any{}
	for _, id := range ids {
		campaign, err := find(c.Tx, p.row.Collection+"/"+escape(textOf(id)))
		if err != nil {
			return nil, err
		}
		if campaign == nil || p.permit(c, campaign.Division) != nil {
			continue
		}
		one, err := progressOf(c, campaign)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return p.answerList(c, out), nil
}

// answerList makes a list an answer that is one.
func (p *plan) answerList(c *handlers.Call, list []any) any {
	fitted, _ := p.answer.Fit(list, p.filler(c))
	return fitted
}

// previewFilter counts the contacts that a filter would let through.
func previewFilter(p *plan, c *handlers.Call) (any, error) {
	filter := p.plainBody(c)
	list, _ := filter["contactList"].(fields)
	contacts := "/outbound/contactlists/" + escape(textOf(list["id"])) + "/contacts"
	q, err := p.engine.planOf("postOutboundContactlistContactsSearch")
	if err != nil {
		return nil, err
	}
	fits, err := q.tree(filter)
	if err != nil {
		return nil, err
	}
	docs, err := gather(c.Tx, contacts, fits)
	if err != nil {
		return nil, err
	}
	n, err := total(c.Tx, contacts)
	if err != nil {
		return nil, err
	}
	preview := []any{}
	for _, d := range docs[:min(len(docs), previewed)] {
		preview = append(preview, d.all())
	}
	return p.fit(c, fields{"totalContacts": number(n), "filteredContacts": number(len(docs)), "preview": preview}), nil
}

// previewed is how many contacts a preview shows.
//
// Guess: the specification does not say.
const previewed = 10

// recordingFile is the name of the file of a recording.
const recordingFile = "recording.wav"

// playable is a recording with an address where it can be listened to.
func playable(p *plan, c *handlers.Call) (any, error) {
	d, err := p.item(c)
	if err != nil {
		return nil, err
	}
	return p.withMedia(c, d)
}

func allPlayable(p *plan, c *handlers.Call) (any, error) {
	pg, err := p.page(c, p.at(c))
	if err != nil {
		return nil, err
	}
	out := make([]any, len(pg.docs))
	for i, d := range pg.docs {
		if out[i], err = p.withMedia(c, d); err != nil {
			return nil, err
		}
	}
	return p.wrap(c, pg, out), nil
}

// withMedia adds where a recording of sound can be got, unless it says so itself.
func (p *plan) withMedia(c *handlers.Call, d *document) (any, error) {
	out := d.all()
	media := textOf(out["media"])
	if out["mediaUris"] != nil || (media != "" && media != "audio" && media != "call") {
		return d.Body, nil
	}
	address, err := p.engine.sign(c, d.Path, recordingFile)
	if err != nil {
		return nil, err
	}
	out["mediaUris"] = fields{"S": fields{"mediaUri": address}} // both channels as one
	fitted, _ := p.entity.Fit(out, p.filler(c))
	return fitted, nil
}

// audio says where the sound of something can be got.
func audio(p *plan, c *handlers.Call) (any, error) {
	path := p.innermostPath(c)
	address, err := p.engine.sign(c, path, "audio.wav")
	if err != nil {
		return nil, err
	}
	out := fields{"id": lastKey(c), "state": "Completed", "selfUri": c.Path}
	for _, name := range []string{"mediaFileUri", "contentLocationUri"} {
		if p.answer.Has(name) {
			out[name] = address
		}
	}
	if p.answer.Has("mediaUris") {
		out["mediaUris"] = fields{"S": fields{"mediaUri": address}}
	}
	return p.fit(c, out), nil
}

// transcriptURL says where the transcript of a conversation can be got.
func transcriptURL(p *plan, c *handlers.Call) (any, error) {
	address, err := p.engine.sign(c, p.innermostPath(c), transcriptFile)
	return fields{"url": address}, err
}

func transcriptURLs(p *plan, c *handlers.Call) (any, error) {
	address, err := p.engine.sign(c, p.innermostPath(c), transcriptFile)
	out := fields{"urls": []any{fields{"url": address}}}
	p.nameThings(c, p.answer, out)
	return p.fit(c, out), err
}
