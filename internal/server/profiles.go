package server

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// serveProfiles lets the profiler answer, which knows nothing of where it is
// mounted.
func (s *Server) serveProfiles(c echo.Context) error {
	http.StripPrefix(controlPrefix+"/pprof", s.config.profiler).ServeHTTP(c.Response(), c.Request())
	return nil
}
