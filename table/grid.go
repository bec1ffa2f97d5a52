package table

import (
	"strconv"

	"github.com/prorata-go/prorata/source"
)

// The bounds of what is read: they bound the memory and time that a table can cost. What is beyond them is an error.
const (
	MaxRows    = 2_000_000 // rows of a table, those above its header included
	MaxColumns = 16_384    // columns, as many as a spreadsheet has
	MaxText    = 256 << 10 // bytes of a cell

	maxHeaderRows = 100 // rows among which the header is looked for
)

// grid is a table as it is stored: rows of cells.
type grid interface {
	// next returns the next row, io.EOF after the last. It is valid until the next call.
	next() (*gridRow, error)
	// place is where a cell of the row returned last stands.
	place(column int) source.Place
}

// gridRow is a row of cells, empty rows included.
type gridRow struct {
	number int // as spreadsheets count rows, from 1
	cells  []cell
	hidden bool // the sheet does not show it
}

// blank reports that nothing is in the row.
func (r *gridRow) blank() bool {
	for i := range r.cells {
		if trimSpace(r.cells[i].text) != "" {
			return false
		}
	}
	return true
}

// cell is what stands in one place. A workbook and a Parquet file say of a cell what it is, a text file does not.
type cell struct {
	text  string
	kind  cellKind
	style *numberStyle // of a number or a date in a workbook
}

type cellKind uint8

const (
	cellText       cellKind = iota
	cellNumber              // a plain decimal
	cellDate                // YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SS with an offset or without
	cellTruth               // true or false
	cellError               // #N/A and the like
	cellUncomputed          // a formula, without what it comes to
)

// stored is a table before it is read: a text, a workbook or a Parquet file.
type stored struct {
	file      string
	sheet     string // of a workbook
	what      string // what it is, for people: "CSV with semicolons, UTF-8"
	named     bool   // its columns have names without a header: that is a row before the first, of the number 0
	ragged    bool   // a row may be shorter than the header: cells that are empty need not be stored
	since1904 bool
	open      func() (grid, error)
}

// headerRows is how many rows may be the header.
func (s *stored) headerRows() int {
	if s.named {
		return 1
	}
	return maxHeaderRows
}

// letter is how spreadsheets call a column: A, B, …, Z, AA.
func letter(column int) string {
	var b [8]byte
	at := len(b)
	for column++; column > 0 && at > 0; column = (column - 1) / 26 {
		at--
		b[at] = byte('A' + (column-1)%26)
	}
	return string(b[at:])
}

// address is how spreadsheets call a cell.
func address(column, row int) string { return letter(column) + strconv.Itoa(row) }

// count makes sure that a table ends.
func countRow(at source.Place, n int) error {
	if n > MaxRows {
		return source.Errorf(at, "more than %d rows, expected at most that; split the table into several files", MaxRows)
	}
	return nil
}
