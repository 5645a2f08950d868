package console

// homeExample is a data action to follow, for those who have none in mind: the
// presences of a queue's members.
type homeExample struct {
	Role, Input, Output, Type, URL, Name, Path, Default, Success string

	Queue *exampleQueue // to test with; nil where the visitor sees none
}

type exampleQueue struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// exampleFor is the example, unless the checklist is done or hidden.
func exampleFor(v *visit, l *homeSteps) *homeExample {
	if l.Short() {
		return nil
	}
	e := &homeExample{
		Role: "Queue Reader", Input: "QueueID", Output: "PresenceArray", Type: "string",
		URL:  "/api/v2/routing/queues/${input.QueueID}/members?expand=presence",
		Name: "Presence", Path: "$.entities[*].user.presence.presenceDefinition.systemPresence", Default: "null",
		Success: `{"PresenceArray" : $Presence}`,
	}
	var queues listing[exampleQueue]
	if v.api.get("/routing/queues?pageSize=1", &queues) == nil && len(queues.Entities) > 0 {
		e.Queue = &queues.Entities[0]
	}
	return e
}
