package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cpuTime is how long the threads of a process have run, in user and system
// mode. It comes from the scheduler, in nanoseconds; the clock ticks of
// /proc/PID/stat are too coarse for a short round. Threads that have ended are
// missing, but Go's do not end.
func cpuTime(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return 0, err
		}
		ran, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(ran, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", task, err)
		}
		sum += time.Duration(ns)
	}
	if sum == 0 {
		return 0, fmt.Errorf("/proc/%d/task/*/schedstat tells nothing: this kernel keeps no scheduler statistics", pid)
	}
	return sum, nil
}

// residentMemory is the memory of a process that is in RAM, in bytes.
func residentMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if fields := strings.Fields(string(line)); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status names no VmRSS", pid)
}

// freeze stops a process and returns when none of its threads runs any more, so
// that its figures are those of this moment.
func freeze(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	for range 1000 {
		stopped, err := allStopped(pid)
		if err != nil || stopped {
			return err
		}
		time.Sleep(100 * time.Microsecond)
	}
	return fmt.Errorf("process %d does not stop", pid)
}

func allStopped(pid int) (bool, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return false, err
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			return false, err
		}
		// "12 (name) T …": the name may hold anything, so look behind its end.
		if i := bytes.LastIndexByte(text, ')'); i < 0 || !bytes.HasPrefix(text[i:], []byte(") T")) {
			return false, nil
		}
	}
	return true, nil
}
