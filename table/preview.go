package table

import "slices"

// Preview is how the first rows of a table are read.
type Preview struct {
	Rows  []int // their numbers
	Lines []PreviewLine
	Tally Tally // of all rows
}

// PreviewLine is a column and a field that it is read into, or a field that is made of no column.
type PreviewLine struct {
	Column  Column // the zero Column for a field that is made
	Field   string // empty for a column that is not read
	Another bool   // the line before is of the same column
	Values  []string
}

// Preview reads a table whole, and keeps its first rows. What cannot be read, in any row, is given to wrong.
func (t *Table) Preview(rows int, wrong func(error)) (p Preview) {
	type valueAt struct {
		column int // -1 for a field wherever it comes from
		name   string
	}
	var values []map[valueAt]string
	var made []string
	for row, err := range t.Rows() {
		if err != nil {
			wrong(err)
			continue
		}
		if len(values) == rows {
			continue // the rest is read for what is wrong, and to be counted
		}
		of := map[valueAt]string{}
		for i := range row.Fields {
			f := &row.Fields[i]
			of[valueAt{f.Column, f.Name}], of[valueAt{-1, f.Name}] = f.Text, f.Text
			if !t.shows(f.Name) && !slices.Contains(made, f.Name) {
				made = append(made, f.Name)
			}
		}
		values, p.Rows = append(values, of), append(p.Rows, row.Number)
	}
	add := func(line PreviewLine, at valueAt) {
		if line.Field != "" {
			for _, of := range values {
				line.Values = append(line.Values, of[at])
			}
		}
		p.Lines = append(p.Lines, line)
	}
	for i, c := range t.Columns {
		switch {
		case c.Ignored:
			add(PreviewLine{Column: c}, valueAt{})
		case len(c.Fields) == 0 && c.Name != "":
			add(PreviewLine{Column: c, Field: c.Name}, valueAt{i, c.Name})
		}
		for n, name := range c.Fields {
			add(PreviewLine{Column: c, Field: name, Another: n > 0}, valueAt{i, name})
		}
	}
	for _, name := range made {
		add(PreviewLine{Field: name}, valueAt{-1, name})
	}
	p.Tally = t.Tally()
	return p
}

// shows reports that a field comes from a column.
func (t *Table) shows(field string) bool {
	return slices.ContainsFunc(t.Columns, func(c Column) bool {
		return len(c.Fields) == 0 && c.Name == field || slices.Contains(c.Fields, field)
	})
}

// Kept reports that a column is kept under its own name, as no field of the use.
func (l *PreviewLine) Kept() bool {
	return l.Field != "" && len(l.Column.Fields) == 0 && l.Column.Name != ""
}
