package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/source"
)

// maxProblems is how many problems of one file are listed before giving up.
const maxProblems = 20

// problems are what is wrong with the input, in the order found.
type problems struct {
	list  []error
	limit int // most of one file, 0 for no limit
	count map[string]int
}

func (p *problems) Error() string { return fmt.Sprintf("%d problems", len(p.list)) }

// add keeps a problem, and reports false when its file has had too many.
func (p *problems) add(file string, err error) bool {
	if p.count == nil {
		p.count = map[string]int{}
	}
	p.list = append(p.list, err)
	p.count[file]++
	if p.limit > 0 && p.count[file] >= p.limit {
		p.list = append(p.list, fmt.Errorf("%s: %d problems so far, giving up on it", file, p.limit))
		return false
	}
	return true
}

// err is the problems as an error, or nil when there are none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return p
}

// printError prints an error: one with a place in a file as it is, anything else after "prorata: ".
func printError(w io.Writer, err error) {
	if p, ok := err.(*problems); ok {
		for _, err := range p.list {
			printError(w, err)
		}
		return
	}
	switch err.(type) {
	case *source.ParseError, *account.Line:
		fmt.Fprintln(w, err)
	default:
		fmt.Fprintf(w, "prorata: %s\n", err)
	}
}

// reportAnomalies prints anomalies in the order of the files they stand in.
func reportAnomalies(w io.Writer, anomalies []account.Anomaly, files []string) {
	slices.SortStableFunc(anomalies, func(a, b account.Anomaly) int {
		if x, y := a.Event.Place, b.Event.Place; x.File != y.File {
			return slices.Index(files, x.File) - slices.Index(files, y.File)
		} else {
			return x.Line - y.Line
		}
	})
	for _, a := range anomalies {
		fmt.Fprintf(w, "%s: %s\n", a.Event.Place, a)
	}
}
