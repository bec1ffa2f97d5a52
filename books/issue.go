package books

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Issuing says what is to be issued.
type Issuing struct {
	Through cycle.Date // invoices dated up to this day; the zero Date is the day of Now
	Now     time.Time  // that are final by this instant, which is not before the last run; the zero time is the clock's, or the last run's if later
	DryRun  bool       // issues nothing, and says what would be

	// Each, if not nil, is given the invoices of each account while they are being issued, in the order of the accounts; they are
	// not to be kept. Its error ends the run, which then has issued nothing.
	Each func([]invoice.Invoice) error
}

// Issued says what was issued.
type Issued struct {
	Run      Run                      // with DryRun, what it would be
	Accounts int                      // how many accounts were looked at
	Sums     map[invoice.Type]Summary // by the type of the invoices

	// Anomalies are the events that were recorded since the run before and make no sense where they stand.
	Anomalies []account.Anomaly
}

// Summary is how many invoices there are, and what they come to.
type Summary struct {
	Invoices int
	Total    money.Amount
}

// Issue issues what is new and final, all of it or nothing, as one run. It may be called at any time, by several processes at once, and
// again after it was interrupted: nothing is issued twice.
func (b *Books) Issue(ctx context.Context, what Issuing) (issued Issued, err error) {
	act := b.home.Write
	if what.DryRun {
		act = b.home.Read
	}
	err = act(ctx, func(tx store.Tx) error {
		r, err := b.newRun(tx, &what)
		if err != nil {
			return err
		}
		if err := r.issue(ctx); err != nil {
			return err
		}
		issued = r.Issued
		return nil
	})
	return issued, err
}

// run is a run under way.
type run struct {
	Issued
	*sealing
	books   *Books
	tx      store.Tx
	what    *Issuing
	row     store.Run
	terms   Terms
	before  store.Run
	lastSeq int64 // of the invoices

	catalogue invoice.Catalogue
}

// newRun makes ready for a run.
func (b *Books) newRun(tx store.Tx, what *Issuing) (*run, error) {
	r := &run{books: b, tx: tx, what: what, Issued: Issued{Sums: map[invoice.Type]Summary{}}}
	var err error
	if r.before, err = tx.LastRun(); err != nil {
		return nil, err
	}
	all, err := tx.Terms()
	if err != nil {
		return nil, err
	}
	if r.terms, err = lastTerms(tx); err != nil {
		return nil, err
	}
	if r.catalogue, err = r.terms.catalogue(); err != nil {
		return nil, err
	}
	r.row = store.Run{Number: r.before.Number + 1, Terms: r.terms.Number, Latest: r.before.Latest, Before: r.before.Seal, Through: what.Through}
	if r.row.At, err = r.instant(); err != nil {
		return nil, err
	}
	if r.row.Through.IsZero() {
		if r.row.Through, err = cycle.DateOf(r.row.At, r.terms.Policy.TimeZone); err != nil {
			return nil, err
		}
	}
	if r.row.Events, err = tx.LastEvent(); err != nil {
		return nil, err
	}
	if r.lastSeq, err = tx.LastInvoice(); err != nil {
		return nil, err
	}
	r.sealing = newSealing(b.id, &r.row, all[len(all)-1].Body)
	return r, nil
}

// instant is when the run is: never before the last one. A clock that was set back stands still until it has caught up.
func (r *run) instant() (time.Time, error) {
	at, err := instantOr(r.what.Now, time.Now())
	if err != nil || !at.Before(r.before.At) {
		return at, err
	}
	if !r.what.Now.IsZero() {
		return at, fmt.Errorf("now %s is before the last run, of %s, expected that or later", instantText(at), instantText(r.before.At))
	}
	return r.before.At, nil
}

// Two numbers that only speed depends on: how many accounts are read at once, and how many such portions are under way for each
// goroutine that bills.
const (
	portion   = 200
	underWay  = 2
	mostCores = 64
)

// issue looks at the accounts that are due. They are read and written here, one portion after the other, and billed by others
// meanwhile.
func (r *run) issue(ctx context.Context) error {
	due, err := r.tx.Due(r.row.Through)
	if err != nil {
		return err
	}
	r.Accounts = len(due)
	total := money.New(0, r.terms.Policy.MoneyCurrency())
	workers := min(runtime.GOMAXPROCS(0), mostCores, len(due)/portion+1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	todo := make(chan *work, workers*underWay)
	defer close(todo)
	for range workers {
		biller, err := account.NewBiller(r.catalogue, r.terms.Policy)
		if err != nil {
			return err
		}
		biller.ReuseInvoices = true
		w := &worker{run: r, reader: newReader(r.terms.Policy), biller: biller}
		go w.work(ctx, todo)
	}
	var waiting []*work
	finish := func() error {
		w := waiting[0]
		waiting = waiting[1:]
		if err := w.wait(ctx); err != nil {
			return err
		}
		return r.keep(w, &total)
	}
	for start := 0; start < len(due); start += portion {
		accounts, err := histories(r.tx, due[start:min(start+portion, len(due))], r.row.Events)
		if err != nil {
			return err
		}
		w := &work{accounts: accounts, done: make(chan error, 1)}
		todo <- w // there is room: no more are waited for
		if waiting = append(waiting, w); len(waiting) == workers*underWay {
			if err := finish(); err != nil {
				return err
			}
		}
	}
	for len(waiting) > 0 {
		if err := finish(); err != nil {
			return err
		}
	}
	return r.end(total)
}

// keep keeps what came of a portion.
func (r *run) keep(w *work, total *money.Amount) error {
	var rows []store.Invoice
	accounts := make([]store.Account, len(w.accounts))
	for i := range w.accounts {
		accounts[i] = w.accounts[i].Account
		is := &w.issuances[i]
		accounts[i].Next = is.next
		if is.counts.After(accounts[i].Counts) {
			accounts[i].Counts = is.counts
		}
		for n := range is.rows {
			row := &is.rows[n]
			r.lastSeq++
			row.Seq = r.lastSeq
			r.add(row.Body)
			var err error
			if *total, err = total.Add(is.amounts[n].amount); err != nil {
				return fmt.Errorf("total of all invoices: %w", err)
			}
			if err := r.sum(is.amounts[n]); err != nil {
				return err
			}
		}
		r.row.Invoices += int64(len(is.rows))
		if is.latest.After(r.row.Latest) {
			r.row.Latest = is.latest
		}
		r.Anomalies = append(r.Anomalies, is.anomalies...)
		rows = append(rows, is.rows...)
		if r.what.Each != nil && len(is.rows) > 0 {
			if err := r.what.Each(is.invoices); err != nil {
				return err
			}
		}
	}
	if r.what.DryRun {
		return nil
	}
	if err := r.tx.AddInvoices(rows); err != nil {
		return err
	}
	return r.tx.PutAccounts(accounts)
}

func (r *run) sum(of typed) (err error) {
	sum, there := r.Sums[of.kind]
	if sum.Invoices++; !there {
		sum.Total = of.amount
	} else if sum.Total, err = sum.Total.Add(of.amount); err != nil {
		return fmt.Errorf("total of all invoices: %w", err)
	}
	r.Sums[of.kind] = sum
	return nil
}

// end keeps the run.
func (r *run) end(total money.Amount) (err error) {
	r.row.Total = total.String()
	r.row.Seal = r.seal(&r.row)
	if r.Run, err = readRun(&r.row); err != nil || r.what.DryRun {
		return err
	}
	return r.tx.AddRun(r.row)
}

// work is some accounts to bill.
type work struct {
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
	counts    time.Time
	latest    cycle.Date
	anomalies []account.Anomaly
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
}

func (w *worker) work(ctx context.Context, todo <-chan *work) {
	for one := range todo {
		one.issuances = make([]issuance, len(one.accounts))
		var err error
		for i := range one.accounts {
			if err = ctx.Err(); err == nil {
				err = w.bill(&one.accounts[i], &one.issuances[i])
			}
			if err != nil {
				break
			}
		}
		one.done <- err
	}
}

// bill bills one account.
func (w *worker) bill(h *history, to *issuance) error {
	events, err := w.reader.events(h.events)
	if err != nil {
		return err
	}
	before, err := w.reader.allIssued(h.invoices)
	if err != nil {
		return err
	}
	is, err := w.biller.Issue(events, before, w.row.Through, w.row.At)
	if err != nil {
		return err
	}
	to.next = is.Next
	recent := map[string]bool{}
	for i := range is.Anomalies {
		if len(recent) == 0 {
			for n := range h.events {
				recent[events[n].ID] = h.events[n].Seq > w.before.Events
			}
		}
		if recent[is.Anomalies[i].Event.ID] {
			to.anomalies = append(to.anomalies, is.Anomalies[i])
		}
	}
	if len(is.Invoices) == 0 {
		return nil
	}
	if w.what.Each != nil {
		to.invoices = make([]invoice.Invoice, len(is.Invoices))
	}
	for i := range is.Invoices {
		inv := &is.Invoices[i]
		if inv.Number, err = inv.Number.WithPrefix(w.books.prefix); err != nil {
			return err
		}
		body := inv.AppendJSON(nil)
		hash := sha256.Sum256(body)
		to.rows = append(to.rows, store.Invoice{Run: w.row.Number, Account: h.Number, Number: inv.Number.String(), Date: inv.Date, Hash: hash[:], Body: body})
		to.amounts = append(to.amounts, typed{inv.Type, inv.FinalAmount})
		to.latest = latestPeriod(to.latest, inv)
		if w.what.Each != nil {
			if err := to.invoices[i].UnmarshalJSON(body); err != nil { // the biller's are used again
				return err
			}
		}
	}
	to.counts = countsFrom(w.terms.Policy, is.Invoices[len(is.Invoices)-1].Date, w.row.At)
	return nil
}

// countsFrom is the instant from which what is recorded of an account counts at the earliest, once a run issued an invoice of a day to it:
// just after the run, and when nothing can change an invoice of that day any more.
func countsFrom(policy invoice.Policy, day cycle.Date, run time.Time) time.Time {
	counts := account.CountsFrom(policy, day)
	if after := run.Add(1); after.After(counts) {
		return after
	}
	return counts
}
