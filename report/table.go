package report

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/prorata-go/prorata/internal/digits"
)

// Table prints rows of cells in columns, those marked right aligned to the right.
func Table(w io.Writer, right []bool, rows [][]string) error {
	t := table{right: right}
	for _, cells := range rows {
		t.add(cells...)
	}
	return t.write(w)
}

// table is text in columns, each as wide as its widest cell.
type table struct {
	right []bool // columns aligned to the right: figures
	rows  []row
}

// row is some cells, then text that no column holds. A row of neither is a rule.
type row struct {
	cells []string
	note  string
}

func (t *table) add(cells ...string)                   { t.rows = append(t.rows, row{cells: cells}) }
func (t *table) addNoted(note string, cells ...string) { t.rows = append(t.rows, row{cells, note}) }
func (t *table) note(text string)                      { t.rows = append(t.rows, row{cells: []string{}, note: text}) }
func (t *table) rule()                                 { t.rows = append(t.rows, row{}) }
func (r *row) isRule() bool                            { return r.cells == nil }

// write prints the rows, two spaces between columns and none at the end of a line.
func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.right))
	for _, r := range t.rows {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], width(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	out := bufio.NewWriter(w)
	var line []byte
	for _, r := range t.rows {
		line = line[:0]
		for i, cell := range r.cells {
			pad := widths[i] - width(cell)
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

// width is the number of a terminal's cells that text takes.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case isWide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the blocks whose characters take two cells: East Asian scripts and pictures.
var wide = [...][2]rune{
	{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97C}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
	{0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
	{0x20000, 0x3FFFD},
}

func isWide(r rune) bool {
	i, _ := slices.BinarySearchFunc(wide[:], r, func(block [2]rune, r rune) int { return int(block[1] - r) })
	return i < len(wide) && wide[i][0] <= r
}

// printable replaces what a terminal would obey instead of showing.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// Count words a number of things: "1 invoice", "1,234 invoices".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return digits.Group(strconv.Itoa(n)) + " " + many
}
