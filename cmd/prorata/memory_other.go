//go:build !linux

package main

import (
	"os"
	"runtime/debug"
)

func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(20) // most of what is held has no pointers, so that looking through it costs less than fresh memory
	}
}

func allocate(size int) []byte { return make([]byte, size) }
