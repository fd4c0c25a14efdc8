//go:build tools

// Package tools names kube-router, so that go.mod pins it.
package tools

import _ "github.com/cloudnativelabs/kube-router/cmd/kube-router"
