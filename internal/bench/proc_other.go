//go:build !linux

package main

import (
	"errors"
	"time"
)

var errNeedsLinux = errors.New("the benchmark needs Linux: it reads CPU time and memory of its servers from /proc")

func cpuTime(int) (time.Duration, error) { return 0, errNeedsLinux }
func residentMemory(int) (int64, error)  { return 0, errNeedsLinux }
func freeze(int) error                   { return errNeedsLinux }
