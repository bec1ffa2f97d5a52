package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
)

// What is longer than this, in the cells of a terminal, is cut: the beginning and the end are shown.
const (
	maxCell = 48   // a cell of a column, such as a package
	maxName = 240  // a name on a line of its own
	maxNote = 1000 // text that no column holds, and a cell of the last column, such as a sentence
)

// Table prints rows of cells in columns, those marked right aligned to the right.
func Table(w io.Writer, right []bool, rows [][]string) error {
	t := table{right: right}
	for _, cells := range rows {
		t.add(cells...)
	}
	return t.write(w)
}

// table is text in columns, each as wide as its widest cell. Text from anywhere may go in: it is
// written so that a terminal shows it, and does not grow without bounds.
type table struct {
	right []bool // columns aligned to the right: figures
	rows  []row
}

// row is some cells, then text that no column holds. A row of neither is a rule.
type row struct {
	cells []string
	note  string
}

func (t *table) add(cells ...string) { t.addNoted("", cells...) }

func (t *table) addNoted(note string, cells ...string) {
	shown := make([]string, len(cells))
	for i, cell := range cells {
		most := maxCell
		if i == len(t.right)-1 {
			most = maxNote
		}
		shown[i] = display.Cut(cell, most)
	}
	t.rows = append(t.rows, row{shown, display.Cut(note, maxNote)})
}

func (t *table) note(text string) { t.addNoted(text) }
func (t *table) rule()            { t.rows = append(t.rows, row{}) }
func (r *row) isRule() bool       { return r.cells == nil }

// write prints the rows, two spaces between columns and none at the end of a line.
func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.right))
	for _, r := range t.rows {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], display.Width(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, cells := range widths {
		total += cells
	}
	out := bufio.NewWriter(w)
	var line []byte
	for _, r := range t.rows {
		line = line[:0]
		for i, cell := range r.cells {
			pad := widths[i] - display.Width(cell)
			if t.right[i] {
				line = append(pads(line, pad), cell...)
			} else {
				line = pads(append(line, cell...), pad)
			}
			line = append(line, "  "...)
		}
		line = append(line, r.note...)
		if r.isRule() {
			line = append(line, strings.Repeat("─", total)...)
		}
		out.WriteString(strings.TrimRight(string(line), " "))
		out.WriteByte('\n')
	}
	return out.Flush()
}

func pads(b []byte, n int) []byte {
	for range n {
		b = append(b, ' ')
	}
	return b
}

// Count words a number of things: "1 invoice", "1,234 invoices".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return digits.Group(strconv.Itoa(n)) + " " + many
}
