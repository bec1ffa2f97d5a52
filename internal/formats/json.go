package formats

import (
	"bytes"
	"errors"
	"io"

	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// listState is how far a list of an invoice a line has been read.
type listState uint8

const (
	beforeList  listState = iota
	listBegun             // "[" was read
	afterObject           // an invoice without a comma behind it
	afterComma
	afterList
)

// readObjectLine reads the next line that is not blank, without what is blank around it.
func (r *Reader) readObjectLine(mayLackEnd bool) (line []byte, err error) {
	for len(line) == 0 {
		r.At.Line, r.At.Column = r.lines+1, 1+r.indent
		r.indent = 0
		r.buffer = r.buffer[:0]
		if err := r.readLine(mayLackEnd); errors.Is(err, errTooLong) {
			r.At.Column = MaxInvoice + 1
			return nil, r.errorf("the invoice %w", err)
		} else if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(r.buffer, blank)
		start := len(line) - len(bytes.TrimLeft(line, blank))
		r.At.Column += start
		line = line[start:]
	}
	return line, nil
}

func (r *Reader) readJSONL() error {
	line, err := r.readObjectLine(false)
	if err != nil {
		return err
	}
	return r.invoice(line)
}

func (r *Reader) readJSON() error {
	for {
		line, err := r.readObjectLine(true) // its end is the bracket
		switch {
		case err == io.EOF && r.list == afterList:
			return io.EOF
		case err == io.EOF:
			r.At.Column = 1
			return r.errorf("the list has no end, expected ] on its last line")
		case err != nil:
			return err
		}
		switch r.list {
		case beforeList:
			switch string(line) {
			case "[]":
				r.list = afterList
			case "[":
				r.list = listBegun
			default:
				return r.errorf("not a list of an invoice a line, expected what replay writes as json")
			}
			continue
		case afterList:
			return r.errorf("something after the end of the list, expected one list a file: name the files one by one")
		}
		if string(line) == "]" {
			if r.list == afterComma {
				return r.errorf("the list ends after a comma, expected an invoice")
			}
			r.list = afterList
			continue
		}
		if r.list == afterObject {
			return r.errorf("no comma after the invoice before, expected one between two")
		}
		object, comma := bytes.CutSuffix(line, []byte(","))
		if r.list = afterObject; comma {
			r.list = afterComma
			object = bytes.TrimRight(object, blank)
		}
		return r.invoice(object)
	}
}

// invoice reads the account, the date and the currency of an invoice, and that it is an object and nothing else.
func (r *Reader) invoice(text []byte) error {
	r.Text = text
	if r.plainInvoice() {
		return nil
	}
	return r.anyInvoice()
}

// anyInvoice is invoice for one in any JSON, and says what is wrong with it.
func (r *Reader) anyInvoice() error {
	members, err := strictjson.Object(r.At.File, r.Text)
	if wrong := (*source.ParseError)(nil); errors.As(err, &wrong) {
		at := r.At
		at.Column += wrong.Column - 1
		return source.Errorf(at, "%w; expected an invoice that replay wrote", wrong.Err)
	}
	found := 0
	for _, m := range members {
		to := r.member(m.Name)
		if to == nil {
			continue
		}
		if *to, err = m.String(); err != nil {
			return r.errorf("its %s is no string, expected an invoice that replay wrote", m.Name)
		}
		found++
	}
	if found < 3 {
		return r.errorf("no account, date_invoiced and currency, expected an invoice that replay wrote")
	}
	return nil
}

// member is where the value of one of the members that are looked at goes.
func (r *Reader) member(name string) *string {
	switch name {
	case "account":
		return &r.Account
	case "date_invoiced":
		return &r.written
	case "currency":
		return &r.Currency
	}
	return nil
}

// plainInvoice is invoice for one as replay writes it, and false when it is not one, or something is wrong with it.
func (r *Reader) plainInvoice() bool {
	text, found := compact(r.Text), 0
	if !text.at(0, '{') || !text.plain() {
		return false
	}
	end := text.object(0, 1, func(name []byte, offset int) int {
		to := r.member(string(name))
		if to == nil {
			return 0
		}
		end := text.string(offset)
		if end == gaveUp {
			return gaveUp
		}
		found++
		if value := text[offset+1 : end-1]; *to != string(value) { // mostly it is what it was of the invoice before
			*to = string(value)
		}
		return end
	})
	return end == len(text) && found == 3
}
