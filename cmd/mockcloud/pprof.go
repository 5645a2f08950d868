package main

import (
	"net/http"
	"net/http/pprof"
	"strings"
)

// profiler serves the profiles of this process: a page that lists them at /, and
// each below its name.
//
// Importing the library's package also registers it with http.DefaultServeMux,
// which nobody serves here.
func profiler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := strings.TrimPrefix(r.URL.Path, "/"); name {
		case "":
			pprof.Index(w, r)
		case "cmdline":
			pprof.Cmdline(w, r)
		case "profile":
			pprof.Profile(w, r)
		case "symbol":
			pprof.Symbol(w, r)
		case "trace":
			pprof.Trace(w, r)
		default:
			pprof.Handler(name).ServeHTTP(w, r)
		}
	})
}
