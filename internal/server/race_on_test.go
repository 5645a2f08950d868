//go:build race

package server_test

// raceDetector says whether these tests run with the race detector, and patience
// how much longer things may take than without.
const (
	raceDetector = true
	patience     = 10
)
