//go:build tools

// Package tools names Traefik, so that go.mod pins it.
package tools

import _ "github.com/traefik/traefik/v3/cmd/traefik"
