package main

import (
	"fmt"
	"io"
	"iter"

	"github.com/prorata-go/prorata/internal/messages"
)

// maxProblems is how many problems of one file are listed before giving up.
const maxProblems = messages.MaxProblems

// problems are what is wrong with the input, in the order found.
type problems struct {
	list  []error
	seq   iter.Seq[error] // instead of the list, where they may be many
	limit int             // most of one file, 0 for no limit
	told  messages.Limit
}

func (p *problems) Error() string   { return fmt.Sprintf("%d problems", len(p.list)) }
func (p *problems) Unwrap() []error { return p.list }

// add keeps a problem, and reports false when its file has had too many.
func (p *problems) add(file string, err error) bool {
	p.told.Most = p.limit
	list, more := p.told.Add(p.list, file, err)
	p.list = list
	return more
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
	default:
		messages.PrintError(w, err)
	}
}

// printLine prints one line, whatever the text holds.
func printLine(w io.Writer, text string) { messages.PrintLine(w, text) }
