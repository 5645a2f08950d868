//go:build race

package spec_test

// oneTagIn says how many of the tags' documents are read: the race detector makes
// that slow, and a document is written by one goroutine.
const oneTagIn = 8
