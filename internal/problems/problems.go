// Package problems collects what is wrong with a document: the first problems, and how many more there are.
package problems

import (
	"errors"

	"github.com/prorata-go/prorata/source"
)

// most is how many problems of a document are listed.
const most = 20

// List is what is wrong with a document, in the order found. The zero value is empty.
type List struct {
	first []error
	more  int
}

// Add adds an error, unless it is nil.
func (l *List) Add(err error) {
	switch {
	case err == nil:
	case len(l.first) == most:
		l.more++
	default:
		l.first = append(l.first, err)
	}
}

// Len is how many problems there are.
func (l *List) Len() int { return len(l.first) + l.more }

// Err is nil when there are no problems, and a single problem itself. Several are joined, at most 20 of them, followed by how
// many more there are in the file.
func (l *List) Err(file string) error {
	switch {
	case l.Len() == 0:
		return nil
	case l.Len() == 1:
		return l.first[0]
	case l.more == 0:
		return errors.Join(l.first...)
	}
	things := "problems"
	if l.more == 1 {
		things = "problem"
	}
	return errors.Join(append(l.first[:most:most], source.Errorf(source.Place{File: file}, "and %d more %s", l.more, things))...)
}
