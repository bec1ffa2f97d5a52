package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/source"
)

// delimiters are what may stand between cells, with their names in a mapping and in words.
var (
	delimiters     = []rune{',', ';', '\t', '|', ',', ';', '\t', '|'}
	delimiterNames = []string{",", ";", "\t", "|", "comma", "semicolon", "tab", "pipe"}
	delimiterWords = map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "vertical bars"}
)

// storedText is a table in a text file.
func storedText(file string, data []byte, m *Mapping) (*stored, error) {
	text, encoding, err := decode(file, data, m.encoding)
	if err != nil {
		return nil, err
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		line := bytes.Count(text[:at], []byte("\n")) + 1
		return nil, source.Errorf(source.Place{File: file, Line: line}, "a NUL character, expected text; where the file is UTF-16, save it as UTF-8, or name it in the mapping, as \"encoding\": \"utf-16\"")
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 { // lines as old programs on a Mac end them
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	comma, skipped := m.delimiter, 0
	if first, rest, found := bytes.Cut(text, []byte("\n")); found && bytes.HasPrefix(first, []byte("sep=")) {
		// What Excel writes to tell itself the delimiter.
		if sep := []rune(strings.TrimRight(string(first[len("sep="):]), "\r")); len(sep) == 1 && slices.Contains(delimiters, sep[0]) {
			if comma == 0 {
				comma = sep[0]
			}
			text, skipped = rest, 1
		}
	}
	if comma == 0 {
		comma = findDelimiter(text, m)
	}
	open := func() (grid, error) {
		in := csv.NewReader(bytes.NewReader(text))
		in.Comma, in.FieldsPerRecord, in.ReuseRecord = comma, -1, true
		return &textGrid{file: file, text: text, in: in, lines: skipped, skipped: skipped}, nil
	}
	return &stored{file: file, what: "CSV with " + delimiterWords[comma] + ", " + encoding, open: open}, nil
}

// findDelimiter is the one that parts a header with most of the columns that the mapping names, or else the one that parts the
// first rows into the most cells that are as many in each.
func findDelimiter(text []byte, m *Mapping) rune {
	wanted := m.columnNames()
	best, bestScore := ',', -1
	for _, comma := range delimiters[:4] {
		in := csv.NewReader(io.LimitReader(bytes.NewReader(text), 1<<18))
		in.Comma, in.FieldsPerRecord, in.LazyQuotes = comma, -1, true
		widths, found := map[int]int{}, 0
		for range maxHeaderRows {
			cells, err := in.Read()
			if err != nil {
				break
			}
			widths[len(cells)]++
			named := 0
			for _, c := range cells {
				if wanted[normal(c)] {
					named++
				}
			}
			found = max(found, named)
		}
		even := 0 // cells of the rows of the commonest width
		for width, rows := range widths {
			if width > 1 {
				even = max(even, width*rows)
			}
		}
		if score := found<<32 + even; score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}

// textGrid reads rows of a text file.
type textGrid struct {
	file    string
	text    []byte
	in      *csv.Reader
	row     gridRow
	lines   int   // of the file before the next record
	skipped int   // lines before the text
	extra   int   // lines that are breaks within cells
	end     int64 // offset of the next record
}

func (g *textGrid) next() (*gridRow, error) {
	cells, err := g.in.Read()
	if err == io.EOF {
		return nil, io.EOF
	}
	if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
		at := source.Place{File: g.file, Line: bad.Line + g.skipped, Column: bad.Column}
		switch {
		case errors.Is(bad.Err, csv.ErrBareQuote):
			return nil, source.Errorf(at, "a quote within a cell that does not begin with one, expected the cell in quotes and each quote in it twice")
		case errors.Is(bad.Err, csv.ErrQuote):
			return nil, source.Errorf(at, "a quote that ends no cell, or is not closed (the cell begins in line %d), expected each quote within a cell twice", bad.StartLine+g.skipped)
		}
		return nil, source.Errorf(at, "%v, expected CSV", bad.Err)
	} else if err != nil {
		return nil, err
	}
	first, _ := g.in.FieldPos(0)
	end := g.in.InputOffset()
	breaks := bytes.Count(g.text[g.end:end], []byte("\n")) // of the record, and of empty lines before it
	g.row.number = first - g.extra
	g.lines += breaks
	last := g.lines - g.skipped
	if end > 0 && g.text[end-1] != '\n' {
		last++ // the file ends without a line break
	}
	g.extra += last - first
	g.end = end
	if err := countRow(source.Place{File: g.file, Line: first + g.skipped}, g.row.number); err != nil {
		return nil, err
	}
	if len(cells) > MaxColumns {
		return nil, source.Errorf(source.Place{File: g.file, Line: first + g.skipped}, "%d cells in a row, expected at most %d", len(cells), MaxColumns)
	}
	g.row.cells = g.row.cells[:0]
	for _, c := range cells {
		if len(c) > MaxText {
			return nil, source.Errorf(source.Place{File: g.file, Line: first + g.skipped}, "a cell of %d bytes, expected at most %d", len(c), MaxText)
		}
		g.row.cells = append(g.row.cells, cell{text: c})
	}
	return &g.row, nil
}

func (g *textGrid) place(column int) source.Place {
	column = min(column, len(g.row.cells)-1) // of a row that is short, its last cell
	line, at := g.in.FieldPos(column)
	return source.Place{File: g.file, Line: line + g.skipped, Column: at}
}
