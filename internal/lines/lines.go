// Package lines finds the line and column of an offset in a text, in a time that does not depend on where the offset is, and the
// first byte that is not UTF-8.
package lines

import (
	"bytes"
	"unicode/utf8"

	"github.com/prorata-go/prorata/source"
)

// Index knows the lines of a text. The text must not change while the index is in use.
type Index struct {
	file  string
	text  []byte
	marks []mark // of every step bytes of the text
}

// mark is what comes before an offset.
type mark struct {
	lines int // line feeds
	start int // the offset at which the line begins
}

// step is how much of the text is searched for an offset. A mark for each of them takes 1.6 % of the text's memory, however many
// lines it has.
const step = 1 << 10

// New indexes the lines of a file's text.
func New(file string, text []byte) *Index {
	x := &Index{file: file, text: text, marks: make([]mark, 0, len(text)/step+1)}
	at := mark{}
	for from := 0; ; from += step {
		x.marks = append(x.marks, at)
		if len(text)-from < step {
			return x
		}
		at = at.after(text[from:from+step], from)
	}
}

// after is the mark behind a piece of the text that starts at an offset.
func (m mark) after(piece []byte, from int) mark {
	if last := bytes.LastIndexByte(piece, '\n'); last >= 0 {
		m.lines += bytes.Count(piece, []byte{'\n'})
		m.start = from + last + 1
	}
	return m
}

// Place is the line and column of an offset, both counted from 1 and columns in bytes. An offset outside of the text is taken for
// its start or end.
func (x *Index) Place(offset int) source.Place {
	offset = min(max(offset, 0), len(x.text))
	from := offset / step * step
	m := x.marks[offset/step].after(x.text[from:offset], from)
	return source.Place{File: x.file, Line: m.lines + 1, Column: offset - m.start + 1}
}

// ValidUTF8 is how many bytes there are before the first one that is not UTF-8, or all of them.
func ValidUTF8(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
