package table

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Table is a table that can be read: its header is found, and every column that the mapping names. The zero value has no rows.
type Table struct {
	Columns []Column // of the header, in its order

	stored   *stored
	mapping  *Mapping
	currency money.Currency
	header   *header
	bound    []bound
	rules    []boundRule
	rest     []int // columns that nothing names, kept under their own names
	marks    marks
	date     *dateFormat // as the file shows it, nil for ISO
	tally    Tally
}

// Column is a column of the table.
type Column struct {
	Name    string
	Letter  string
	Fields  []string // that it is read into; empty where it is kept under its own name, or ignored
	Ignored bool
}

// Tally is what became of the rows of a table.
type Tally struct {
	Rows    int        // that were read
	Skipped int        // that a rule leaves out
	Hidden  int        // of those that were read: that the sheet hides, such as by a filter
	Rounded []Rounding // what was rounded, as the mapping says

	Unseen      int    // names of accounts and packages with characters in them that nobody sees
	UnseenFirst string // the first of those, quoted, and its cell
}

// Rounding is by how much rounding has changed the sum of a field.
type Rounding struct {
	Field  string
	Digits int
	Change string // a decimal: the sum of what is read, less the sum of what the file says
}

// IsTable reports that a file is no JSON and no XML, but text or a workbook.
func IsTable(data []byte) bool {
	if isWorkbook(data) {
		return true
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(data, utf8Mark), " \t\r\n")
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		start = bytes.Trim(data[2:min(len(data), 4)], "\x00")
	}
	return len(start) > 0 && bytes.IndexByte([]byte("{[<"), start[0]) < 0
}

func isWorkbook(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// ourInvoices and ourLines are the sheets that prorata writes: the lines are the money of the invoices once more.
const ourInvoices, ourLines = "Invoices", "Lines"

// Open finds the header of a table, CSV, XLSX or Parquet, and the columns that a mapping names. The currency is what amounts are in. Errors
// are *[source.ParseError], several of them joined.
func Open(file string, data []byte, m *Mapping, currency money.Currency) (*Table, error) {
	if m == nil || int(m.use) >= len(schemas) {
		return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "no mapping, expected one that says what the columns mean")
	}
	tables, err := store(file, data, m)
	if err != nil {
		return nil, err
	}
	var found *Table
	var firstErr error
	for _, s := range tables {
		_, h, err := findHeader(s, m)
		if err != nil {
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		if found != nil && m.use == Invoices && found.stored.sheet == ourInvoices && s.sheet == ourLines {
			continue
		}
		if found != nil {
			return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "the sheets %q and %q both have the columns, expected the mapping to name one, as \"sheet\": %q", names.Clip(found.stored.sheet), names.Clip(s.sheet), names.Clip(found.stored.sheet))
		}
		found = &Table{stored: s, mapping: m, currency: currency, header: h}
	}
	if found == nil {
		return nil, firstErr
	}
	if err := found.bind(); err != nil {
		return nil, err
	}
	return found, found.infer()
}

// store says what a file is and how its rows are read.
func store(file string, data []byte, m *Mapping) ([]*stored, error) {
	if isWorkbook(data) {
		return storedWorkbook(file, data, m)
	}
	read := storedText
	if isParquet(data) {
		read = storedParquet
	}
	s, err := read(file, data, m)
	if err != nil {
		return nil, err
	}
	return []*stored{s}, nil
}

// bound is a field with the columns it comes from.
type bound struct {
	*spec
	form     form
	required bool
	columns  []int // for a formula in the order of its columns, else those that the file has
}

type boundRule struct {
	*rule
	columns []int
	never   bool // the file has not all of its columns
}

// bind finds the columns of the mapping in the header.
func (t *Table) bind() error {
	used := make([][]string, len(t.header.cells))
	ignored := make([]bool, len(t.header.cells))
	column := func(name, purpose string, at source.Place) (int, error) {
		i, has := t.header.columns[normal(name)]
		if has && i < 0 {
			return 0, source.Errorf(t.header.at(t.stored), "%sthe column %q is there twice, expected it once to be read %s", t.stored.inSheet(), names.Clip(name), purpose)
		}
		if !has {
			i = -1
		}
		return i, nil
	}
	for k := range t.mapping.fields {
		s := &t.mapping.fields[k]
		b := bound{spec: s, form: text}
		if i := fieldIndex(t.mapping.use, s.name); i >= 0 && !s.other {
			b.form, b.required = schemas[t.mapping.use][i].form, schemas[t.mapping.use][i].required
		}
		for _, name := range s.names() {
			i, err := column(name, "for "+s.name, s.at)
			if err != nil {
				return err
			}
			if i >= 0 {
				b.columns = append(b.columns, i)
				used[i] = append(used[i], s.name)
			} else if s.formula != nil {
				b.columns = nil
				break
			}
		}
		if len(b.columns) > 0 || s.constant != nil || s.formula != nil && len(s.formula.columns) == 0 {
			t.bound = append(t.bound, b)
		}
	}
	for k := range t.mapping.rules {
		r := boundRule{rule: &t.mapping.rules[k]}
		for _, c := range r.when {
			i, err := column(c.column, "for a rule about rows", r.at)
			if err != nil {
				return err
			}
			r.never = r.never || i < 0
			r.columns = append(r.columns, i)
		}
		t.rules = append(t.rules, r)
	}
	for _, name := range t.mapping.ignore {
		for i, cell := range t.header.cells {
			if normal(cell) == normal(name) || strings.Contains(name, "*") && matchStars(normal(name), normal(cell)) {
				ignored[i] = true
			}
		}
	}
	for i, name := range t.header.cells {
		t.Columns = append(t.Columns, Column{Name: name, Letter: letter(i), Fields: used[i], Ignored: ignored[i] && used[i] == nil})
		if used[i] == nil && !ignored[i] && name != "" {
			t.rest = append(t.rest, i)
		}
	}
	return t.require()
}

// require makes sure that the fields that every row is to have come from somewhere.
func (t *Table) require() error {
	var missing []string
	for _, f := range fieldsOf(t.mapping.use) {
		if f.required && !t.has(f.name) {
			missing = append(missing, f.name)
		}
	}
	if t.mapping.use == Invoices && !t.has("amount") && !t.has("final_amount") && !t.has("overage") && !t.has("additional_charges") {
		missing = append(missing, "amount or final_amount")
	}
	if missing != nil {
		return source.Errorf(t.header.at(t.stored), "%sthe mapping %s does not say which columns are %s, expected them in its \"fields\"; the header has %s",
			t.stored.inSheet(), t.mapping.Name, joined(missing), quoted(t.header.cells, 20))
	}
	return nil
}

func (t *Table) has(field string) bool {
	return slices.ContainsFunc(t.bound, func(b bound) bool { return b.name == field && !b.other })
}

// Describe says what the table is, for people: "CSV with semicolons, UTF-8", or "an Excel workbook, sheet "June"".
func (t *Table) Describe() string {
	if t.stored == nil {
		return ""
	}
	return t.stored.describe()
}

func (s *stored) describe() string {
	if s.sheet != "" {
		return fmt.Sprintf("%s, sheet %q", s.what, names.Clip(s.sheet))
	}
	return s.what
}

// HeaderRow is the row of the header, as spreadsheets count; 0 where the columns have names without one.
func (t *Table) HeaderRow() int {
	if t.header == nil {
		return 0
	}
	return t.header.row
}

// Tally is what became of the rows that were read last.
func (t *Table) Tally() Tally { return t.tally }

// Rows yields the rows, and what cannot be read of them: of a row all that is wrong. A row is valid until the next one is asked
// for. An error that does not keep the rest from being read is followed by more rows; it is for the caller to give up.
func (t *Table) Rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		t.tally = Tally{}
		if t.stored == nil {
			return
		}
		g, err := t.start()
		if err != nil {
			yield(nil, err)
			return
		}
		r := newReading(t, g)
		for {
			row, err := g.next()
			if err == io.EOF {
				t.tally.Rounded = r.rounded()
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if row.blank() {
				continue
			}
			switch verdict, errs := r.read(row); {
			case verdict == skipRow:
				t.tally.Skipped++
			case errs != nil:
				for _, err := range errs {
					if !yield(nil, err) {
						return
					}
				}
			default:
				t.tally.Rows++
				if row.hidden {
					t.tally.Hidden++
				}
				if !yield(&r.row, nil) {
					return
				}
			}
		}
	}
}

// start opens the table at the row below its header.
func (t *Table) start() (grid, error) {
	g, err := t.stored.open()
	if err != nil {
		return nil, err
	}
	for {
		row, err := g.next()
		if err == io.EOF {
			return nil, source.Errorf(source.Place{File: t.stored.file}, "the header is not there any more, expected the file to stay as it is")
		}
		if err != nil {
			return nil, err
		}
		if row.number == t.header.row {
			if s, is := g.(*sheetGrid); is {
				s.header, s.reads = t.header.row, t.reads
			}
			return g, nil
		}
	}
}

// reads reports that what is in a column counts.
func (t *Table) reads(column int) bool {
	return column < len(t.Columns) && !t.Columns[column].Ignored && t.Columns[column].Name != ""
}

// Use says what the rows are.
func (t *Table) Use() Use {
	if t.mapping == nil {
		return Invoices
	}
	return t.mapping.use
}
