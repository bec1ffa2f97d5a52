package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// significant is how many digits of a number a spreadsheet keeps and shows. What a file has beyond them is the error of binary
// fractions: 79.950000000000003 is 79.95.
const significant = 15

// sheetGrid reads rows of a sheet.
type sheetGrid struct {
	book *workbook
	name string
	x    *xmlReader
	row  gridRow
	last int // the number of the row returned last
	err  error

	header int            // the row of the header, where it is known
	reads  func(int) bool // of that, whether a column is read
}

func (g *sheetGrid) place(column int) source.Place {
	return source.Place{File: g.book.file, Line: g.last, Column: column + 1}
}

func (g *sheetGrid) next() (*gridRow, error) {
	if g.err != nil {
		return nil, g.err
	}
	row, err := g.read()
	if err != nil {
		g.err = err
		if err != io.EOF {
			g.err = source.At(source.Place{File: g.book.file, Line: g.last}, fmt.Errorf("sheet %q: %w", g.name, err))
		}
		return nil, g.err
	}
	return row, nil
}

// read reads up to the end of the next row that has cells.
func (g *sheetGrid) read() (*gridRow, error) {
	for {
		t, err := g.x.next()
		if err != nil {
			return nil, err
		}
		if t.kind == startTag && string(t.name) == "mergeCell" {
			if err := g.merged(t.attribute("ref")); err != nil {
				return nil, err
			}
		}
		if t.kind != startTag || string(t.name) != "row" {
			continue
		}
		number := g.last + 1
		if r := t.attribute("r"); r != nil {
			n, err := strconv.Atoi(string(r))
			if err != nil || n <= g.last {
				return nil, fmt.Errorf("row %q after row %d, expected rows in their order", r, g.last)
			}
			number = n
		}
		g.last, g.row.number = number, number
		hidden := string(t.attribute("hidden"))
		g.row.hidden = hidden == "1" || hidden == "true"
		if number > MaxRows {
			return nil, fmt.Errorf("more than %d rows, expected at most that; split the table into several files", MaxRows)
		}
		g.row.cells = g.row.cells[:0]
		if t.closed {
			continue
		}
		if err := g.cells(); err != nil {
			return nil, err
		}
		return &g.row, nil
	}
}

// cells reads the cells of a row, up to its end.
func (g *sheetGrid) cells() error {
	for {
		t, err := g.x.next()
		switch {
		case err == io.EOF:
			return errShort
		case err != nil:
			return err
		case t.kind == endTag && string(t.name) == "row":
			return nil
		case t.kind != startTag || string(t.name) != "c":
			continue
		}
		column, typ, style := len(g.row.cells), numberCell, 0
		for key, value, rest := nextAttribute(t.attrs); key != nil; key, value, rest = nextAttribute(rest) {
			switch string(key) {
			case "r":
				if column, err = columnOf(value); err != nil {
					return err
				}
				if column < len(g.row.cells) {
					return fmt.Errorf("the cell %s is there twice, or after its neighbour, expected cells in their order", value)
				}
			case "s":
				style, _ = strconv.Atoi(string(value))
			case "t":
				typ = cellTypeOf(value)
			}
		}
		if column >= MaxColumns {
			return fmt.Errorf("more than %d columns, expected at most that", MaxColumns)
		}
		for len(g.row.cells) < column {
			g.row.cells = append(g.row.cells, cell{})
		}
		var c cell
		if !t.closed {
			if c, err = g.cell(typ, style); err != nil {
				return err
			}
		}
		g.row.cells = append(g.row.cells, c)
	}
}

// merged refuses cells of several rows below the header that are one, such as A2:A4: only the first of the rows has what is in them.
func (g *sheetGrid) merged(ref []byte) error {
	from, to, _ := strings.Cut(string(ref), ":")
	column, err := columnOf([]byte(from))
	if err != nil {
		return nil // which a sheet without it would not have either
	}
	first, errFirst := strconv.Atoi(strings.TrimLeft(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	last, errLast := strconv.Atoi(strings.TrimLeft(to, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if errFirst != nil || errLast != nil || last <= first || g.header == 0 || first <= g.header || first >= g.last || !g.reads(column) {
		return nil
	}
	return fmt.Errorf("the cells %s are merged, and only the first of their rows has what is in them, expected it in every row: take the merging off and fill the rows", names.Clip(string(ref)))
}

// columnOf is the column of a cell's name: 27 of AB12.
func columnOf(name []byte) (int, error) {
	column := 0
	for i, c := range name {
		if c < 'A' || c > 'Z' {
			if i == 0 || column > MaxColumns {
				break
			}
			return column - 1, nil
		}
		if column = column*26 + int(c-'A') + 1; column > MaxColumns {
			break
		}
	}
	return 0, fmt.Errorf("a cell called %q, expected a name such as B7", name[:min(len(name), 20)])
}

// cellType is what a cell says that its value is.
type cellType byte

const (
	numberCell cellType = 'n'
	sharedCell cellType = 's'
	textCell   cellType = 't' // the text itself: of a formula, or within the cell
	truthCell  cellType = 'b'
	errorCell  cellType = 'e'
	dateCell   cellType = 'd'
)

func cellTypeOf(t []byte) cellType {
	switch string(t) {
	case "s":
		return sharedCell
	case "str", "inlineStr":
		return textCell
	case "b":
		return truthCell
	case "e":
		return errorCell
	case "d":
		return dateCell
	}
	return numberCell
}

// cell reads the value of a cell, up to its end.
func (g *sheetGrid) cell(typ cellType, style int) (cell, error) {
	var value []byte
	reading, phonetic, formula, valued := false, 0, false, false
	for {
		t, err := g.x.next()
		switch {
		case err == io.EOF:
			return cell{}, errShort
		case err != nil:
			return cell{}, err
		case t.kind == textToken:
			if reading && phonetic == 0 {
				value = append(value, t.text...)
			}
			continue
		}
		switch string(t.name) {
		case "c":
			if t.kind == endTag {
				if formula && !valued {
					return cell{kind: cellUncomputed, text: "="}, nil
				}
				return g.made(typ, style, value)
			}
		case "f":
			formula = true
		case "v", "t":
			valued = true
			reading = t.kind == startTag && !t.closed
			if len(value) == 0 && value == nil && reading {
				value = g.x.scratch[:0]
			}
		case "rPh":
			if t.kind == startTag && !t.closed {
				phonetic++
			} else if t.kind == endTag {
				phonetic--
			}
		}
	}
}

// made makes a cell of its value.
func (g *sheetGrid) made(typ cellType, style int, value []byte) (cell, error) {
	if cap(value) > cap(g.x.scratch) {
		g.x.scratch = value[:0]
	}
	if len(value) == 0 {
		return cell{}, nil
	}
	if len(value) > MaxText {
		return cell{}, fmt.Errorf("a cell of %d bytes, expected at most %d", len(value), MaxText)
	}
	switch typ {
	case sharedCell:
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 0 || n >= len(g.book.shared) {
			return cell{}, fmt.Errorf("a text of number %q, expected one of the %d that the workbook has", value[:min(len(value), 20)], len(g.book.shared))
		}
		return cell{text: g.book.shared[n]}, nil
	case truthCell:
		return cell{text: map[bool]string{true: "true", false: "false"}[value[0] == '1'], kind: cellTruth}, nil
	case errorCell:
		return cell{text: string(value), kind: cellError}, nil
	case dateCell:
		return cell{text: string(value), kind: cellDate}, nil
	case textCell:
		return cell{text: unescapeControls(string(value))}, nil
	}
	s := spreadsheetNumber(string(value))
	if style < 0 || style >= len(g.book.styles) {
		return cell{text: s, kind: cellNumber}, nil
	}
	as := &g.book.styles[style]
	if as.date && isPlain(s) {
		if w, err := serialDay(s, g.book.since1904); err == nil {
			if !w.timed {
				return cell{w.Date.String(), cellDate, as}, nil
			}
			return cell{text: w.time(time.UTC).Format("2006-01-02T15:04:05"), kind: cellDate}, nil
		}
	}
	return cell{as.shown(s), cellNumber, as}, nil
}

// spreadsheetNumber is a number of a cell as a plain decimal of at most as many digits as spreadsheets keep; what is none, or has
// too many digits before its point to be money, is left as it is. So is a whole number with all its digits: spreadsheets do not write
// those, but other programs do, as the number of an invoice, which is not another one.
func spreadsheetNumber(s string) string {
	if isPlain(s) && (len(s) <= significant || strings.IndexByte(s, '.') < 0) {
		return s
	}
	if len(s) > MaxNumber {
		return s
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.Exponent() > 40 || d.Exponent() < -400 {
		return s
	}
	if extra := d.NumDigits() - significant; extra > 0 {
		d = d.Round(-d.Exponent() - int32(extra))
	}
	if text := d.String(); len(text) <= MaxNumber {
		return text
	}
	return s
}

// unescapeControls replaces what workbooks write for characters that XML cannot carry: _x000D_ is a carriage return.
func unescapeControls(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for at := strings.Index(s, "_x"); at >= 0; at = strings.Index(s, "_x") {
		if len(s) < at+7 || s[at+6] != '_' {
			b.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		r, err := strconv.ParseUint(s[at+2:at+6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(r)) {
			b.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		b.WriteString(s[:at])
		b.WriteRune(rune(r))
		s = s[at+7:]
	}
	b.WriteString(s)
	return b.String()
}

var errShort = errors.New("the workbook ends too early, expected the rest of it")

// readShared reads the texts that cells share.
func (w *workbook) readShared(name string) error {
	r, err := w.open(name, MaxStrings)
	if err != nil {
		return err
	}
	x := newXMLReader(r)
	var text strings.Builder
	reading, phonetic := false, 0
	for {
		t, err := x.next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if t.kind == textToken {
			if reading && phonetic == 0 {
				text.Write(t.text)
			}
			continue
		}
		open := t.kind == startTag && !t.closed
		switch string(t.name) {
		case "si":
			if t.kind == endTag || t.closed {
				w.shared = append(w.shared, unescapeControls(text.String()))
			}
			text.Reset()
		case "t":
			reading = open
		case "rPh":
			if open {
				phonetic++
			} else if t.kind == endTag {
				phonetic--
			}
		}
	}
}
