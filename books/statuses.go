package books

import (
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/invoice"
)

// statuses gives issued invoices the statuses that events say they have.
type statuses struct{ biller *account.Biller }

func newStatuses(terms Terms) (statuses, error) {
	biller, err := terms.biller()
	return statuses{biller}, err
}

// set gives the invoices of an account, in the order of their dates, their statuses by its events, of which usage may be missing. Of most
// accounts no event says any, and the invoices stay as they were issued.
func (s statuses) set(events []account.Event, issued []invoice.Invoice) error {
	if len(issued) == 0 || !slices.ContainsFunc(events, setsStatus) {
		return nil
	}
	return s.biller.SetStatuses(events, issued)
}

func setsStatus(e account.Event) bool { return e.Type == account.InvoiceStatusChanged }

// changesOf are the events of accounts by their numbers, but for usage.
func (r *reader) changesOf(tx store.Tx, accounts []int64) (map[int64][]account.Event, error) {
	changes := map[int64][]account.Event{}
	return changes, tx.ChangesOf(accounts, func(row store.Event) error {
		e, err := r.event(&row)
		changes[row.Account] = append(changes[row.Account], e)
		return err
	})
}

// biller bills by the terms.
func (t *Terms) biller() (*account.Biller, error) {
	catalogue, err := invoice.NewCatalogue(t.Packages, invoice.Retail)
	if err != nil {
		return nil, err
	}
	return account.NewBiller(catalogue, t.Policy)
}
