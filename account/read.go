package account

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// MaxLine is the longest line of an event file, in bytes.
const MaxLine = 1 << 20

// Line is one line of an event file that could not be read, as it stands there.
type Line struct {
	Err  *source.ParseError
	Text []byte // without the line's end; cut off after MaxLine bytes when it goes on
}

func (l *Line) Error() string { return l.Err.Error() }
func (l *Line) Unwrap() error { return l.Err }

// Read reads the events of a file, one JSON object a line; empty lines are passed over. An
// error is a [*Line] for a line that is no event, after which reading goes on; any other
// error, such as a compressed file cut short, is a *[source.ParseError] and the last.
func Read(r io.Reader, file string, policy invoice.Policy) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		lines := bufio.NewReaderSize(r, 1<<16)
		decoder := NewDecoder(policy)
		at := source.Place{File: file}
		for {
			at.Line++
			line, err := readLine(lines, at)
			if err != nil && err != io.EOF {
				yield(Event{}, err)
				return
			}
			if at.Line == 1 { // a byte order mark is not counted
				line.Text = bytes.TrimPrefix(line.Text, []byte("\xef\xbb\xbf"))
			}
			if line.Err != nil {
				if !yield(Event{}, line) {
					return
				}
			} else if len(bytes.TrimSpace(line.Text)) > 0 {
				e, problem := decoder.Decode(line.Text, at)
				if problem != nil {
					problem = asLine(problem, line.Text)
				}
				if !yield(e, problem) {
					return
				}
			}
			if err == io.EOF {
				return
			}
		}
	}
}

func asLine(err error, text []byte) error {
	pe := (*source.ParseError)(nil)
	if !errors.As(err, &pe) {
		return err
	}
	return &Line{Err: pe, Text: bytes.Clone(text)}
}

// readLine reads up to the end of the line, or of the file with io.EOF. A line that is too
// long is passed over to its end.
func readLine(r *bufio.Reader, at source.Place) (*Line, error) {
	line := &Line{}
	for {
		part, err := r.ReadSlice('\n')
		if line.Err == nil {
			if line.Text == nil && err == nil && len(part) <= MaxLine {
				return &Line{Text: trimEnd(part)}, nil
			}
			line.Text = append(line.Text, part...)
		}
		if len(line.Text) > MaxLine && line.Err == nil {
			line.Err = source.Errorf(source.Place{File: at.File, Line: at.Line, Column: MaxLine + 1},
				"the line goes on, expected at most %d bytes", MaxLine)
			line.Text = line.Text[:MaxLine]
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == nil:
			line.Text = trimEnd(line.Text)
			return line, nil
		case err == io.EOF:
			return line, io.EOF
		}
		at.Column = 1
		return line, source.At(at, fmt.Errorf("cannot read on: %w", err))
	}
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
