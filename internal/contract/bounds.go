package contract

// The limits of one check. What is over them could take the validator seconds, or
// all memory for the reasons.
const (
	maxValues   = 200_000 // values in the JSON
	maxWork     = 500_000 // values times the parts of the schema that each may meet
	maxPairwise = 2_000   // values, where elements are compared with each other
)

// combiners are the keywords that have one value checked by several schemas.
var combiners = map[string]bool{
	"allOf": true, "anyOf": true, "oneOf": true, "not": true, "if": true, "then": true, "else": true,
	"patternProperties": true, "dependencies": true, "dependentSchemas": true, "enum": true, "contains": true,
}

// weigh counts the parts of the schema that one value may meet beyond the one
// that stands in its place: everything below a combiner.
func (s *Schema) weigh(v any, combined bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if combined {
				s.weight++
			}
			if key == "uniqueItems" {
				s.pairwise = true
			}
			s.weigh(inner, combined || combiners[key])
		}
	case []any:
		for _, inner := range v {
			if combined {
				s.weight++
			}
			s.weigh(inner, combined)
		}
	}
}

// size counts the values in a decoded JSON value.
func size(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			n += size(inner)
		}
	case []any:
		for _, inner := range v {
			n += size(inner)
		}
	}
	return n
}
