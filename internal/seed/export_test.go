package seed

// FamilyOf is for tests of all families, which need a server.
var FamilyOf = familyOf
