// Package report prints what people and spreadsheets read: tables and CSV.
package report

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// table is text in columns, each as wide as its widest cell.
type table struct {
	right []bool // columns aligned to the right: figures
	rows  []row
}

type row struct {
	cells []string
	note  string // instead of cells: text across all columns
	rule  bool   // instead of cells: a line under all columns
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, row{cells: cells}) }
func (t *table) note(text string)    { t.rows = append(t.rows, row{note: text}) }
func (t *table) rule()               { t.rows = append(t.rows, row{rule: true}) }

// write prints the rows, two spaces between columns and none at the end of a line.
func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.right))
	for _, r := range t.rows {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	out := bufio.NewWriter(w)
	for _, r := range t.rows {
		line := r.note
		if r.rule {
			line = strings.Repeat("─", total)
		}
		for i, cell := range r.cells {
			if i > 0 {
				line += "  "
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if t.right[i] {
				line += pad + cell
			} else {
				line += cell + pad
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.Flush()
}

// thousands puts separators into the whole part of a plain decimal: 1234567.5 is 1,234,567.5.
func thousands(number string) string {
	whole, fraction, found := strings.Cut(number, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + fraction
	}
	return sign + whole
}

// Table prints rows of cells in columns, those marked right aligned to the right.
func Table(w io.Writer, right []bool, rows [][]string) error {
	t := table{right: right}
	for _, cells := range rows {
		t.add(cells...)
	}
	return t.write(w)
}
