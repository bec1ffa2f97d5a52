package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

func newMerge() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "merge [flags] FILE...",
		Short: "Put the invoices of several shards together",
		Long: `Merges what replay --shard wrote, in any of the formats jsonl, json and csv, into what one run
for all accounts would have written, byte for byte. Each file has its invoices by account,
then date, as replay writes them, and no account is in two files. Whether all shards are there,
and of one policy and date, cannot be seen from the files. They are read twice, so that
nothing is written unless all are good; what is read from standard input is held in memory.

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage.`,
		Example: `  prorata merge testdata/demo/february-0.csv testdata/demo/february-1.csv
  for i in 0 1 2; do prorata replay --shard $i/3 --output shard-$i.jsonl \
      --packages testdata/demo/packages.json testdata/demo/events.jsonl; done
  prorata merge shard-*.jsonl --output invoices.jsonl`,
		Args: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no files, expected one or more that replay wrote, or - for standard input")
			}
			return oneStdin(cmd, files)
		},
		RunE: func(cmd *cobra.Command, files []string) error { return runMerge(cmd, c, files) },
	}
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	return cmd
}

func runMerge(cmd *cobra.Command, c *common, files []string) error {
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	m := merge{names: files, stdin: cmd.InOrStdin()}
	if err := m.run(io.Discard); err != nil {
		return err
	}
	m.checked = true
	out := c.newOutput(cmd)
	err := outfile.Start(out)
	if err == nil {
		err = m.run(out)
	}
	if err != nil {
		outfile.Discard(out)
		return err
	}
	return outfile.Commit(out)
}

// merge merges sorted files.
type merge struct {
	names []string
	stdin io.Reader
	held  []byte // what standard input held

	checked bool // the files have been read once
}

// run merges the files into w.
func (m *merge) run(w io.Writer) error {
	var files []*sorted
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	for _, name := range m.names {
		f, err := m.open(name)
		if err != nil {
			return err
		}
		files = append(files, f)
		if f.format != files[0].format {
			return source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "it is %s, but %s is %s, expected files of one format", f.format, m.names[0], files[0].format)
		}
		if err := f.next(); err != nil {
			return err
		}
	}
	to, currency := framed{w: w, streamed: streams(files[0].format.name, files[0].format.lines)}, ""
	for {
		files = slices.DeleteFunc(files, func(f *sorted) bool { return f.done && f.Close() == nil })
		if len(files) == 0 {
			return to.end()
		}
		first := slices.MinFunc(files, func(a, b *sorted) int { return cmp.Compare(a.account, b.account) })
		for _, f := range files {
			if f != first && f.account == first.account {
				return source.Errorf(f.at, "the account %q is in %s too (line %d), expected each account in one file", names.Clip(f.account), first.at.File, first.at.Line)
			}
		}
		for account := first.account; !first.done && first.account == account; {
			if err := to.write(first.text); err != nil {
				return err
			}
			if currency == "" {
				currency = first.currency
			} else if first.currency != currency {
				return source.Errorf(first.at, "an invoice in %s, but those before it are in %s, expected files of one run, in one currency", names.Clip(first.currency), names.Clip(currency))
			}
			if err := first.next(); err != nil {
				return err
			}
		}
	}
}

// merged is a format that can be merged.
type merged struct {
	name  string
	lines bool // CSV with a row an invoice line
}

func (f merged) String() string {
	if f.lines {
		return "csv of invoice lines"
	}
	return f.name
}

// sorted is a file of invoices in order, and the one it is at.
type sorted struct {
	io.Closer
	format merged
	in     *bufio.Reader
	rows   *csv.Reader
	raw    bytes.Buffer // what rows has read, from the row it is at on
	buffer bytes.Buffer

	at            source.Place
	text          []byte // of the invoice, or of its row
	account, date string
	currency      string
	empty, done   bool

	checked bool // all of the file is known to be good
	line    bytes.Reader
	json    *jsontext.Decoder
}

// open opens a file and finds out its format.
func (m *merge) open(name string) (*sorted, error) {
	stdin := m.stdin
	if name == "-" {
		if m.held == nil {
			data, err := io.ReadAll(m.stdin)
			if err != nil {
				return nil, err
			}
			m.held = append(data, "\n"...)[:len(data)] // not nil
		}
		stdin = bytes.NewReader(m.held)
	}
	r, err := infile.From{Stdin: stdin}.Open(name, infile.Invoices)
	if err != nil {
		return nil, err
	}
	f := &sorted{Closer: r, in: bufio.NewReaderSize(r, 1<<18), at: source.Place{File: name, Line: 0, Column: 1},
		checked: m.checked, json: jsontext.NewDecoder(strings.NewReader(""))}
	head, err := f.in.Peek(1)
	switch {
	case err == io.EOF:
		f.format.name, err = "jsonl", nil // of no invoices
	case err != nil:
		return nil, f.cannotRead(err)
	case head[0] == '{':
		f.format.name = "jsonl"
	case head[0] == '[':
		f.format.name = "json"
		var line []byte
		line, err = f.readLine()
		f.empty = string(line) == "[]"
		if err == nil && !f.empty && string(line) != "[" {
			err = f.errorf("not a list of an invoice a line, expected what replay writes as json")
		}
	default:
		err = f.header()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return f, nil
}

func (f *sorted) cannotRead(err error) error {
	return source.At(source.Place{File: f.at.File, Line: f.at.Line + 1, Column: 1}, fmt.Errorf("cannot read on: %w", err))
}

func (f *sorted) errorf(format string, args ...any) error {
	return source.Errorf(f.at, format, args...)
}

// header reads the first line of CSV.
func (f *sorted) header() error {
	f.rows = csv.NewReader(io.TeeReader(f.in, &f.raw))
	header, err := f.rows.Read()
	f.raw.Next(int(f.rows.InputOffset()))
	f.at.Line = 1
	if err == nil {
		f.format.name = "csv"
		for _, f.format.lines = range []bool{false, true} {
			if f.row(header) == streams("csv", f.format.lines).head {
				return nil
			}
		}
	}
	return f.errorf("neither JSON nor CSV of invoices, expected what replay writes as jsonl, json or csv")
}

// row is a row as CSV.
func (f *sorted) row(fields []string) string {
	f.buffer.Reset()
	w := csv.NewWriter(&f.buffer)
	w.Write(fields)
	w.Flush()
	return f.buffer.String()
}

// keepReturns puts back what the reader of a row leaves out: a carriage return before a line
// feed within quotes, as in a name or a description.
func keepReturns(fields []string, raw []byte) {
	for i := range fields {
		for at := 0; ; at++ {
			n := strings.IndexByte(fields[i][at:], '\n')
			if n < 0 {
				break
			}
			at += n
			end := bytes.IndexByte(raw, '\n') // those within the row come one after the other
			if end > 0 && raw[end-1] == '\r' {
				fields[i] = fields[i][:at] + "\r" + fields[i][at:]
				at++
			}
			raw = raw[end+1:]
		}
	}
}

// next goes to the next invoice, and makes sure that it comes after the one before.
func (f *sorted) next() error {
	account, date := f.account, f.date
	err := f.read()
	if err != nil || f.done {
		return err
	}
	if order := cmp.Or(cmp.Compare(account, f.account), cmp.Compare(date, f.date)); order > 0 || order == 0 && !f.format.lines {
		return f.errorf("the invoice of %s of %q does not come after that of %s of %q, expected invoices by account, then date", f.date, names.Clip(f.account), date, names.Clip(account))
	}
	return nil
}

func (f *sorted) read() error {
	if f.rows != nil {
		from := f.rows.InputOffset()
		fields, err := f.rows.Read()
		if err == io.EOF {
			f.done = true
			return nil
		}
		raw := f.raw.Next(int(f.rows.InputOffset() - from))
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			return source.Errorf(source.Place{File: f.at.File, Line: wrong.Line, Column: wrong.Column}, "broken CSV: %w, expected a row that replay wrote", wrong.Err)
		}
		if err != nil {
			return f.cannotRead(err)
		}
		f.at.Line, _ = f.rows.FieldPos(0)
		if !bytes.HasSuffix(raw, []byte("\n")) {
			return f.errorf("the last line is cut short, expected a line feed at its end")
		}
		keepReturns(fields, bytes.TrimLeft(raw, "\r\n"))
		f.text, f.account, f.date, f.currency = []byte(f.row(fields)), fields[1], fields[2], fields[3]
		if !f.format.lines {
			f.date, f.currency = fields[3], fields[7]
		}
		return nil
	}
	if f.empty {
		f.done = true
		return nil
	}
	line, err := f.readLine()
	if err != nil {
		return err
	}
	if f.format.name == "json" {
		if len(line) == 0 || line[0] == ']' {
			line = nil
		}
		line = bytes.TrimSuffix(line, []byte(","))
	}
	if f.done = line == nil; f.done {
		return nil
	}
	f.text = line
	return f.head()
}

// readLine reads a line, without its end; nil at the end of the file. A last line without an end is
// one that was cut short.
func (f *sorted) readLine() ([]byte, error) {
	f.at.Line++
	f.buffer.Reset()
	for {
		part, err := f.in.ReadSlice('\n')
		f.buffer.Write(part)
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && f.buffer.Len() == 0 && f.format.name == "json":
			return nil, f.errorf("the list has no end, expected ] on the last line")
		case err == io.EOF && f.buffer.Len() == 0:
			return nil, nil
		case err == io.EOF:
			return nil, f.errorf("the last line is cut short, expected a line feed at its end")
		case err != nil:
			f.at.Line--
			return nil, f.cannotRead(err)
		default:
			return bytes.TrimSuffix(f.buffer.Bytes(), []byte("\n")), nil
		}
	}
}

// head reads the account and the date of the invoice.
func (f *sorted) head() error {
	if f.plain() {
		return nil
	}
	members, err := strictjson.Object(f.at.File, f.text)
	if wrong := (*source.ParseError)(nil); errors.As(err, &wrong) {
		f.at.Column = wrong.Column
		return f.errorf("%w; expected an invoice that replay wrote", wrong.Err)
	}
	found := 0
	for _, m := range members {
		to := map[string]*string{"account": &f.account, "date_invoiced": &f.date, "currency": &f.currency}[m.Name]
		if to == nil {
			continue
		}
		if *to, err = m.String(); err != nil {
			return f.errorf("its %s is no string, expected an invoice that replay wrote", m.Name)
		}
		found++
	}
	if found < 3 {
		return f.errorf("no account, date_invoiced and currency, expected an invoice that replay wrote")
	}
	return nil
}

// plain is head of an invoice as replay writes it, and false when it is not, or something is
// wrong with it. Once a file has been checked, it stops at what it needs.
func (f *sorted) plain() bool {
	f.line.Reset(f.text)
	f.json.Reset(&f.line)
	if t, err := f.json.ReadToken(); err != nil || t.Kind() != '{' {
		return false
	}
	for found := 0; ; {
		t, err := f.json.ReadToken()
		if err != nil {
			return false
		}
		if t.Kind() == '}' {
			return found == 3 && int(f.json.InputOffset()) == len(f.text)
		}
		var to *string
		switch t.String() {
		case "account":
			to = &f.account
		case "date_invoiced":
			to = &f.date
		case "currency":
			to = &f.currency
		default:
			if f.json.SkipValue() != nil {
				return false
			}
			continue
		}
		if t, err = f.json.ReadToken(); err != nil || t.Kind() != '"' {
			return false
		}
		*to = t.String()
		if found++; found == 3 && f.checked {
			return true
		}
	}
}
