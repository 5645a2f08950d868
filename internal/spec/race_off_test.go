//go:build !race

package spec_test

// oneTagIn says how many of the tags' documents are read.
const oneTagIn = 1
