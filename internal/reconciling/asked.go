package reconciling

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// MaxUnpacked is how many bytes documents that are compared with books have together at most, and a workbook unpacked. They have at most
// [distributor.MaxRecords] rows.
const MaxUnpacked = 128 << 20

// File is a file that was given: a document, a mapping, names of accounts or earlier claims.
type File struct {
	Name string
	Data []byte // as it was given: what is compressed is unpacked
}

// Asked is what is to be compared with books, and how.
type Asked struct {
	Documents []File
	Mappings  []File // of tables, each named by the table it is of and [infile.MapEnding]
	Preset    string // the built-in mapping of tables that have none of their own; "" is none
	Aliases   *File  // see [ReadAliases]
	Claimed   *File  // see [ReadClaimed]

	From, Through cycle.Date // see [reconcile.Input]
	Tolerance     string     // an amount; "" is none
	DisputeDays   int

	By string    // who asks
	At time.Time // when

	Once bool // that a reconciliation of the same was made before is [ErrSame]
}

// ErrSame is the error of a reconciliation that would be the same as one that is kept, which is returned with it.
var ErrSame = errors.New("the same documents were compared with the same books before")

// InputError is what is wrong with what was given: the problems, in order.
type InputError struct{ Problems []error }

func (e *InputError) Error() string { return errors.Join(e.Problems...).Error() }

func (e *InputError) Unwrap() []error { return e.Problems }

// Problems are the problems that a reader of a document joined to an error, one by one; none of no error.
func Problems(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// inputError makes errors one of what was given.
func inputError(errs ...error) error {
	e := &InputError{}
	for _, err := range errs {
		e.Problems = append(e.Problems, Problems(err)...)
	}
	if len(e.Problems) == 0 {
		return nil
	}
	return e
}

// input is everything but what the books have. What was given is noted.
func (a *Asked) input(made *books.Reconciliation, currency money.Currency) (in reconcile.Input, err error) {
	in.From, in.Through, in.DisputeDays = a.From, a.Through, a.DisputeDays
	if a.Tolerance != "" {
		if in.Tolerance, err = ParseTolerance(a.Tolerance, currency); err != nil {
			return in, inputError(fmt.Errorf("tolerance %w", err))
		}
	}
	if err := reconcile.CheckDisputeDays(a.DisputeDays); err != nil {
		return in, inputError(fmt.Errorf("dispute_days %w", err))
	}
	if in.Documents, err = a.documents(made, currency); err != nil {
		return in, err
	}
	for _, list := range []struct {
		use  string
		as   infile.Content
		file *File
		read func(name string, data []byte) error
	}{
		{"aliases", infile.Aliases, a.Aliases, func(name string, data []byte) (err error) {
			in.Aliases, err = ReadAliases(name, data)
			return err
		}},
		{"claimed", infile.Disputes, a.Claimed, func(name string, data []byte) (err error) {
			in.Claimed, err = ReadClaimed(name, data)
			return err
		}},
	} {
		if list.file == nil {
			continue
		}
		data, err := list.file.read(list.as)
		if err == nil {
			err = list.read(list.file.Name, data)
		}
		if err != nil {
			return in, inputError(err)
		}
		note(made, list.file, list.use, "")
	}
	return in, nil
}

// ParseTolerance reads how much a figure may differ by.
func ParseTolerance(text string, currency money.Currency) (money.Amount, error) {
	amount, err := money.ParseIn(text, currency)
	if err != nil || amount.Sign() < 0 {
		return amount, fmt.Errorf("%q, expected an amount of 0 or more such as 0.01", names.Clip(text))
	}
	return amount, nil
}

// documents reads the documents. Of each it is noted how it was read.
func (a *Asked) documents(made *books.Reconciliation, currency money.Currency) (list []distributor.Invoices, err error) {
	if len(a.Documents) == 0 {
		return nil, inputError(errors.New("no document, expected one or more of the Distributor's: JSON, XML, CSV, XLSX or Parquet"))
	}
	if err := a.checkNames(); err != nil {
		return nil, inputError(err)
	}
	used := "" // the mapping of the document that is read
	reader := Reader{Currency: currency, Mapping: func(name string, data []byte) (*table.Mapping, error) {
		m, err := a.mapping(name, data)
		if err == nil {
			used = m.Name
		}
		return m, err
	}}
	var wrong []error // in all the documents
	rows, size := 0, uint64(0)
	for i := range a.Documents {
		f := &a.Documents[i]
		data, err := f.readWithin(&size)
		if err != nil {
			return nil, inputError(err)
		}
		used = ""
		d, err := reader.Read(f.Name, data)
		wrong = append(wrong, err)
		if rows += len(d.Rows); rows > distributor.MaxRecords {
			return nil, inputError(source.Errorf(source.Place{File: f.Name}, "the documents have more than %d rows together, expected fewer at a time", distributor.MaxRecords))
		}
		list = append(list, d)
		note(made, f, "document", used)
	}
	a.noteMappings(made)
	if err := inputError(wrong...); err != nil {
		return nil, err
	}
	if rows == 0 && (a.From.IsZero() || a.Through.IsZero()) {
		return nil, inputError(errors.New("the documents hold no invoices, and so no dates to expect ours on, expected some, or both from and through"))
	}
	made.Notes = reader.Notes
	return list, nil
}

// mapping is the mapping of a table: the one that was given with it, or else the built-in one that was asked for, or else that of our own
// names.
func (a *Asked) mapping(name string, data []byte) (*table.Mapping, error) {
	if at := slices.IndexFunc(a.Mappings, func(f File) bool { return f.Name == name+infile.MapEnding }); at >= 0 {
		text, err := a.Mappings[at].read(infile.Mappings)
		if err != nil {
			return nil, err
		}
		return table.ParseMapping(name+infile.MapEnding, text, table.Invoices)
	}
	if a.Preset != "" {
		return table.Preset(a.Preset, table.Invoices)
	}
	own, err := table.OwnNames(table.Invoices)
	if err != nil {
		return nil, err
	}
	if fits, err := table.Fits(name, data, own); err != nil || fits {
		return own, err
	}
	at := source.Place{File: name, Line: 1, Column: 1}
	if like := table.Suggest(name, data, table.Invoices); len(like) > 0 {
		return nil, source.Errorf(at, "what its columns mean is not said, expected a mapping; they are those of the built-in one %s", like[0])
	}
	return nil, source.Errorf(at, "what its columns mean is not said, expected a mapping named %s, or a built-in one", name+infile.MapEnding)
}

// checkNames makes sure that each document has a name of its own, and that each mapping is of one.
func (a *Asked) checkNames() error {
	seen := map[string]bool{}
	for i := range a.Documents {
		name := a.Documents[i].Name
		if seen[name] {
			return source.Errorf(source.Place{File: name}, "two documents have this name, expected names that differ")
		}
		seen[name] = true
	}
	for i := range a.Mappings {
		name := a.Mappings[i].Name
		if of, _ := strings.CutSuffix(name, infile.MapEnding); !seen[of] {
			return source.Errorf(source.Place{File: name}, "a mapping of %q, which is not among the documents, expected the name of one and %s", names.Clip(of), infile.MapEnding)
		}
	}
	return nil
}

// noteMappings notes the mappings that were given, and what they say.
func (a *Asked) noteMappings(made *books.Reconciliation) {
	for i := range a.Mappings {
		f := &a.Mappings[i]
		note(made, f, "mapping", "")
		if text, err := f.read(infile.Mappings); err == nil { // which was read before
			made.Inputs[len(made.Inputs)-1].Text = string(text)
		}
	}
}

// note notes a file that was given.
func note(made *books.Reconciliation, f *File, use, mapping string) {
	made.Inputs = append(made.Inputs, books.ReconciledInput{Name: f.Name, Use: use, Size: int64(len(f.Data)), SHA256: books.Hash(f.Data), Mapping: mapping})
}

// ReadDocument reads a document whole, unpacked.
func (f *File) ReadDocument() ([]byte, error) { return f.read(infile.Documents) }

// read reads a file whole, unpacked. Whatever its name, it is no file of this machine.
func (f *File) read(as infile.Content) ([]byte, error) {
	in := bytes.NewReader(f.Data)
	return infile.From{Stdin: in, OpenFile: func(string) (io.ReadCloser, error) { return io.NopCloser(in), nil }}.ReadAll(f.Name, as)
}

// Tables reports whether any of the documents is a table. Documents and mappings that cannot be unpacked, or to too much, or have wrong
// names, are an [*InputError].
func (a *Asked) Tables() (some bool, err error) {
	if err := a.checkNames(); err != nil {
		return false, inputError(err)
	}
	for i := range a.Mappings {
		if _, err := a.Mappings[i].read(infile.Mappings); err != nil {
			return false, inputError(err)
		}
	}
	size := uint64(0)
	for i := range a.Documents {
		data, err := a.Documents[i].readWithin(&size)
		if err != nil {
			return false, inputError(err)
		}
		some = some || table.IsTable(data)
	}
	return some, nil
}

// readWithin reads a document whole, and adds to the size of those before it what it unpacks to, which together is [MaxUnpacked] at most.
func (f *File) readWithin(size *uint64) ([]byte, error) {
	data, err := f.ReadDocument()
	if err != nil {
		return nil, err
	}
	own, err := unpackedSize(f.Name, data)
	if err != nil {
		return nil, err
	}
	if *size += own; *size > MaxUnpacked {
		return nil, source.Errorf(source.Place{File: f.Name}, "the documents are larger than %d MiB together, expected fewer at a time", MaxUnpacked>>20)
	}
	return data, nil
}

// unpackedSize is how many bytes a document has, a workbook unpacked, which is an error where that is too much. Reading a workbook stops at
// what its parts say.
func unpackedSize(name string, data []byte) (uint64, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return uint64(len(data)), nil // no workbook, or one whose reader says what is wrong with it
	}
	size := uint64(0)
	for _, part := range z.File {
		if size += part.UncompressedSize64; size > MaxUnpacked || part.UncompressedSize64 > MaxUnpacked {
			return 0, source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "the workbook is larger than %d MiB unpacked, expected at most that; split it, or save it as CSV", MaxUnpacked>>20)
		}
	}
	return max(size, uint64(len(data))), nil
}
