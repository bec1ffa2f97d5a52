package books

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// reading is how workers read, beside each other: each sees what there was when the run began, since nobody else writes meanwhile. Where
// nothing is to be written others may write, and the workers read what the run itself sees, one after the other.
func (r *run) reading() func(context.Context, func(store.Tx) error) error {
	if !r.what.DryRun {
		return r.books.home.Read
	}
	return func(_ context.Context, f func(store.Tx) error) error { return f(r.own()) }
}

// own is what the run itself sees, for several goroutines to read.
func (r *run) own() store.Tx { return &oneAtATime{Tx: r.tx, busy: &r.busy} }

// oneAtATime lets several goroutines read the histories of accounts from one transaction.
type oneAtATime struct {
	store.Tx
	busy *sync.Mutex
}

func (t *oneAtATime) Runs() ([]store.Run, error) {
	t.busy.Lock()
	defer t.busy.Unlock()
	return t.Tx.Runs()
}

func (t *oneAtATime) Bundles(accounts []int64, f func(store.Bundle) error) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	return t.Tx.Bundles(accounts, f)
}

func (t *oneAtATime) BodiesOf(accounts []int64, after, through int64, f func(store.Event) error) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	return t.Tx.BodiesOf(accounts, after, through, f)
}

func (t *oneAtATime) InvoicesOf(accounts []int64, f func(store.Invoice) error) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	return t.Tx.InvoicesOf(accounts, f)
}

// work is some accounts to bill.
type work struct {
	due       []store.Account
	accounts  []history
	issuances []issuance
	done      chan error
}

// wait waits for it to be done.
func (w *work) wait(ctx context.Context) error {
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// issuance is what is new of one account.
type issuance struct {
	rows      []store.Invoice
	amounts   []typed
	invoices  []invoice.Invoice // only where somebody asks for them
	next      cycle.Date
	passed    time.Time
	counts    time.Time
	latest    cycle.Date
	anomalies []account.Anomaly
	bundle    *store.Bundle // nil where the one there is stays
}

type typed struct {
	kind   invoice.Type
	amount money.Amount
}

// worker bills accounts, one after the other.
type worker struct {
	*run
	reader *reader
	biller *account.Biller
	runs   []store.Run       // all before, once they are asked for
	events []account.Event   // of the account being billed
	billed []invoice.Invoice // issued to it before
	text   []byte            // the JSON of the invoice being added, in memory that is used again
}

func (w *worker) work(ctx context.Context, read func(context.Context, func(store.Tx) error) error, todo <-chan *work) {
	all := func(tx store.Tx) error {
		for one := range todo {
			one.done <- w.do(ctx, tx, one)
		}
		return nil
	}
	if err := read(ctx, all); err != nil { // such as that a server has no connection left: that of the run does
		_ = all(w.own())
	}
}

// do reads and bills some accounts.
func (w *worker) do(ctx context.Context, tx store.Tx, one *work) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if one.accounts, err = bundledHistories(tx, one.due, w.row.Events); err != nil {
		return err
	}
	one.issuances = make([]issuance, len(one.accounts))
	for i := range one.accounts {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := &one.accounts[i]
		if err := w.read(tx, h); err != nil {
			return err
		}
		if err := w.bill(tx, h, &one.issuances[i]); err != nil {
			return err
		}
	}
	return nil
}

// read reads an account, without its bundle where that cannot be read.
func (w *worker) read(tx store.Tx, h *history) (err error) {
	w.events, w.billed, err = w.reader.all(h, w.events[:0], w.billed[:0])
	if err == nil || h.bundle.through == 0 {
		return err
	}
	return w.readAll(tx, h)
}

// readAll reads an account without its bundle.
func (w *worker) readAll(tx store.Tx, h *history) error {
	list, err := histories(tx, []store.Account{h.Account}, w.row.Events)
	if err != nil {
		return err
	}
	list[0].looked = h.looked
	*h = list[0]
	w.events, w.billed, err = w.reader.all(h, w.events[:0], w.billed[:0])
	return err
}

// issue is what is new of the account that was read, which is read again where its bundle does not do: it takes what the bundle leaves out, say.
func (w *worker) issue(tx store.Tx, h *history) (account.Issuance, error) {
	if since, stands := w.since(h); stands {
		is, err := w.biller.IssueSince(since, w.events, w.billed, w.row.Through, w.row.At)
		if err == nil || h.bundle.through == 0 {
			return is, err
		}
	}
	if err := w.readAll(tx, h); err != nil {
		return account.Issuance{}, err
	}
	return w.biller.Issue(w.events, w.billed, w.row.Through, w.row.At)
}

// since is what the bundle of the account that was read leaves out, unless it no longer stands by the terms of the run.
func (w *worker) since(h *history) (since account.Since, stands bool) {
	since.Stands = h.bundle.since
	if since.Stands.IsZero() || h.bundle.terms == w.terms.Number {
		return since, true
	}
	agree := w.agreeing[h.bundle.terms]
	if agree == nil {
		return since, false
	}
	a := agree()
	if a == nil || slices.ContainsFunc(w.events, func(e account.Event) bool { return e.Package != "" && !a.catalogue.Has(e.Package) }) {
		return since, false
	}
	since.Differ = a.until
	return since, true
}

// bill bills the account that was read.
func (w *worker) bill(tx store.Tx, h *history, to *issuance) error {
	is, err := w.issue(tx, h)
	if err != nil {
		return err
	}
	events, before := w.events, w.billed
	to.next, to.passed, to.counts = is.Next, passedBy(w.terms.Policy, &is), h.Counts
	if to.anomalies, err = w.untold(tx, h, is.Anomalies); err != nil {
		return err
	}
	for i := range is.Invoices {
		if err := w.add(h, &is.Invoices[i], to); err != nil {
			return err
		}
	}
	if !w.what.DryRun {
		now := bundle{through: w.row.Events, counts: nanoseconds(to.counts), since: is.Stands, terms: w.terms.Number}
		if len(is.Invoices) == 0 && !h.bundle.since.IsZero() {
			now.terms = h.bundle.terms // nothing was held against what is owed by others
		}
		to.bundle = w.reader.bundleNow(h, now, events, before, is.Invoices)
	}
	return statuses{w.biller}.set(events, to.invoices) // last, as the biller's own invoices are gone after it
}

// untold are the anomalies of events that were recorded after the last run that looked at the account.
func (w *worker) untold(tx store.Tx, h *history, anomalies []account.Anomaly) (untold []account.Anomaly, err error) {
	if len(anomalies) == 0 {
		return nil, nil
	}
	told, err := w.looked(tx, h)
	if err != nil {
		return nil, err
	}
	recent := map[string]bool{}
	for i, e := range w.events[len(w.events)-len(h.events):] { // those of the bundle come before
		recent[e.ID] = h.events[i].Seq > told
	}
	for i := range anomalies {
		if recent[anomalies[i].Event.ID] {
			untold = append(untold, anomalies[i])
		}
	}
	return untold, nil
}

// looked is the last event that the run knew of which last looked at an account, by its bundle. Without one it is the run of its last invoice,
// or none: what a run after it told of is told again, rather than not at all.
func (w *worker) looked(tx store.Tx, h *history) (event int64, err error) {
	if h.looked > 0 || len(h.invoices) == 0 {
		return h.looked, nil
	}
	if w.runs == nil {
		if w.runs, err = tx.Runs(); err != nil {
			return 0, err
		}
	}
	run := h.invoices[len(h.invoices)-1].Run
	for i := range w.runs {
		if w.runs[i].Number == run {
			event = w.runs[i].Events
		}
	}
	return event, nil
}

// add adds an invoice to those that are new of an account.
func (w *worker) add(h *history, inv *invoice.Invoice, to *issuance) (err error) {
	if inv.Number, err = inv.Number.WithPrefix(w.books.prefix); err != nil {
		return err
	}
	w.text = inv.AppendJSON(w.text[:0])
	body := bytes.Clone(w.text)
	hash := sha256.Sum256(body)
	to.rows = append(to.rows, store.Invoice{Run: w.row.Number, Account: h.Number, Number: inv.Number.String(), Date: inv.Date, Hash: hash[:], Body: body})
	to.amounts = append(to.amounts, typed{inv.Type, inv.FinalAmount})
	to.latest = latestPeriod(to.latest, inv)
	if counts := countsFrom(w.terms.Policy, inv.Date, w.row.At); counts.After(to.counts) {
		to.counts = counts
	}
	if w.what.Each == nil {
		return nil
	}
	to.invoices = append(to.invoices, invoice.Invoice{})
	return to.invoices[len(to.invoices)-1].UnmarshalJSON(body) // the biller's are used again
}
