//go:build pin

// Package tools pins what the workshop needs and the product does not: the
// linter and the module that carries the official specification.
package tools

// The module is read for its swagger.json alone; the import keeps it in go.mod
// and its checksum in go.sum.
import _ "github.com/mypurecloud/platform-client-sdk-go/v157/platformclientv2"
