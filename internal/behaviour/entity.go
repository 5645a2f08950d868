package behaviour

import "github.com/mockcloud/mockcloud/internal/spec"

// EntityShape is the shape of a collection's items, or of a singleton: that of the
// operation which answers them whole, or of the elements of its listing. It is nil
// where nothing answers them.
func (t *Table) EntityShape(c *spec.Catalogue, of *Collection) *spec.Shape {
	op, ok := c.Operation(of.Entity)
	if !ok {
		return nil
	}
	shape := op.AnswerShape()
	row, err := t.Row(of.Entity)
	if err != nil || row == nil || shape == nil || row.Items == "" {
		return shape
	}
	if row.Items != "." {
		if shape = shape.Property(row.Items); shape == nil {
			return nil
		}
	}
	return shape.Items()
}
