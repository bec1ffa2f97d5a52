//go:build !linux

package main

import (
	"os"
	"runtime/debug"
)

func allocate(size int) []byte { return make([]byte, size) }

// tuneMemory tells the garbage collector to let the heap grow by a fifth only. Most of what is
// held are events, without pointers, so that looking through it costs less than fresh memory.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(20)
	}
}
