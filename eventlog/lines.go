package eventlog

import (
	"cmp"
	"encoding/binary"
	"errors"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// MaxBad is how many bytes of lines that are left out are kept, those of the lines themselves and a few for each:
// 256 MiB, which is some two million lines of an event. [Events.Load] gives up what has more.
const MaxBad = 1 << 28

// Lines are lines of event files that could not be read, or whose id is used with different content, in the order of the
// files and of their lines. Of each its bytes are kept, and what is wrong with it is found again when it is asked for, so
// that millions of bad lines take little more memory than they have bytes. The zero Lines has none.
type Lines struct {
	files  []fileLines
	n      int
	policy invoice.Policy
	parts  []filePart // of the store
}

// fileLines are those of a file.
type fileLines struct {
	name   string
	bad    []*badLines // of each worker that found some
	reused []reused    // in their order
	n      int         // how many of them all count
}

// badLines are bad lines of a file that one worker found, in their order. Each is the number of the line less that of the
// one before, twice the length of what follows and 1 if the line goes on, and its text, as far as it is kept.
type badLines struct {
	worker int
	pieces [][]byte // no line is in two
	before int      // lines of the file before that of number 0
	last   int      // the number of the last line
}

// badSize is what a bad line counts towards MaxBad.
func badSize(text []byte) int64 { return int64(len(text)) + 4 }

// add adds a bad line, and returns what it counts.
func (l *badLines) add(line []byte, number int) int64 {
	goesOn := uint64(0)
	if len(line) > MaxLine {
		line, goesOn = line[:MaxLine], 1
	}
	const smallest, largest = 1 << 8, 1 << 16
	last, room := len(l.pieces)-1, len(line)+2*binary.MaxVarintLen64
	switch {
	case last < 0:
		l.pieces = append(l.pieces, make([]byte, 0, max(room, smallest)))
	case cap(l.pieces[last])-len(l.pieces[last]) < room:
		l.pieces = append(l.pieces, make([]byte, 0, max(room, min(2*cap(l.pieces[last]), largest))))
	}
	b := &l.pieces[len(l.pieces)-1]
	*b = binary.AppendUvarint(*b, uint64(number-l.last))
	*b = binary.AppendUvarint(*b, uint64(len(line))<<1|goesOn)
	*b = append(*b, line...)
	l.last = number
	return badSize(line)
}

// reused is an event whose id is used with different content.
type reused struct {
	at    spot
	first spot // another event of the id, whose content is different; zero when this is the first, or says the same
	id    string
	text  []byte // the event, written anew
}

func (r *reused) size() int64 { return int64(len(r.id)+len(r.text)) + 96 }

// Len is how many there are.
func (l *Lines) Len() int { return l.n }

// All yields them. A [Line] is made for each, and may be kept.
func (l *Lines) All() iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		d := NewDecoder(l.policy)
		for i := range l.files {
			for line := range l.of(&l.files[i], d) {
				if !yield(line) {
					return
				}
			}
		}
	}
}

// of yields the lines of a file.
func (l *Lines) of(f *fileLines, d *Decoder) iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		bad, again := newBadReader(f.bad), f.reused
		for range f.n {
			var line *Line
			if next := bad.next(); next != nil && (len(again) == 0 || next.line <= again[0].at.place(l.parts).Line) {
				line = next.read(f.name, d)
				bad.step()
			} else {
				line = again[0].read(l.parts)
				again = again[1:]
			}
			if !yield(line) {
				return
			}
		}
	}
}

// read is the line as it was found.
func (r *reused) read(parts []filePart) *Line {
	conflict := &account.ConflictError{ID: r.id, Second: r.at.place(parts)}
	if r.first != (spot{}) {
		conflict.First = r.first.place(parts)
	}
	return &Line{Err: &source.ParseError{Place: conflict.Second, Err: conflict}, Text: r.text}
}

// badReader reads the bad lines of a file, whoever found them, in their order.
type badReader struct{ cursors []badCursor } // by the lines they are at

func newBadReader(list []*badLines) *badReader {
	r := &badReader{}
	for _, l := range list {
		if c := (badCursor{pieces: l.pieces, line: l.before}); c.step() {
			r.cursors = append(r.cursors, c)
		}
	}
	slices.SortFunc(r.cursors, func(a, b badCursor) int { return cmp.Compare(a.line, b.line) })
	return r
}

// next is at the next line, or nil.
func (r *badReader) next() *badCursor {
	if len(r.cursors) == 0 {
		return nil
	}
	return &r.cursors[0]
}

// step goes beyond the next line.
func (r *badReader) step() {
	if !r.cursors[0].step() {
		r.cursors = r.cursors[1:]
		return
	}
	for i := 1; i < len(r.cursors) && r.cursors[i].line < r.cursors[i-1].line; i++ {
		r.cursors[i-1], r.cursors[i] = r.cursors[i], r.cursors[i-1]
	}
}

// nth is the number of the line that has n others before it.
func (r *badReader) nth(n int) int {
	for range n {
		r.step()
	}
	return r.next().line
}

// badCursor is at one of the lines that one worker found.
type badCursor struct {
	pieces [][]byte
	rest   []byte // of the piece at hand

	line   int
	text   []byte
	goesOn bool
}

// step goes to the next line, if there is one.
func (c *badCursor) step() bool {
	if len(c.rest) == 0 {
		if len(c.pieces) == 0 {
			return false
		}
		c.rest, c.pieces = c.pieces[0], c.pieces[1:]
	}
	var step, size uint64
	step, c.rest = cutUvarint(c.rest)
	size, c.rest = cutUvarint(c.rest)
	c.line += int(step)
	c.goesOn = size&1 != 0
	c.text, c.rest = c.rest[:size>>1], c.rest[size>>1:]
	return true
}

// read finds what is wrong with the line once more.
func (c *badCursor) read(file string, d *Decoder) *Line {
	at := source.Place{File: file, Line: c.line, Column: 1}
	if c.goesOn {
		return tooLong(c.text, at)
	}
	line := (*Line)(nil)
	errors.As(d.decodeRaw(c.text, at, &d.raw), &line)
	return line
}
