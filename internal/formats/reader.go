package formats

import (
	"bufio"
	"cmp"
	"fmt"
	"io"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// MaxInvoice is how long the text of an invoice, or of a row, may be that is read, in bytes.
const MaxInvoice = 64 << 20

// Reader reads a file of invoices by account, then date, and is at one of them.
type Reader struct {
	*Format
	At       source.Place // of the invoice
	Text     []byte       // of the invoice or of its row, until the next is read
	Account  string
	Date     cycle.Date
	Currency string

	in     *bufio.Reader
	lines  int    // that were read
	indent int    // how much of the next line was read
	buffer []byte // of Text

	list    listState // of a list in JSON
	columns columns   // of CSV
	field   []byte
	written string // the date as it stands
}

// NewReader finds out the format of a file. A file without anything in it is JSON lines of no invoices.
func NewReader(in io.Reader, file string) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 1<<16), At: source.Place{File: file, Column: 1}}
	if mark, _ := r.in.Peek(3); string(mark) == "\xef\xbb\xbf" { // a byte order mark, as programs add it that are told to save as UTF-8
		r.in.Discard(len(mark))
	}
	for {
		c, err := r.in.Peek(1)
		switch {
		case err == io.EOF:
			r.Format = Find("jsonl", false)
			return r, nil
		case err != nil:
			return nil, r.cannotRead(err)
		case c[0] == '\n' || c[0] == '\r' || c[0] == ' ' || c[0] == '\t':
			if r.indent++; c[0] == '\n' {
				r.lines, r.indent = r.lines+1, 0
			}
			r.in.Discard(1)
			continue
		case c[0] == '{':
			r.Format = Find("jsonl", false)
		case c[0] == '[':
			r.Format = Find("json", false)
		default:
			return r, r.header()
		}
		return r, nil
	}
}

// Next goes on to the next invoice, and makes sure that it comes after the one before. Its error is io.EOF at the end of the file.
func (r *Reader) Next() error {
	account, date, first := r.Account, r.Date, r.Currency == ""
	if err := r.read(r); err != nil {
		return err
	}
	var err error
	if r.Date, err = cycle.ParseDate(r.written); err != nil {
		return r.errorf("date_invoiced: %w, expected an invoice that replay wrote", err)
	}
	if r.Currency == "" {
		return r.errorf("an invoice without a currency, expected one that replay wrote")
	}
	order := cmp.Or(cmp.Compare(account, r.Account), date.Compare(r.Date))
	if !first && (order > 0 || order == 0 && !r.Lines) {
		return r.errorf("the invoice of %s of %q does not come after that of %s of %q, expected invoices by account, then date",
			r.Date, names.Clip(r.Account), date, names.Clip(account))
	}
	return nil
}

func (r *Reader) errorf(format string, args ...any) error {
	return source.Errorf(r.At, format, args...)
}

// cannotRead is the error of a file that cannot be read beyond the line it is at.
func (r *Reader) cannotRead(err error) error {
	return source.At(source.Place{File: r.At.File, Line: r.lines + 1, Column: 1}, fmt.Errorf("cannot read on: %w", err))
}

// readLine appends a line to the buffer, its end included. At the end of the file it appends nothing, and returns io.EOF; a last
// line that has no end is one that was cut short, unless it may lack one.
func (r *Reader) readLine(mayLackEnd bool) error {
	start := len(r.buffer)
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buffer)+len(part) > MaxInvoice+2 { // with the end of the line
			return errTooLong
		}
		r.buffer = append(r.buffer, part...)
		switch {
		case err == bufio.ErrBufferFull:
		case err == nil, err == io.EOF && len(r.buffer) > start && mayLackEnd:
			r.lines++
			return nil
		case err == io.EOF && len(r.buffer) == start:
			return io.EOF
		case err == io.EOF:
			return r.errorf("the last line is cut short, expected a line feed at its end")
		default:
			return r.cannotRead(err)
		}
	}
}

// errTooLong stands for an error with a place that depends on the format.
var errTooLong = fmt.Errorf("goes on, expected at most %d bytes", MaxInvoice)

const blank = " \t\r\n"
