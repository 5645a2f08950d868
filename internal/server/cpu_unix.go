//go:build unix

package server

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of the processors; 0 where the system does
// not tell.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
