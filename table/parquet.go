package table

import (
	"bytes"
	"io"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/source"
)

func isParquet(data []byte) bool { return bytes.HasPrefix(data, []byte(parquetfile.Magic)) }

// storedParquet is a table in a Parquet file. Its columns have names and kinds, so that its rows are counted without a header. What
// is nested or a list is no column.
func storedParquet(file string, data []byte, _ *Mapping) (*stored, error) {
	f, err := parquetfile.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "this is a Parquet file, and %w", err)
	}
	var columns []int
	var header gridRow
	for i, c := range f.Columns {
		if c.Kind != parquetfile.Other {
			columns = append(columns, i)
			header.cells = append(header.cells, cell{text: c.Name})
		}
	}
	if len(columns) > MaxColumns {
		return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "%d columns, expected at most %d", len(columns), MaxColumns)
	}
	open := func() (grid, error) {
		return &parquetGrid{file: file, f: f, columns: columns, row: header}, nil
	}
	return &stored{file: file, what: "Parquet", named: true, open: open}, nil
}

// parquetGrid reads rows of a Parquet file, after one with the names of the columns, whose number is 0.
type parquetGrid struct {
	file    string
	f       *parquetfile.File
	columns []int
	rows    *parquetfile.Rows // nil before the names were read
	row     gridRow
	text    []byte
}

func (g *parquetGrid) next() (*gridRow, error) {
	if g.rows == nil {
		g.rows = g.f.Read(g.columns, nil)
		names := g.row
		g.row.cells = make([]cell, len(g.columns))
		return &names, nil
	}
	if !g.rows.Next() {
		if err := g.rows.Err(); err != nil {
			return nil, source.Errorf(source.Place{File: g.file, Line: g.row.number + 1, Column: 1}, "cannot read on: %w", err)
		}
		return nil, io.EOF
	}
	g.row.number++
	if err := countRow(g.place(0), g.row.number); err != nil {
		return nil, err
	}
	for i := range g.row.cells {
		text, null := g.rows.Append(g.text[:0], i)
		g.text = text
		if len(text) > MaxText {
			return nil, source.Errorf(g.place(i), "a value of %d bytes in the column %q, expected at most %d", len(text), names.Clip(g.f.Columns[g.columns[i]].Name), MaxText)
		}
		g.row.cells[i] = cell{text: string(text), kind: cellKinds[g.f.Columns[g.columns[i]].Kind]}
		if null {
			g.row.cells[i] = cell{}
		}
	}
	return &g.row, nil
}

// cellKinds are what values are as cells.
var cellKinds = [...]cellKind{
	parquetfile.Text: cellText, parquetfile.Whole: cellNumber, parquetfile.Decimal: cellNumber, parquetfile.Float: cellNumber,
	parquetfile.Date: cellDate, parquetfile.Instant: cellDate, parquetfile.Local: cellDate, parquetfile.Truth: cellTruth,
}

func (g *parquetGrid) place(column int) source.Place {
	return source.Place{File: g.file, Line: max(g.row.number, 1), Column: column + 1}
}
