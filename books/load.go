package books

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// maxExportLine is how long a line of an export may be: no store keeps a longer text.
const maxExportLine = 1 << 30

// Load makes books of a name, where there are none, of what Export wrote of others: the same books, with the same id and seals, and
// the same answer of Verify. Everything is loaded, or nothing is left that was not there before. The file's name is for errors.
func Load(ctx context.Context, name string, from io.Reader, file string) (*Books, error) {
	return createNamed(ctx, name, func(tx store.Tx) error { return newLoader(tx, file).load(from) })
}

// LoadIn is Load into a home.
func LoadIn(ctx context.Context, home store.Store, from io.Reader, file string) (*Books, error) {
	return createIn(ctx, home, func(tx store.Tx) error { return newLoader(tx, file).load(from) })
}

type loader struct {
	tx       store.Tx
	at       source.Place
	decoder  *eventlog.Decoder
	counted  endLine
	ended    bool
	accounts []store.Account
	events   []store.Event
	invoices []store.Invoice

	reconciliations []store.Reconciliation
	reports         map[int64][]store.Report
}

func newLoader(tx store.Tx, file string) *loader {
	return &loader{tx: tx, at: source.Place{File: file, Column: 1}, reports: map[int64][]store.Report{}}
}

func (l *loader) load(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 1<<16), maxExportLine)
	for lines.Scan() {
		l.at.Line++
		if err := l.line(lines.Bytes()); err != nil {
			return source.At(l.at, err)
		}
	}
	if err := lines.Err(); err != nil {
		l.at.Line++
		return source.At(l.at, err)
	}
	if !l.ended {
		return source.Errorf(l.at, "the export has no end, expected the whole of what prorata export wrote")
	}
	return nil
}

func (l *loader) line(text []byte) error {
	var read line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&read); err != nil {
		return source.Errorf(l.at, "%w, expected a line that prorata export wrote", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more on the line, expected a line that prorata export wrote")
	}
	switch {
	case l.ended:
		return errors.New("a line after the end of the export")
	case read.Books != nil && l.at.Line == 1:
		return l.books(read.Books)
	case l.at.Line == 1:
		return errors.New("not the first line of an export, expected a file that prorata export wrote")
	case read.Terms != nil:
		return l.terms(read.Terms)
	case read.Account != nil:
		return l.account(read.Account)
	case read.Run != nil:
		return l.run(read.Run)
	case read.Event != nil:
		return l.event(read.Event)
	case read.Invoice != nil:
		return l.invoice(read.Invoice)
	case read.Reconciliation != nil:
		return l.reconciliation(read.Reconciliation)
	case read.Report != nil:
		l.reports[read.Report.Reconciliation] = append(l.reports[read.Report.Reconciliation], store.Report(*read.Report))
		return nil
	case read.End != nil:
		return l.end(read.End)
	}
	return errors.New("a line of nothing, expected one that prorata export wrote")
}

func (l *loader) books(read *booksLine) error {
	if read.Version > exportVersion {
		return source.Errorf(l.at, "an export of version %d, and this program reads versions up to %d: expected a later prorata", read.Version, exportVersion)
	}
	if _, err := time.Parse(time.RFC3339Nano, read.Created); err != nil {
		return err
	}
	if err := invoice.CheckPrefix(read.NumberPrefix); err != nil {
		return err
	}
	if read.ID == "" {
		return errors.New("the books have no id")
	}
	return errors.Join(l.tx.Set(settingID, read.ID), l.tx.Set(settingPrefix, read.NumberPrefix), l.tx.Set(settingCreated, read.Created))
}

func (l *loader) terms(read *termsLine) error {
	added, err := time.Parse(time.RFC3339Nano, read.Added)
	if err != nil {
		return err
	}
	row := store.Terms{Number: read.Number, Added: added, Body: read.Terms}
	terms, err := readTerms(row)
	if err != nil {
		return err
	}
	l.decoder = eventlog.NewDecoder(terms.Policy)
	return l.tx.AddTerms(row)
}

func (l *loader) account(read *accountLine) (err error) {
	a := store.Account{Number: read.Number, Name: read.Name, Next: read.Next}
	if a.Counts, err = parseOptional(read.Counts); err != nil {
		return err
	}
	l.counted.Accounts++
	l.accounts = append(l.accounts, a)
	return l.flush(batch)
}

func (l *loader) run(read *runLine) error {
	at, err := time.Parse(time.RFC3339Nano, read.At)
	if err != nil {
		return err
	}
	l.counted.Runs++
	return l.tx.AddRun(store.Run{Number: read.Number, Through: read.Through, At: at, Events: read.Events, Terms: read.Terms, Latest: read.Latest,
		Invoices: read.Invoices, Total: read.Total, Before: read.Before, Seal: read.Seal})
}

func (l *loader) event(read *eventLine) (err error) {
	if l.decoder == nil {
		return errors.New("an event before the terms")
	}
	e, err := l.decoder.Decode(read.Event, source.Place{})
	if err != nil {
		return err
	}
	row := store.Event{Seq: read.Seq, ID: e.ID, Account: read.Account, Usage: e.Type == account.UsageRecorded, Body: read.Event}
	if row.Recorded, err = time.Parse(time.RFC3339Nano, read.Recorded); err != nil {
		return err
	}
	if row.Known, err = parseOptional(read.Known); err != nil {
		return err
	}
	l.counted.Events++
	l.events = append(l.events, row)
	return l.flush(batch)
}

func (l *loader) invoice(read *invoiceLine) error {
	var inv invoice.Invoice
	if err := inv.UnmarshalJSON(read.Invoice); err != nil {
		return err
	}
	hash, err := hex.DecodeString(read.Hash)
	if err != nil {
		return err
	}
	l.counted.Invoices++
	l.invoices = append(l.invoices, store.Invoice{Seq: read.Seq, Run: read.Run, Account: read.Account, Number: inv.Number.String(), Date: inv.Date, Hash: hash, Body: read.Invoice})
	return l.flush(batch)
}

func (l *loader) reconciliation(read *reconciliationLine) error {
	at, err := time.Parse(time.RFC3339Nano, read.At)
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(read.Hash)
	if err != nil {
		return err
	}
	l.counted.Reconciliations++
	l.reconciliations = append(l.reconciliations, store.Reconciliation{Number: read.Number, At: at, Hash: hash, Body: read.Content})
	return nil
}

// flush adds what has gathered to the store, where it is as many rows as that.
func (l *loader) flush(most int) error {
	if len(l.accounts)+len(l.events)+len(l.invoices) < most {
		return nil
	}
	if err := l.tx.PutAccounts(l.accounts); err != nil {
		return err
	}
	there, err := l.tx.AddEvents(l.events)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return source.Errorf(l.at, "the event %.80q is there twice", there[0].ID)
	}
	if err := l.tx.AddInvoices(l.invoices); err != nil {
		return err
	}
	l.accounts, l.events, l.invoices = nil, nil, nil
	return nil
}

func (l *loader) end(read *endLine) error {
	l.ended = true
	if *read != l.counted {
		return source.Errorf(l.at, "the export says that it has %d accounts, %d events, %d runs, %d invoices and %d reconciliations, and it has %d, %d, %d, %d and %d",
			read.Accounts, read.Events, read.Runs, read.Invoices, read.Reconciliations, l.counted.Accounts, l.counted.Events, l.counted.Runs, l.counted.Invoices, l.counted.Reconciliations)
	}
	for _, r := range l.reconciliations {
		if err := l.tx.AddReconciliation(r, l.reports[r.Number]); err != nil {
			return err
		}
		delete(l.reports, r.Number)
	}
	for number := range l.reports {
		return source.Errorf(l.at, "the export has a report of reconciliation %d, which is not there", number)
	}
	return l.flush(1)
}

func parseOptional(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, text)
}
