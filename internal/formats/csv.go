package formats

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/source"
)

// columns are the numbers of those that are looked at, and how many there are.
type columns struct{ account, date, currency, count int }

// header reads the first line of CSV.
func (r *Reader) header() error {
	r.At.Line = r.lines + 1
	if err := r.readLine(false); err != nil && !errors.Is(err, errTooLong) {
		return err
	}
	header := string(bytes.TrimRight(r.buffer, "\r\n"))
	for i := range table {
		f := &table[i]
		if f.Frame == nil || f.Frame.head != header+"\n" {
			continue
		}
		names := strings.Split(header, ",")
		r.Format = f
		r.columns = columns{slices.Index(names, "account"), slices.Index(names, "date_invoiced"), slices.Index(names, "currency"), len(names)}
		return nil
	}
	if strings.HasPrefix(header, "number,") {
		return r.errorf("CSV of other columns, expected those that replay writes: %s", strings.TrimSuffix(Find("csv", false).Frame.head, "\n"))
	}
	return r.errorf("neither JSON nor CSV of invoices, expected what replay writes as jsonl, json or csv")
}

// readCSV reads a row, of one line or, where a field in quotes has more, of several.
func (r *Reader) readCSV() error {
	var row []byte
	for len(row) == 0 {
		r.At.Line = r.lines + 1
		r.buffer = r.buffer[:0]
		for quotes := 0; len(r.buffer) == 0 || quotes%2 == 1; {
			start := len(r.buffer)
			err := r.readLine(false)
			switch {
			case errors.Is(err, errTooLong):
				return r.errorf("the row %w", err)
			case err == io.EOF && start > 0:
				return r.errorf("a quote that is not closed, expected its end")
			case err != nil:
				return err
			}
			quotes += bytes.Count(r.buffer[start:], []byte(`"`))
		}
		row = bytes.TrimSuffix(bytes.TrimSuffix(r.buffer, []byte("\n")), []byte("\r"))
	}
	if err := r.fields(row); err != nil {
		return err
	}
	r.Text = append(row, '\n') // over the end that it had
	return nil
}

// fields reads the fields of a row that are looked at, and makes sure that all are whole.
func (r *Reader) fields(row []byte) error {
	if !utf8.Valid(row) {
		return r.within(row, lines.ValidUTF8(row), "invalid UTF-8, expected UTF-8 text")
	}
	n := 0
	for rest, more := row, true; more; n++ {
		text := rest
		switch {
		case len(rest) > 0 && rest[0] == '"':
			var err error
			if text, rest, err = r.quoted(row, rest[1:]); err != nil {
				return err
			}
		default:
			end := bytes.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			text, rest = rest[:end], rest[end:]
			if quote := bytes.IndexByte(text, '"'); quote >= 0 {
				return r.within(row, len(row)-len(rest)-len(text)+quote, "a quote within a field, expected the field in quotes and its quotes doubled")
			}
			if end := bytes.IndexByte(text, '\r'); end >= 0 {
				return r.within(row, len(row)-len(rest)-len(text)+end, "a carriage return within a field, expected the field in quotes")
			}
		}
		switch n {
		case r.columns.account:
			r.Account = string(text)
		case r.columns.date:
			r.written = string(text)
		case r.columns.currency:
			r.Currency = string(text)
		}
		if more = len(rest) > 0; more {
			rest = rest[1:] // the comma
		}
	}
	switch {
	case n != r.columns.count:
		return r.errorf("a row of %d columns, expected %d", n, r.columns.count)
	case r.written == "date_invoiced":
		return r.errorf("the header again, expected one list a file: name the files one by one")
	}
	return nil
}

// quoted reads a field in quotes from behind the first of them. What follows it is a comma, or nothing.
func (r *Reader) quoted(row, rest []byte) (text, after []byte, err error) {
	r.field = r.field[:0]
	for {
		end := bytes.IndexByte(rest, '"')
		if end < 0 { // which the count of quotes excludes
			return nil, nil, r.errorf("a quote that is not closed, expected its end")
		}
		r.field, rest = append(r.field, rest[:end]...), rest[end+1:]
		switch {
		case len(rest) == 0 || rest[0] == ',':
			return r.field, rest, nil
		case rest[0] != '"':
			return nil, nil, r.within(row, len(row)-len(rest), "text after a quoted field, expected a comma or the end of the row")
		}
		r.field, rest = append(r.field, '"'), rest[1:]
	}
}

// within is an error at an offset of the row.
func (r *Reader) within(row []byte, offset int, text string) error {
	at := r.At
	at.Line += bytes.Count(row[:offset], []byte("\n"))
	at.Column = offset - bytes.LastIndexByte(row[:offset], '\n')
	return source.Errorf(at, "%s", text)
}
