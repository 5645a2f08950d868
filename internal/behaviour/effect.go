package behaviour

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mockcloud/mockcloud/internal/spec"
)

// outcomes are the words, in lower case, that say what an action has done to what
// it was done to, by the last word of its path.
var outcomes = map[string][]string{
	"activate": {"active", "activated", "on"}, "deactivate": {"inactive", "deactivated", "off"},
	"enable": {"enabled", "active"}, "disable": {"disabled", "inactive"},
	"publish": {"published", "active"}, "unpublish": {"unpublished", "draft"},
	"archive": {"archived"}, "unarchive": {"active"}, "restore": {"active"},
	"start": {"running", "started", "on", "inprogress"}, "stop": {"stopped", "off", "stopping"},
	"pause": {"paused"}, "resume": {"running", "active"}, "suspend": {"suspended"},
	"complete": {"completed", "complete"}, "cancel": {"canceled"}, "terminate": {"terminated", "closed"}, "abandon": {"abandoned"},
	"approve": {"approved"}, "reject": {"rejected"}, "submit": {"submitted"}, "finalize": {"finalized", "final"},
	"lock": {"locked"}, "unlock": {"unlocked"}, "open": {"open"}, "close": {"closed"},
	"reset": {"assigned"}, "reassign": {"assigned"}, "match": {"matched"}, "train": {"trained"},
}

// states are the properties that say how an item stands.
var states = []string{"state", "status", "lifecycleState", "publishStatus", "campaignStatus", "trainingStatus"}

// flags are the properties that say the same as yes or no.
var flags = map[string]map[string]bool{
	"active":      {"activate": true, "deactivate": false},
	"enabled":     {"enable": true, "disable": false, "activate": true, "deactivate": false},
	"published":   {"publish": true, "unpublish": false},
	"isPublished": {"publish": true, "unpublish": false},
	"archived":    {"archive": true, "unarchive": false},
	"deactivated": {"deactivate": true, "activate": false},
	"locked":      {"lock": true, "unlock": false},
}

// effect finds what an action sets in the item.
func (d *deriver) effect(o *op, entity *spec.Shape) string {
	if entity == nil {
		return ""
	}
	for _, name := range states {
		p := entity.Property(name)
		if p == nil {
			continue
		}
		for _, outcome := range outcomes[o.last] {
			for _, value := range p.Enum {
				if text, ok := value.(string); ok && strings.ReplaceAll(strings.ToLower(text), "_", "") == outcome {
					return name + "=" + text
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		value, says := flags[name][o.last]
		if p := entity.Property(name); says && p != nil && p.Type == "boolean" {
			return fmt.Sprintf("%s=%t", name, value)
		}
	}
	return ""
}
