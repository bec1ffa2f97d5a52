package report

import (
	"encoding/csv"
	"io"
	"slices"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// Column is a column of a [Listing].
type Column struct {
	Name  string // for programs
	Head  string // for people; a table does without a column that has none
	Kind  Kind
	Spare bool // a terminal that is too narrow does without: the last such column first
}

// Kind is what the cells of a column are.
type Kind uint8

const (
	Words  Kind = iota // text, and dates
	Number             // a whole number
	Amount             // a decimal: an amount, or a part in percent
)

// Listing is figures in rows and columns, which are written in several formats. Cells are as programs read them: decimals have a dot, and
// digits are not in groups.
type Listing struct {
	Columns []Column
	Rows    [][]string
	Total   []string // below a table; nil is none
	Notes   []string // lines below that
}

// Table prints the listing for people.
func (l *Listing) Table(w io.Writer) error {
	t := table{}
	var shown []int
	var head []string
	for i, c := range l.Columns {
		if c.Head == "" {
			continue
		}
		if c.Spare {
			t.optional = append(t.optional, len(shown))
		}
		shown = append(shown, i)
		head = append(head, c.Head)
		t.right = append(t.right, c.Kind != Words)
	}
	slices.Reverse(t.optional)
	add := func(row []string) {
		cells := make([]string, 0, len(shown))
		for _, i := range shown {
			if l.Columns[i].Kind == Words {
				cells = append(cells, named(row[i]))
			} else {
				cells = append(cells, digits.Group(row[i]))
			}
		}
		t.add(cells...)
	}
	if len(l.Rows) > 0 {
		t.add(head...)
		t.rule()
	}
	for _, row := range l.Rows {
		add(row)
	}
	if l.Total != nil && len(l.Rows) > 0 {
		t.rule()
		add(l.Total)
	}
	if len(l.Rows) > 0 && len(l.Notes) > 0 {
		t.note("")
	}
	for _, note := range l.Notes {
		t.note(note)
	}
	return t.write(w)
}

// CSV writes a row of names, and one for each row. With guard, texts that a spreadsheet takes for a formula get an apostrophe.
func (l *Listing) CSV(w io.Writer, guard bool) error {
	out := csv.NewWriter(w)
	var names []string
	for _, c := range l.Columns {
		names = append(names, c.Name)
	}
	out.Write(names) // an error is kept, and returned by Error
	for _, row := range l.Rows {
		if guard {
			row = slices.Clone(row)
			for i, c := range l.Columns {
				if c.Kind == Words {
					row[i] = guardOf(row[i]) + row[i]
				}
			}
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// AppendJSON appends a row as a JSON object: whole numbers bare, all else as strings.
func (l *Listing) AppendJSON(b []byte, row int) []byte {
	for i, c := range l.Columns {
		between := byte(',')
		if i == 0 {
			between = '{'
		}
		b = append(strictjson.AppendString(append(b, between), c.Name), ':')
		if cell := l.Rows[row][i]; c.Kind == Number {
			b = append(b, cell...)
		} else {
			b = strictjson.AppendString(b, cell)
		}
	}
	return append(b, '}')
}
