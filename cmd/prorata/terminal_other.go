//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package main

import "os"

// columns is how many cells a line of a terminal has: 0, which is not known, since there is no
// portable way to ask.
func columns(*os.File) int { return 0 }
