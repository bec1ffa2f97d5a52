package main

import (
	"io"
	"os"
	"strconv"

	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/report"
)

// forPeople is where a table goes: to an output, within the width of the terminal if that is one.
func forPeople(out *outfile.Output, stdout io.Writer) io.Writer {
	if !out.ToStdout() {
		return out
	}
	return report.Terminal{Writer: out, Width: widthOf(stdout)}
}

// widthOf is the number of cells in a line of a terminal; 0 when it is none, or does not say.
func widthOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !isTerminal(w) {
		return 0
	}
	if n := columns(f); n > 0 {
		return n
	}
	n, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
