package main

import (
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/source"
)

// maxProblems is how many problems of one file are listed before giving up.
const maxProblems = 20

// problems are what is wrong with the input, in the order found.
type problems struct {
	list  []error
	seq   iter.Seq[error] // instead of the list, where they may be many
	limit int             // most of one file, 0 for no limit
	count map[string]int
}

func (p *problems) Error() string   { return fmt.Sprintf("%d problems", len(p.list)) }
func (p *problems) Unwrap() []error { return p.list }

// add keeps a problem, and reports false when its file has had too many.
func (p *problems) add(file string, err error) bool {
	if p.count == nil {
		p.count = map[string]int{}
	}
	switch p.count[file]++; {
	case p.limit == 0 || p.count[file] <= p.limit:
		p.list = append(p.list, err)
		return true
	case p.count[file] == p.limit+1:
		p.list = append(p.list, fmt.Errorf("%s: more than %d problems, giving up on it", file, p.limit))
	}
	return false
}

// err is the problems as an error, or nil when there are none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return p
}

// documentError is what is wrong with documents such as a list of packages, a problem a line. The reader of a document lists the
// first of its problems and how many more there are.
func documentError(errs ...error) error {
	p := &problems{}
	for _, err := range errs {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			p.list = append(p.list, several.Unwrap()...)
		} else if err != nil {
			p.list = append(p.list, err)
		}
	}
	if len(p.list) == 1 {
		return p.list[0]
	}
	return p.err()
}

// printError prints an error: one with a line of a file as it is, anything else after
// "prorata: ".
func printError(w io.Writer, err error) {
	switch err := err.(type) {
	case *problems:
		for _, err := range err.list {
			printError(w, err)
		}
		if err.seq != nil {
			for err := range err.seq {
				printError(w, err)
			}
		}
	case *eventlog.Line:
		printLine(w, err.Error())
	default:
		if placed, ok := err.(*source.ParseError); ok && placed.Line > 0 {
			printLine(w, err.Error())
			return
		}
		printLine(w, "prorata: "+err.Error())
	}
}

// maxMessage is how long a message may be, in the cells of a terminal: what it quotes is cut before.
const maxMessage = 2000

// printLine prints one line, whatever the text holds.
func printLine(w io.Writer, text string) { fmt.Fprintln(w, display.Cut(text, maxMessage)) }

// inFileOrder compares places in files: by file as they were named, then by line and column.
func inFileOrder(files []string) func(a, b source.Place) int {
	order := make(map[string]int, len(files)) // of the first of a name
	for i, name := range slices.Backward(files) {
		order[name] = i
	}
	at := func(file string) int {
		if i, found := order[file]; found {
			return i
		}
		return -1
	}
	return func(a, b source.Place) int {
		if a.File != b.File {
			return at(a.File) - at(b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	}
}
