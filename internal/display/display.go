// Package display writes text from outside, such as the name of an account, so that it can be
// shown on a terminal: on one line, with nothing that a terminal obeys instead of showing, and
// nothing that is there without being seen.
//
// What is not shown as it is, is shown as Go escapes it in a string: a control character as \x1b,
// \n or \u0085, a change of the direction of writing as \u202e, what has no width as \u200b, a
// space other than the plain one as \u00a0, a byte that is no UTF-8 as \xff. A letter may have up
// to four marks above and below it; more are escaped, so that they cannot cover other lines.
// Text that was escaped stays as it is when it is escaped again.
//
// Everything the program prints for people goes through this package. Formats for programs keep
// their data as it is; only what goes straight to a terminal is escaped by a [Writer] too.
package display

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many marks a letter may have.
const maxMarks = 4

// Text is all of s, escaped where it has to be.
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for i := 0; i < len(s); {
		piece, size := first(s[i:], &marks)
		b.WriteString(piece)
		i += size
	}
	return b.String()
}

// Cut is Text of s if that fits into so many cells of a terminal, 3 or more. Else it is the
// beginning and the end of it with an ellipsis between them: two thirds and one third, because
// what tells names apart is often at their end. The time it takes does not depend on the length of s.
func Cut(s string, cells int) string {
	if len(s) <= cells && plain(s) {
		return s
	}
	tail := (cells - 1) / 3
	head := cells - 1 - tail
	var b strings.Builder
	used, marks, kept := 0, 0, 0 // kept: how much of b is the beginning if there is an ellipsis
	for i := 0; i < len(s); {
		piece, size := first(s[i:], &marks)
		if used += Width(piece); used > cells {
			return b.String()[:kept] + "…" + end(s, tail)
		}
		b.WriteString(piece)
		if used <= head {
			kept = b.Len()
		}
		i += size
	}
	return b.String()
}

// end is the end of s that fits into so many cells.
func end(s string, cells int) string {
	var pieces []string
	used, marks := 0, 0
	for len(s) > 0 {
		r, size := utf8.DecodeLastRuneInString(s)
		if isMark(r) {
			marks++
		} else {
			marks = 0
		}
		piece := escaped(s[len(s)-size:], r, size, marks)
		if used += Width(piece); used > cells {
			break
		}
		pieces = append(pieces, piece)
		s = s[:len(s)-size]
	}
	for len(pieces) > 0 && Width(pieces[len(pieces)-1]) == 0 { // marks of a letter that is left out
		pieces = pieces[:len(pieces)-1]
	}
	var b strings.Builder
	for i := len(pieces) - 1; i >= 0; i-- {
		b.WriteString(pieces[i])
	}
	return b.String()
}

// first is the first character of s as it is shown, and its size in s. It counts marks.
func first(s string, marks *int) (piece string, size int) {
	r, size := utf8.DecodeRuneInString(s)
	if isMark(r) {
		*marks++
	} else {
		*marks = 0
	}
	return escaped(s, r, size, *marks), size
}

// escaped is the character r, the first size bytes of s, as it is shown where it is the so
// manieth mark in a row.
func escaped(s string, r rune, size, marks int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		const digits = "0123456789abcdef"
		return `\x` + string([]byte{digits[s[0]>>4], digits[s[0]&15]})
	case strconv.IsPrint(r) && !unseen(r) && marks <= maxMarks:
		return s[:size]
	}
	return escape(r)
}

// escape is a character as a Go string has it, also one that Go would not escape.
func escape(r rune) string {
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}

// isMark reports that a character is written above, below or through the one before it.
func isMark(r rune) bool { return r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) }

// unseen reports that a character is a letter, mark or symbol, which is printed, but leaves no
// trace.
func unseen(r rune) bool {
	switch {
	case r < 0x34F:
		return false
	case r == 0x2800: // the Braille pattern of no dots
		return true
	}
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// plain reports that a text is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Writer writes to a terminal. It passes lines on, and escapes what else a terminal would obey.
type Writer struct {
	w     io.Writer
	left  []byte // the beginning of a character
	marks int
}

// NewWriter returns a Writer to a terminal. It is to be flushed.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

func (w *Writer) Write(p []byte) (int, error) {
	text := string(w.left) + string(p)
	w.left = w.left[:0]
	if end := len(text) - incomplete(text); end < len(text) {
		w.left = append(w.left, text[end:]...)
		text = text[:end]
	}
	return len(p), w.write(text)
}

// Flush writes what is left: the beginning of a character that had no end.
func (w *Writer) Flush() error {
	text := string(w.left)
	w.left = w.left[:0]
	return w.write(text)
}

func (w *Writer) write(text string) error {
	var b strings.Builder
	for i := 0; i < len(text); {
		piece, size := "\n", 1
		if text[i] == '\n' {
			w.marks = 0
		} else {
			piece, size = first(text[i:], &w.marks)
		}
		b.WriteString(piece)
		i += size
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(w.w, b.String())
	return err
}

// incomplete is how many bytes at the end of a text may be the beginning of a character.
func incomplete(text string) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if end := text[len(text)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRuneInString(end) {
				return 0
			}
			return n
		}
	}
	return 0
}
