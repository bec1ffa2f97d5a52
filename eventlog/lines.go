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
	names  []string // of the store's files
}

// fileLines are those of a file.
type fileLines struct {
	name   string
	chunks []badChunk // in their order
	reused []reused   // likewise
	n      int        // how many of them all count
}

// badChunk has the bad lines of a chunk, each as the number of the line less that of the one before, twice the length of
// what follows and 1 if the line goes on, and its text.
type badChunk struct {
	line int // of the first line of the chunk
	n    int
	size int64 // what counts towards MaxBad
	text []byte
}

// badSize is what a bad line counts.
func badSize(text []byte) int64 { return int64(len(text)) + 4 }

// add adds a bad line, cut off after MaxLine bytes. last is the number of the line before it, or of the chunk's first.
func (c *badChunk) add(line []byte, number, last int) {
	goesOn := uint64(0)
	if len(line) > MaxLine {
		line, goesOn = line[:MaxLine], 1
	}
	c.text = binary.AppendUvarint(c.text, uint64(number-last))
	c.text = binary.AppendUvarint(c.text, uint64(len(line))<<1|goesOn)
	c.text = append(c.text, line...)
	c.n++
	c.size += badSize(line)
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
		bad, again := badReader{chunks: f.chunks}, f.reused
		more := bad.next()
		for range f.n {
			var line *Line
			if more && (len(again) == 0 || bad.line <= int(again[0].at.line)) {
				line = bad.read(f.name, d)
				more = bad.next()
			} else {
				line = again[0].read(l.names)
				again = again[1:]
			}
			if !yield(line) {
				return
			}
		}
	}
}

// read is the line as it was found.
func (r *reused) read(files []string) *Line {
	conflict := &account.ConflictError{ID: r.id, Second: r.at.place(files)}
	if r.first != (spot{}) {
		conflict.First = r.first.place(files)
	}
	return &Line{Err: &source.ParseError{Place: conflict.Second, Err: conflict}, Text: r.text}
}

// badReader reads the lines of chunks, one after the other.
type badReader struct {
	chunks []badChunk
	rest   []byte // of the chunk at hand

	line   int
	text   []byte
	goesOn bool
}

// next reads the next line, if there is one.
func (r *badReader) next() bool {
	for len(r.rest) == 0 {
		if len(r.chunks) == 0 {
			return false
		}
		r.rest, r.line = r.chunks[0].text, r.chunks[0].line
		r.chunks = r.chunks[1:]
	}
	var step, size uint64
	step, r.rest = cutUvarint(r.rest)
	size, r.rest = cutUvarint(r.rest)
	r.line += int(step)
	r.goesOn = size&1 != 0
	r.text, r.rest = r.rest[:size>>1], r.rest[size>>1:]
	return true
}

// read finds what is wrong with the line once more.
func (r *badReader) read(file string, d *Decoder) *Line {
	at := source.Place{File: file, Line: r.line, Column: 1}
	if r.goesOn {
		return tooLong(r.text, at)
	}
	line := (*Line)(nil)
	errors.As(d.saidLine(r.text, at, &d.said), &line)
	return line
}

// nth is the number of the line that has n others before it.
func nth(chunks []badChunk, n int) int {
	r := badReader{chunks: chunks}
	for ; len(r.chunks) > 1 && n >= r.chunks[0].n; n -= r.chunks[0].n {
		r.chunks = r.chunks[1:]
	}
	for range n + 1 {
		r.next()
	}
	return r.line
}

// sortChunks puts what several workers found in order.
func sortChunks(chunks []badChunk) {
	slices.SortFunc(chunks, func(a, b badChunk) int { return cmp.Compare(a.line, b.line) })
}
