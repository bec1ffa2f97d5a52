package eventlog

import (
	"encoding/binary"
	"errors"
	"iter"

	"github.com/prorata-go/prorata/source"
)

// Scan is what there is to say of a part of a file beside its events: see [Packing.Pack]. The zero Scan is that of a part
// without lines.
type Scan struct {
	Lines  int   // its line feeds: the lines of the parts after it are counted on from there
	Events int64 // how many there are
	Dates  Dates // of all of them

	failure *failure // that ended the reading
	badAt   []int    // the first of the bad lines, counted from 1 in the part
	bad     badLines // all of them, for which the lines are numbered in the part too
	badN    int
	badSize int64
}

// failure is why a part cannot be read to its end.
type failure struct {
	placed       bool // it has a place within the file
	line, column int  // there, counted from 1 in the part
	text         string
}

// FailedScan is the scan of a file that could not be read at all, such as one that is not there.
func FailedScan(err error) *Scan {
	s := &Scan{}
	if err != nil {
		s.fail(err)
	}
	return s
}

// Err reports that the part could not be read to its end.
func (s *Scan) Err() bool { return s.failure != nil }

// Bad is how many lines are no events.
func (s *Scan) Bad() int { return s.badN }

func (s *Scan) fail(err error) {
	s.failure = &failure{text: err.Error()}
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) && pe.Err != nil && pe.Line > 0 {
		*s.failure = failure{true, pe.Line, pe.Column, pe.Err.Error()}
	}
}

// error is the failure of a part that begins after some lines of a file.
func (f *failure) error(file string, before int) error {
	if !f.placed {
		return errors.New(f.text)
	}
	return source.Errorf(source.Place{File: file, Line: before + f.line, Column: f.column}, "%s", f.text)
}

// add adds what a chunk has.
func (s *Scan) add(w *packWorker, maxProblems int) {
	s.Events += w.events
	s.Dates.AddAll(&w.dates)
	for i, line := range w.bad {
		if s.badSize > MaxBad {
			break // that is as much as is told
		}
		if len(s.badAt) <= maxProblems {
			s.badAt = append(s.badAt, w.badAt[i])
		}
		s.badN++
		s.badSize += s.bad.add(line, w.badAt[i])
	}
}

var errScan = errors.New("a scan is damaged, expected what AppendBinary or BadLines wrote")

// AppendBinary appends all but the texts of the bad lines, for [Scan.UnmarshalBinary]. The error is nil.
func (s *Scan) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(s.Lines))
	b = binary.AppendUvarint(b, uint64(s.Events))
	dates, _ := s.Dates.AppendBinary(nil)
	b = appendText(b, dates)
	b = binary.AppendUvarint(b, uint64(s.badN))
	b = binary.AppendUvarint(b, uint64(len(s.badAt)))
	for _, line := range s.badAt {
		b = binary.AppendUvarint(b, uint64(line))
	}
	if f := s.failure; f != nil {
		placed := byte(1)
		if f.placed {
			placed = 2
		}
		b = append(b, placed)
		b = binary.AppendUvarint(b, uint64(f.line))
		b = binary.AppendUvarint(b, uint64(f.column))
		return appendText(b, f.text), nil
	}
	return append(b, 0), nil
}

// UnmarshalBinary sets s to what [Scan.AppendBinary] appended. It has no bad lines then, until they are added.
func (s *Scan) UnmarshalBinary(b []byte) error {
	r := strict{bytes: b}
	read := Scan{Lines: r.int(), Events: int64(r.int())}
	if err := read.Dates.UnmarshalBinary(r.text()); err != nil {
		return err
	}
	read.badN = r.int()
	for range r.count() {
		read.badAt = append(read.badAt, r.int())
	}
	switch kind := r.byte(); kind {
	case 0:
	case 1, 2:
		read.failure = &failure{kind == 2, r.int(), r.int(), string(r.text())}
	default:
		return errScan
	}
	if r.damaged || r.more() {
		return errScan
	}
	*s = read
	return nil
}

// BadLines yields the lines that are no events in pieces of some 64 KiB, for [Scan.AddBadLines] in the same order.
func (s *Scan) BadLines() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, piece := range s.bad.pieces {
			if !yield(piece) {
				return
			}
		}
	}
}

// AddBadLines adds the next piece of what BadLines yielded. The bytes are kept.
func (s *Scan) AddBadLines(piece []byte) error {
	line := s.bad.last
	size := int64(0)
	for r := (strict{bytes: piece}); r.more(); {
		step, n := r.int(), r.int()
		text := r.take(n >> 1)
		if line += step; r.damaged || line < 1 || line > maxInt {
			return errScan
		}
		size += badSize(text)
	}
	s.bad.pieces, s.bad.last, s.badSize = append(s.bad.pieces, piece), line, s.badSize+size
	return nil
}

// strict reads bytes that may be damaged; what it reads is not to be used once damaged is set. It counts on where it is: to cut what it
// read off a slice would be a write of a pointer each time, which the garbage collector watches while it runs.
type strict struct {
	bytes   []byte
	at      int
	damaged bool
}

const maxInt = 1<<31 - 1 // of a line, column or part

// more reports that there is something left to read.
func (r *strict) more() bool { return r.at < len(r.bytes) }

func (r *strict) uint() uint64 {
	if r.at < len(r.bytes) && r.bytes[r.at] < 0x80 {
		r.at++
		return uint64(r.bytes[r.at-1])
	}
	x, n := binary.Uvarint(r.bytes[r.at:])
	if n <= 0 {
		r.fail()
		return 0
	}
	r.at += n
	return x
}

// int is a number that fits an int.
func (r *strict) int() int {
	x := r.uint()
	if x > 1<<62 {
		r.fail()
		return 0
	}
	return int(x)
}

// count is how many there are of something that takes a byte or more.
func (r *strict) count() int {
	n := r.int()
	if n > len(r.bytes)-r.at {
		r.fail()
		return 0
	}
	return n
}

func (r *strict) take(n int) []byte {
	if n > len(r.bytes)-r.at {
		r.fail()
		return nil
	}
	r.at += n
	return r.bytes[r.at-n : r.at]
}

func (r *strict) text() []byte { return r.take(r.count()) }

func (r *strict) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *strict) fail() { r.damaged, r.at = true, len(r.bytes) }
