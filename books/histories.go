package books

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// History is what the books have of one account, as package account takes it.
type History struct {
	Account string
	Events  []account.Event   // as they are billed, in the order of recording
	Issued  []invoice.Invoice // by date, each with the status that it has by what is recorded now
	Terms   *Terms            // those in force, which all histories of one reading share

	statuses statuses
	asIssued []invoice.Status // of Issued, where an event has changed any
}

// Histories yields the histories of some accounts by their names, or of all.
func (b *Books) Histories(ctx context.Context, names ...string) iter.Seq2[History, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(History) error) error {
		terms, err := b.lastTerms(tx)
		if err != nil {
			return err
		}
		last, err := tx.LastEvent()
		if err != nil {
			return err
		}
		statuses, err := newStatuses(terms)
		if err != nil {
			return err
		}
		r := newReader(terms.Policy)
		return inChunks(tx, names, func(accounts []store.Account) error {
			list, err := histories(tx, accounts, last)
			if err != nil {
				return err
			}
			for i := range list {
				h := History{Account: list[i].Name, Terms: &terms}
				if h.Events, err = r.events(list[i].events); err != nil {
					return err
				}
				if h.Issued, err = r.allIssued(list[i].invoices); err != nil {
					return err
				}
				if h.statuses = statuses; slices.ContainsFunc(h.Events, setsStatus) {
					for i := range h.Issued {
						h.asIssued = append(h.asIssued, h.Issued[i].Status)
					}
				}
				if err := statuses.set(h.Events, h.Issued); err != nil {
					return err
				}
				if err := yield(h); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// EventsThrough yields the events of some accounts by their names, or of all, up to and including one by its number, as they are billed, and
// nothing that was issued. An account that had none by then is left out.
func (b *Books) EventsThrough(ctx context.Context, event int64, names ...string) iter.Seq2[History, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(History) error) error {
		terms, err := b.lastTerms(tx)
		if err != nil {
			return err
		}
		r := newReader(terms.Policy)
		return inChunks(tx, names, func(accounts []store.Account) error {
			list, err := eventsOf(tx, accounts, event)
			if err != nil {
				return err
			}
			for i := range list {
				if len(list[i].events) == 0 {
					continue
				}
				h := History{Account: list[i].Name, Terms: &terms}
				if h.Events, err = r.events(list[i].events); err != nil {
					return err
				}
				if err := yield(h); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Since are the accounts that something was recorded of after an event, by its number, and the number of the last event. After the last
// event there are none.
func (b *Books) Since(ctx context.Context, event int64) (accounts []string, last int64, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		if last, err = tx.LastEvent(); err != nil || event >= last {
			return err
		}
		numbers := map[int64]bool{}
		err := tx.Events(event, func(e store.Event) error {
			numbers[e.Account] = true
			return nil
		})
		if err != nil {
			return err
		}
		list, err := tx.Numbered(slices.Sorted(maps.Keys(numbers)))
		for _, a := range list {
			accounts = append(accounts, a.Name)
		}
		slices.Sort(accounts)
		return err
	})
	return accounts, last, err
}

// Status yields where accounts stand at the end of a day, see account.Status: those named, or all. What was issued stands.
func (b *Books) Status(ctx context.Context, day cycle.Date, names ...string) iter.Seq2[account.Current, error] {
	return func(yield func(account.Current, error) bool) {
		var biller *account.Biller
		for h, err := range b.Histories(ctx, names...) {
			var current account.Current
			if err == nil && biller == nil {
				biller, err = h.Terms.biller()
			}
			if err == nil {
				current, err = biller.Status(h.Events, h.Issued, day)
			}
			if next := &current.Next; err == nil && !next.Date.IsZero() {
				next.Number, err = next.Number.WithPrefix(b.prefix)
			}
			if !yield(current, err) || err != nil {
				return
			}
		}
	}
}
