package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
)

// What is longer than this, in the cells of a terminal, is cut: the beginning and the end are shown.
const (
	maxCell = 48   // a cell of a column, such as a package
	maxName = 240  // a name on a line of its own
	maxNote = 1000 // text that no column holds, such as a sentence
)

// Terminal is a writer to a terminal of so many cells a line, 0 for one that is not known. Tables that are written to it
// stay within it: sentences are broken, columns that can be done without are left out, which a last line says, and names
// are cut. To any other writer a table is as wide as it is.
type Terminal struct {
	io.Writer
	Width int
}

// Table prints rows of cells in columns, those marked right aligned to the right.
func Table(w io.Writer, right []bool, rows [][]string) error {
	last := len(right) - 1
	if last < 1 || right[last] {
		last = len(right)
	}
	t := table{right: right[:last]} // what stands last to the left needs no column
	for _, cells := range rows {
		note := ""
		if len(cells) > last {
			cells, note = cells[:last], cells[last]
		}
		t.addNoted(note, cells...)
	}
	return t.write(w)
}

// table is text in columns, each as wide as its widest cell. Text from anywhere may go in: it is
// written so that a terminal shows it, and does not grow without bounds.
type table struct {
	right    []bool // columns aligned to the right: figures
	optional []int  // columns that a terminal which is too narrow does without, in that order
	rows     []row
}

// row is some cells, then text that no column holds. A row of neither is a rule.
type row struct {
	cells []string
	note  string
	dated bool // the note is about the dates of a column, and has them where that is left out
}

func (t *table) add(cells ...string) { t.addNoted("", cells...) }

func (t *table) addNoted(note string, cells ...string) {
	shown := make([]string, len(cells))
	for i, cell := range cells {
		shown[i] = display.Cut(cell, maxCell)
	}
	t.rows = append(t.rows, row{cells: shown, note: display.Cut(note, maxNote)})
}

func (t *table) note(text string) { t.addNoted(text) }
func (t *table) rule()            { t.rows = append(t.rows, row{}) }
func (r *row) isRule() bool       { return r.cells == nil }

// write prints the rows, two spaces between columns and none at the end of a line.
func (t *table) write(w io.Writer) error {
	limit := 0
	if terminal, ok := w.(Terminal); ok && terminal.Width > 0 {
		limit = max(terminal.Width, minSentence)
	}
	l := t.lay(limit)
	out := bufio.NewWriter(w)
	for i := range t.rows {
		l.write(out, &t.rows[i])
	}
	if len(l.out) > 0 {
		text := fmt.Sprintf("(The terminal is too narrow for %s; CSV has all columns.)", strings.Join(l.out, ", "))
		l.write(out, &row{cells: []string{}, note: text})
	}
	return out.Flush()
}

// layout is where the columns of a table go.
type layout struct {
	right  []bool
	widths []int // in cells; -1 is a column that is left out
	total  int
	limit  int      // of a line; 0 is none
	out    []string // the names of the columns that are left out
}

// lay finds the columns of a table that fit a limit, if there is one.
func (t *table) lay(limit int) *layout {
	l := &layout{right: t.right, widths: make([]int, len(t.right)), limit: limit}
	for _, r := range t.rows {
		for i, cell := range r.cells {
			l.widths[i] = max(l.widths[i], display.Width(cell))
		}
	}
	l.add()
	if limit == 0 {
		return l
	}
	for _, i := range t.optional {
		if l.total > limit {
			l.out = append(l.out, t.header()[i])
			l.widths[i] = -1
			l.add()
		}
	}
	for l.total > limit { // names are cut, the longest first
		widest := -1
		for i, cells := range l.widths {
			if !l.right[i] && cells > minName && (widest < 0 || cells > l.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return l
		}
		l.widths[widest]--
		l.total--
	}
	return l
}

// header is the first row with all columns.
func (t *table) header() []string {
	for _, r := range t.rows {
		if len(r.cells) == len(t.right) {
			return r.cells
		}
	}
	return make([]string, len(t.right))
}

// minName is how short names may be cut: dates never are.
const minName = 23

// add adds up the widths.
func (l *layout) add() {
	l.total = -2
	for _, cells := range l.widths {
		if cells >= 0 {
			l.total += cells + 2
		}
	}
	l.total = max(0, l.total)
}

// write prints a row: its cells, and then its note, which goes on in the next line, below where
// it began, if it does not fit.
func (l *layout) write(out *bufio.Writer, r *row) {
	if r.isRule() {
		n := l.total
		if l.limit > 0 {
			n = min(n, l.limit)
		}
		writeLine(out, strings.Repeat("─", n))
		return
	}
	var line []byte
	at := 0
	for i, cell := range r.cells {
		cells := l.widths[i]
		if cells < 0 {
			continue
		}
		if display.Width(cell) > cells {
			cell = display.Cut(cell, cells)
		}
		pad := cells - display.Width(cell)
		if l.right[i] {
			line = append(pads(line, pad), cell...)
		} else {
			line = pads(append(line, cell...), pad)
		}
		line = append(line, "  "...)
		at += cells + 2
	}
	note := r.note
	if r.dated && l.widths[columnOfDates] < 0 {
		note = r.cells[columnOfDates] + ": " + note
	}
	if note == "" {
		writeLine(out, string(line))
		return
	}
	if l.limit > 0 && l.limit-at < minSentence { // there is no room beside the cells
		if len(r.cells) > 0 {
			writeLine(out, string(line))
		}
		line, at = pads(line[:0], indent), indent
	}
	parts := []string{note}
	if l.limit > 0 {
		parts = broken(note, l.limit-at)
	}
	for _, part := range parts {
		writeLine(out, string(line)+part)
		line = pads(line[:0], at)
	}
}

// A sentence stands beside the cells of its row where there is that much room, else below them.
const (
	minSentence = 40
	indent      = 4
)

// broken breaks a text into lines of so many cells, at spaces; what has none is broken anywhere.
// All begin with the spaces that the text begins with.
func broken(text string, cells int) (lines []string) {
	if display.Width(text) <= cells {
		return []string{text}
	}
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	line, used := []byte(lead), len(lead)
	next := func() {
		lines = append(lines, string(line))
		line, used = append(line[:0], lead...), len(lead)
	}
	for word := range strings.FieldsSeq(text) {
		if used > len(lead) && used+1+display.Width(word) > cells {
			next()
		}
		if used > len(lead) {
			line, used = append(line, ' '), used+1
		}
		for _, r := range word {
			n := display.Width(string(r))
			if used+n > cells && used > len(lead) {
				next()
			}
			line, used = utf8.AppendRune(line, r), used+n
		}
	}
	return append(lines, string(line))
}

func writeLine(out *bufio.Writer, line string) {
	out.WriteString(strings.TrimRight(line, " ")) // an error is kept, and returned by Flush
	out.WriteByte('\n')
}

func pads(b []byte, n int) []byte {
	for range n {
		b = append(b, ' ')
	}
	return b
}

// named is a name as a table shows it: in quotes where spaces at its ends, or several in a row, would not be seen, or would
// make it look like a row of figures.
func named(name string) string {
	if name != strings.TrimSpace(name) || strings.Contains(name, "  ") {
		return `"` + name + `"`
	}
	return name
}

// Count words a number of things: "1 invoice", "1,234 invoices".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return digits.Group(strconv.Itoa(n)) + " " + many
}
