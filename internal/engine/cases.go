package engine

import (
	"cmp"
	"strconv"

	"github.com/mockcloud/mockcloud/internal/handlers"
)

// cases are what is done for a customer by a plan: each stage of the plan becomes a
// stage of the case, each step a step.
//
// Guess: a stage of a plan comes with one step, and references are the plan's prefix
// and a number. The API has operations that read and change both and none that make
// them.
func cases() subject {
	return subject{items: map[string]*special{
		"/casemanagement/caseplans/{}/stageplans": {stored: addStepplan},
		"/casemanagement/cases":                   {fill: fillCase, stored: addStages},
	}}
}

const caseplans = "/casemanagement/caseplans"

// addStepplan gives a new stage its step.
func addStepplan(p *plan, c *handlers.Call, d, old *document) error {
	if old != nil {
		return nil
	}
	maker, err := p.engine.planOf("getCasemanagementCaseplanVersionStageplanStepplan")
	if err != nil {
		return err
	}
	_, err = maker.make(c, d.Path+"/stepplans", fields{
		"name": d.Name, "caseplan": fields{"id": c.Param("caseplanId")}, "stageplan": fields{"id": d.key()},
	}, "")
	return err
}

// fillCase gives a new case its reference.
func fillCase(p *plan, c *handlers.Call, body, old fields) error {
	if old != nil || textOf(body["reference"]) != "" {
		return nil
	}
	n, err := p.next(c.Tx, "/casemanagement/cases")
	if err != nil {
		return err
	}
	prefix := ""
	if d, err := find(c.Tx, caseplans+"/"+escape(textOf(body["caseplanId"]))); err != nil {
		return err
	} else if d != nil {
		prefix = textOf(shallow(d.Body)["referencePrefix"])
	}
	body["reference"] = cmp.Or(prefix, "CASE") + "-" + strconv.FormatUint(n, 10)
	return nil
}

// addStages gives a new case the stages and steps of its plan.
func addStages(p *plan, c *handlers.Call, d, old *document) error {
	if old != nil {
		return nil
	}
	plan, _ := decodeFields(d.Body)["caseplan"].(fields)
	id := textOf(plan["id"])
	if id == "" {
		return nil
	}
	stageMaker, err := p.engine.planOf("getCasemanagementCaseStage")
	if err != nil {
		return err
	}
	stepMaker, err := p.engine.planOf("getCasemanagementCaseStageStep")
	if err != nil {
		return err
	}
	stageplans, err := gather(c.Tx, caseplans+"/"+escape(id)+"/stageplans", nil)
	if err != nil {
		return err
	}
	of := fields{"id": d.key()}
	for _, stageplan := range stageplans {
		stage, err := stageMaker.make(c, d.Path+"/stages", fields{"name": stageplan.Name, "case": of}, "")
		if err != nil {
			return err
		}
		stepplans, err := gather(c.Tx, stageplan.Path+"/stepplans", nil)
		if err != nil {
			return err
		}
		for _, stepplan := range stepplans {
			step := fields{"name": stepplan.Name, "case": of, "stage": fields{"id": stage.key()}}
			if _, err := stepMaker.make(c, stage.Path+"/steps", step, ""); err != nil {
				return err
			}
		}
	}
	return nil
}
