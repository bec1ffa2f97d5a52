package books

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
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

	// Each, if not nil, is given the invoices of each account while they are being issued, in the order of the accounts, each with the
	// status that it has by what is recorded. They may be kept. But for a DryRun they are issued once Issue returns without an error, and may be
	// after a [store.UnsureError]. Its own error ends the run, which then has issued nothing.
	Each func([]invoice.Invoice) error
}

// Issued says what was issued.
type Issued struct {
	Run      Run                      // with DryRun, what it would be
	Accounts int                      // how many accounts were looked at
	Sums     map[invoice.Type]Summary // by the type of the invoices

	// Anomalies are the events that were recorded since a run last looked at their account, and make no sense where they stand. In books that
	// were loaded, or that an earlier version of the program billed last, the first run that looks at an account may tell again of some.
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
	lastSeq int64      // of the invoices
	pending pending    // what is to be put into the store
	busy    sync.Mutex // held by whoever uses tx while workers may

	catalogue invoice.Catalogue
	agreeing  map[int64]func() *agreement // of all terms, by number
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
	if r.terms, err = b.lastTerms(tx); err != nil {
		return nil, err
	}
	if r.catalogue, err = r.terms.catalogue(); err != nil {
		return nil, err
	}
	r.agreeing = agreements(all, &r.terms)
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

// Numbers that only speed depends on: how many accounts are read at once, how many such portions are under way for each goroutine
// that reads and bills, and how many of those there are at most, since one alone writes for all of them.
const (
	portion     = 200
	underWay    = 2
	mostWorkers = 8
)

// issue looks at the accounts that are due. They are read and billed by workers, one portion after the other, and what came of them
// is written here meanwhile.
func (r *run) issue(ctx context.Context) error {
	due, err := r.tx.Due(r.row.Through)
	if err != nil {
		return err
	}
	r.Accounts = len(due)
	total := money.New(0, r.terms.Policy.MoneyCurrency())
	workers := min(runtime.GOMAXPROCS(0), mostWorkers, len(due)/portion+1)
	ctx, cancel := context.WithCancel(ctx)
	todo := make(chan *work, workers*underWay)
	var working sync.WaitGroup
	defer working.Wait() // whoever still reads would keep the store from putting away what is written
	defer close(todo)
	defer cancel()
	read := r.reading()
	for range workers {
		biller, err := account.NewBiller(r.catalogue, r.terms.Policy)
		if err != nil {
			return err
		}
		biller.ReuseInvoices = true
		w := &worker{run: r, reader: newReader(r.terms.Policy), biller: biller}
		working.Go(func() { w.work(ctx, read, todo) })
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
	for accounts := range slices.Chunk(due, portion) {
		w := &work{due: accounts, done: make(chan error, 1)}
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
	for i := range w.accounts {
		is := &w.issuances[i]
		if !r.what.DryRun {
			r.pending.add(w.accounts[i].Account, is)
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
	r.busy.Lock()
	defer r.busy.Unlock()
	if err := r.tx.AddInvoices(rows); err != nil {
		return err
	}
	if len(r.pending.accounts) < mostAccounts && r.pending.size < mostBundled {
		return nil
	}
	return r.pending.put(r.tx)
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

// pending is what is to be put into the store of accounts that were looked at. It goes there many accounts at a time, in the order of their
// numbers, in which they lie there: in the order of their names, each page would be fetched again for every account on it.
type pending struct {
	accounts []store.Account
	bundles  []store.Bundle
	size     int // of the bundles, in bytes
}

// How much is put into the store at once.
const (
	mostAccounts = 4000
	mostBundled  = 16 << 20
)

func (p *pending) add(a store.Account, is *issuance) {
	a.Next, a.Passed, a.Counts = is.next, is.passed, is.counts
	p.accounts = append(p.accounts, a)
	if is.bundle != nil {
		p.bundles = append(p.bundles, *is.bundle)
		p.size += len(is.bundle.Body)
	}
}

func (p *pending) put(tx store.Tx) error {
	slices.SortFunc(p.accounts, func(x, y store.Account) int { return cmp.Compare(x.Number, y.Number) })
	slices.SortFunc(p.bundles, func(x, y store.Bundle) int { return cmp.Compare(x.Account, y.Account) })
	if err := tx.PutAccounts(p.accounts); err != nil {
		return err
	}
	if err := tx.PutBundles(p.bundles); err != nil {
		return err
	}
	clear(p.bundles)
	*p = pending{accounts: p.accounts[:0], bundles: p.bundles[:0]}
	return nil
}

// end keeps the run.
func (r *run) end(total money.Amount) (err error) {
	r.row.Total = total.String()
	r.row.Seal = r.seal(&r.row)
	if r.Run, err = readRun(&r.row); err != nil || r.what.DryRun {
		return err
	}
	r.busy.Lock()
	defer r.busy.Unlock()
	if err := r.pending.put(r.tx); err != nil {
		return err
	}
	return r.tx.AddRun(r.row)
}

// passedBy is the instant that what waits for a boundary has to count from before, to be billed on one that was passed over without an
// invoice; the zero time where there is none, or where the account is due whatever is recorded, as it has no next day.
func passedBy(policy invoice.Policy, is *account.Issuance) time.Time {
	if is.Passed.IsZero() || is.Next.IsZero() {
		return time.Time{}
	}
	return account.CountsFrom(policy, is.Passed)
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
