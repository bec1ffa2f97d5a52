package books

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Which says which invoices are asked for; the zero Which is all.
type Which struct {
	Run           int64    // those that it issued, in the order in which it did
	Accounts      []string // by account, then date
	Number        string
	From, Through cycle.Date // their dates; zero Dates for any
	Status        *invoice.Status
}

// Invoices yields issued invoices by account, then date, each with the status that it has by what is recorded now. Everything else of them
// is as it was issued.
func (b *Books) Invoices(ctx context.Context, which Which) iter.Seq2[invoice.Invoice, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(invoice.Invoice) error) error {
		terms, err := b.lastTerms(tx)
		if err != nil {
			return err
		}
		statuses, err := newStatuses(terms)
		if err != nil {
			return err
		}
		v := &view{which: &which, reader: newReader(terms.Policy), statuses: statuses, tx: tx, yield: yield}
		v.changes = func(tx store.Tx, from map[int64]cycle.Date) (map[int64][]account.Event, error) {
			return v.changesOf(tx, slices.Sorted(maps.Keys(from)))
		}
		switch {
		case which.Number != "":
			rows, err := tx.Numbers([]string{which.Number})
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				return &UnknownInvoiceError{Number: which.Number}
			}
			return v.show(rows)
		case which.Run != 0:
			v.changes = v.bundledChanges
			return v.ofRun()
		}
		show := func(accounts []store.Account) error {
			at, numbers := map[int64]int{}, make([]int64, len(accounts))
			for i, a := range accounts {
				at[a.Number], numbers[i] = i, a.Number
			}
			byAccount := make([][]store.Invoice, len(accounts))
			err := tx.InvoicesOf(numbers, func(inv store.Invoice) error {
				byAccount[at[inv.Account]] = append(byAccount[at[inv.Account]], inv)
				return nil
			})
			if err != nil {
				return err
			}
			return v.show(slices.Concat(byAccount...))
		}
		return inChunks(tx, which.Accounts, show)
	})
}

// view shows issued invoices as they stand now.
type view struct {
	which *Which
	*reader
	statuses statuses
	tx       store.Tx
	changes  func(tx store.Tx, from map[int64]cycle.Date) (map[int64][]account.Event, error) // of accounts, for their invoices from a day on
	yield    func(invoice.Invoice) error
}

// ofRun shows the invoices of a run.
func (v *view) ofRun() error {
	runs, err := v.tx.Runs()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(runs, func(r store.Run) bool { return r.Number == v.which.Run })
	if at < 0 {
		return &UnknownRunError{Number: v.which.Run, Runs: int64(len(runs))}
	}
	var after int64
	for _, r := range runs[:at] {
		after += r.Invoices
	}
	for left := runs[at].Invoices; left > 0; {
		var rows []store.Invoice
		err := v.tx.Invoices(after, func(inv store.Invoice) error {
			rows = append(rows, inv)
			if len(rows) == 500 || int64(len(rows)) == left {
				return errEnough
			}
			return nil
		})
		if err != nil && err != errEnough {
			return err
		}
		if len(rows) == 0 {
			return fmt.Errorf("%d invoices of run %d are missing", left, v.which.Run)
		}
		if err := v.show(rows); err != nil {
			return err
		}
		after += int64(len(rows))
		left -= int64(len(rows))
	}
	return nil
}

// show yields those of some rows that are asked for.
func (v *view) show(rows []store.Invoice) error {
	rows = slices.DeleteFunc(rows, func(row store.Invoice) bool {
		return row.Date.Before(v.which.From) || !v.which.Through.IsZero() && row.Date.After(v.which.Through)
	})
	invoices := make([]invoice.Invoice, len(rows))
	ofAccount := map[int64][]int{} // where those of an account are
	from := map[int64]cycle.Date{} // the first of them
	for i := range rows {
		if first, there := from[rows[i].Account]; !there || rows[i].Date.Before(first) {
			from[rows[i].Account] = rows[i].Date
		}
		var err error
		if invoices[i], err = v.issued(&rows[i]); err != nil {
			return err
		}
		ofAccount[rows[i].Account] = append(ofAccount[rows[i].Account], i)
	}
	changes, err := v.changes(v.tx, from)
	if err != nil {
		return err
	}
	for number, events := range changes {
		var own []invoice.Invoice
		for _, i := range ofAccount[number] {
			own = append(own, invoices[i])
		}
		if err := v.statuses.set(events, own); err != nil {
			return err
		}
		for n, i := range ofAccount[number] {
			invoices[i] = own[n]
		}
	}
	for i := range invoices {
		if v.which.Status != nil && invoices[i].Status != *v.which.Status {
			continue
		}
		if err := v.yield(invoices[i]); err != nil {
			return err
		}
	}
	return nil
}

// UnknownInvoiceError says that no invoice of a number was issued.
type UnknownInvoiceError struct{ Number string }

func (e *UnknownInvoiceError) Error() string {
	return fmt.Sprintf("no invoice %.80q was issued, expected the number of one that was", e.Number)
}

// UnknownRunError says that there is no run of a number.
type UnknownRunError struct{ Number, Runs int64 }

func (e *UnknownRunError) Error() string {
	return fmt.Sprintf("there is no run %d, expected one of the %d there are", e.Number, e.Runs)
}
