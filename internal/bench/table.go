package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// row is one line of the table, in words.
type row struct {
	name            string
	ours, reference string
	ratio, target   string
	verdict         string
}

// table collects the rows. An empty row is a blank line.
type table struct{ rows []row }

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// heading starts a group of rows.
func (t *table) heading(name, ours, reference, ratio string) {
	if len(t.rows) > 0 {
		t.add(row{})
	}
	t.add(row{name: name, ours: ours, reference: reference, ratio: ratio, target: "target", verdict: "verdict"})
}

// print aligns the columns of all groups.
func (t *table) print(w io.Writer) error {
	type cells [6]string
	lines := make([]cells, len(t.rows))
	var widths [len(cells{})]int
	for i, r := range t.rows {
		lines[i] = cells{r.name, r.ours, r.reference, r.ratio, r.target, r.verdict}
		for column, text := range lines[i] {
			widths[column] = max(widths[column], utf8.RuneCountInString(text))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for column, text := range line {
			fmt.Fprintf(&b, "%-*s  ", widths[column], text)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// verdict compares a figure with the most it may be. most 0 is no target.
func verdict(got, most float64) string {
	switch {
	case most == 0:
		return ""
	case got <= most:
		return "ok"
	default:
		return "over"
	}
}

// target words the most that a figure may be.
func target(most float64, format string) string {
	if most == 0 {
		return ""
	}
	return "<= " + fmt.Sprintf(format, most)
}

// median of an empty slice is zero.
func median[T cmp.Ordered](values []T) T {
	if len(values) == 0 {
		var zero T
		return zero
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// medianOf is the median of something about each of the values.
func medianOf[S any, T cmp.Ordered](values []S, of func(S) T) T {
	figures := make([]T, len(values))
	for i, v := range values {
		figures[i] = of(v)
	}
	return median(figures)
}

// micros words nanoseconds as microseconds.
func micros(ns float64) string { return fmt.Sprintf("%.1f µs", ns/1e3) }

// millis words a duration as milliseconds.
func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Nanoseconds())/1e6) }

// duration words a duration that may be short.
func duration(d time.Duration) string {
	if d < time.Millisecond {
		return micros(float64(d.Nanoseconds()))
	}
	return millis(d)
}

// rate words a number of requests per second, with a comma at the thousands.
func rate(perSecond float64) string {
	n := strconv.FormatFloat(perSecond, 'f', 0, 64)
	if len(n) > 3 {
		n = n[:len(n)-3] + "," + n[len(n)-3:]
	}
	return n + "/s"
}
