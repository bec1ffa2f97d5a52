package books

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// reader reads rows of a store as what they say.
type reader struct {
	decoder   *eventlog.Decoder
	bundledAs []string // how the events stand in the bundle that was read last
}

func newReader(policy invoice.Policy) *reader { return &reader{decoder: eventlog.NewDecoder(policy)} }

// event is an event as it is billed: known when it counts as known.
func (r *reader) event(row *store.Event) (account.Event, error) {
	e, err := r.decoder.Decode(row.Body, source.Place{})
	if err != nil {
		return e, fmt.Errorf("event %d of the store: %w", row.Seq, err)
	}
	if !row.Known.IsZero() {
		e.CountFrom(row.Known)
	}
	return e, nil
}

func (r *reader) events(rows []store.Event) ([]account.Event, error) {
	list := make([]account.Event, 0, len(rows))
	for i := range rows {
		e, err := r.event(&rows[i])
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// issued reads an invoice as it was issued.
func (r *reader) issued(row *store.Invoice) (inv invoice.Invoice, err error) {
	if err = inv.UnmarshalJSON(row.Body); err != nil {
		err = fmt.Errorf("invoice %d of the store: %w", row.Seq, err)
	}
	return inv, err
}

func (r *reader) allIssued(rows []store.Invoice) ([]invoice.Invoice, error) {
	list := make([]invoice.Invoice, len(rows))
	for i := range rows {
		var err error
		if list[i], err = r.issued(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// history is what a store has of one account.
type history struct {
	store.Account
	events   []store.Event
	invoices []store.Invoice
	bundle   bundle // of a run, which has what the others lack
	looked   int64  // the Seq of the last event that the run knew which made the bundle, if the run at hand does without it too
}

// collected are histories that rows are added to as they are read.
type collected struct {
	list    []history
	numbers []int64            // of the accounts
	at      map[int64]*history // by number
}

func collect(accounts []store.Account) *collected {
	c := &collected{make([]history, len(accounts)), make([]int64, len(accounts)), make(map[int64]*history, len(accounts))}
	for i, a := range accounts {
		c.list[i].Account, c.numbers[i], c.at[a.Number] = a, a.Number, &c.list[i]
	}
	return c
}

func (c *collected) event(e store.Event) error {
	h := c.at[e.Account]
	h.events = append(h.events, e)
	return nil
}

func (c *collected) invoice(inv store.Invoice) error {
	h := c.at[inv.Account]
	h.invoices = append(h.invoices, inv)
	return nil
}

// histories are what a store has of some accounts, in their order.
func histories(tx store.Tx, accounts []store.Account, through int64) ([]history, error) {
	c := collect(accounts)
	if err := tx.BodiesOf(c.numbers, 0, through, c.event); err != nil {
		return nil, err
	}
	return c.list, tx.InvoicesOf(c.numbers, c.invoice)
}

// eventsOf are histories without what was issued.
func eventsOf(tx store.Tx, accounts []store.Account, through int64) ([]history, error) {
	c := collect(accounts)
	return c.list, tx.BodiesOf(c.numbers, 0, through, c.event)
}

// UnknownAccountError says that nothing was recorded of an account.
type UnknownAccountError struct{ Account string }

func (e *UnknownAccountError) Error() string {
	return fmt.Sprintf("no events of the account %.80q are in the books", e.Account)
}

// Kept is an event as the books keep it.
type Kept struct {
	store.Event
	Account string
}

// Events yields all events as they are kept, in the order of recording; of one account where it is named.
func (b *Books) Events(ctx context.Context, account string) iter.Seq2[Kept, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(Kept) error) error {
		if account != "" {
			a, err := accountNamed(tx, account)
			if err != nil {
				return err
			}
			last, err := tx.LastEvent()
			if err != nil {
				return err
			}
			return tx.EventsOf([]int64{a.Number}, last, func(e store.Event) error { return yield(Kept{e, account}) })
		}
		names := map[int64]string{}
		err := tx.AccountsFrom("", func(a store.Account) (bool, error) {
			names[a.Number] = a.Name
			return true, nil
		})
		if err != nil {
			return err
		}
		return tx.Events(0, func(e store.Event) error { return yield(Kept{e, names[e.Account]}) })
	})
}

// EventsOf are the events of an account as they are billed, in the order of recording.
func (b *Books) EventsOf(ctx context.Context, name string) (events []account.Event, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		h, terms, err := b.historyOf(tx, name)
		if err == nil {
			events, err = newReader(terms.Policy).events(h.events)
		}
		return err
	})
	return events, err
}

// historyOf is what there is of one account, and the terms in force.
func (b *Books) historyOf(tx store.Tx, name string) (h history, terms Terms, err error) {
	a, err := accountNamed(tx, name)
	if err != nil {
		return h, terms, err
	}
	if terms, err = b.lastTerms(tx); err != nil {
		return h, terms, err
	}
	last, err := tx.LastEvent()
	if err != nil {
		return h, terms, err
	}
	list, err := histories(tx, []store.Account{a}, last)
	if err != nil {
		return h, terms, err
	}
	return list[0], terms, nil
}

func accountNamed(tx store.Tx, name string) (store.Account, error) {
	found, err := tx.Accounts([]string{name})
	if err == nil && len(found) == 0 {
		err = &UnknownAccountError{name}
	}
	if err != nil {
		return store.Account{}, err
	}
	return found[0], nil
}

// Account is an account of the books.
type Account struct {
	Name   string
	Next   cycle.Date // the first day on which something may be billed; the zero Date is none, until something more is recorded
	Recent bool       // the next run looks at it, whatever day it is: mostly since something was recorded of it that no run has looked at
}

// Accounts yields the accounts in the order of their names, from a name on.
func (b *Books) Accounts(ctx context.Context, from string) iter.Seq2[Account, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(Account) error) error {
		return tx.AccountsFrom(from, func(a store.Account) (bool, error) {
			account := Account{Name: a.Name, Next: a.Next}
			if a.Next == dueAtOnce {
				account.Next, account.Recent = cycle.Date{}, true
			}
			return true, yield(account)
		})
	})
}

// errEnough ends a reading that nobody wants more of.
var errEnough = errors.New("enough")

// yielding yields what a function reads from a store, and then its error.
func yielding[T any](ctx context.Context, home store.Store, read func(tx store.Tx, yield func(T) error) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := home.Read(ctx, func(tx store.Tx) error {
			return read(tx, func(one T) error {
				if !yield(one, nil) {
					return errEnough
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errEnough) {
			var none T
			yield(none, err)
		}
	}
}

// chunk is how many accounts are read at once.
const chunk = 200

// inChunks calls f with some accounts after the other, in the order of their names: those named, or all.
func inChunks(tx store.Tx, names []string, f func([]store.Account) error) error {
	if len(names) > 0 {
		for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(names))), chunk) {
			accounts, err := tx.Accounts(part)
			if err != nil {
				return err
			}
			if len(accounts) < len(part) {
				for _, name := range part {
					if !slices.ContainsFunc(accounts, func(a store.Account) bool { return a.Name == name }) {
						return &UnknownAccountError{name}
					}
				}
			}
			slices.SortFunc(accounts, func(a, b store.Account) int { return strings.Compare(a.Name, b.Name) })
			if err := f(accounts); err != nil {
				return err
			}
		}
		return nil
	}
	return inAllChunks(tx, f)
}

// inAllChunks calls f with all accounts, some at a time.
func inAllChunks(tx store.Tx, f func([]store.Account) error) error {
	for from, last := "", ""; ; {
		var accounts []store.Account
		err := tx.AccountsFrom(from, func(a store.Account) (bool, error) {
			if a.Name != last {
				accounts = append(accounts, a)
			}
			return len(accounts) < chunk, nil
		})
		if err != nil || len(accounts) == 0 {
			return err
		}
		if err := f(accounts); err != nil {
			return err
		}
		last = accounts[len(accounts)-1].Name
		from = last
	}
}
