// Package source says where in a file something stands, so that a person can be sent there.
//
//	err := source.Errorf(source.Place{File: "events.jsonl", Line: 12, Column: 34}, "%q, expected a date", text)
//	source.At(place, err) // gives an error a place, unless it has one
//
// Everything prorata reads keeps its [Place], and every error in a file is a [*ParseError],
// printed with what is wrong and what was expected:
//
//	events.jsonl:12:34: credits: 5.5 is not a count, expected a whole number from 0 to 9223372036854775807
//
// Lines and columns count from 1; columns count bytes, so that they are exact even where a
// file is not valid UTF-8. A column of 0 is not printed: the problem is the line's, or the
// file's when the line is 0 too. A byte order mark before a document is not counted.
package source

import (
	"errors"
	"fmt"
	"strconv"
)

// Place is a position in a file. The zero value is "nowhere": what was made in a program
// and never read from a file.
type Place struct {
	File   string
	Line   int
	Column int
}

// String is FILE:LINE:COLUMN, leaving out what is not known.
func (p Place) String() string { return string(p.append(nil)) }

func (p Place) append(b []byte) []byte {
	b = append(b, p.File...)
	if p.Line > 0 {
		b = strconv.AppendInt(append(b, ':'), int64(p.Line), 10)
		if p.Column > 0 {
			b = strconv.AppendInt(append(b, ':'), int64(p.Column), 10)
		}
	}
	return b
}

// ParseError is a problem in a file: where it is, and what is wrong and was expected.
type ParseError struct {
	Place
	Err error
}

func (e *ParseError) Error() string {
	if e.Err == nil {
		return string(e.append(nil)) + ": a problem that nothing is known of"
	}
	return string(e.append(nil)) + ": " + e.Err.Error()
}
func (e *ParseError) Unwrap() error { return e.Err }

// Errorf returns a *ParseError at a place.
func Errorf(at Place, format string, args ...any) *ParseError {
	return &ParseError{Place: at, Err: fmt.Errorf(format, args...)}
}

// At gives an error a place, unless it has one already.
func At(at Place, err error) error {
	if err == nil || at.IsZero() {
		return err
	}
	if pe := (*ParseError)(nil); errors.As(err, &pe) {
		return err
	}
	return &ParseError{Place: at, Err: err}
}

// IsZero reports that nothing is known of the place.
func (p Place) IsZero() bool { return p == Place{} }
