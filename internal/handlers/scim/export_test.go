package scim

// ParseNumber and FormatNumber are for tests.
var (
	ParseNumber  = parseNumber
	FormatNumber = number
)
