// Package demo makes the books of the demonstration: two years of a reseller's accounts, billed month by month.
package demo

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	files "github.com/prorata-go/prorata/testdata/demo"
	month "github.com/prorata-go/prorata/testdata/reconcile"
)

// Now is when the demonstration takes place: its last events are of the day before.
var Now = time.Date(2026, 2, 28, 9, 0, 0, 0, time.UTC)

// morning is when its reseller bills, on the first of each month.
const morning = 6 * time.Hour

// Books makes the books of the demonstration in a new store of a name. What happened in a month is recorded at its end, and billed
// then; the last month is recorded and not yet billed.
func Books(ctx context.Context, name string) (b *books.Books, err error) {
	packages, err := invoice.ParsePackages("packages.json", files.Packages, money.USD)
	if err != nil {
		return nil, err
	}
	var events []account.Event
	for e, err := range eventlog.Read(bytes.NewReader(files.Events), "events.jsonl", invoice.Policy{}) {
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	first := Now
	for i := range events {
		if events[i].Known().Before(first) {
			first = events[i].Known()
		}
	}
	b, err = books.Create(ctx, name, books.New{Packages: packages, Now: first})
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, b, events, first); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Reconcile compares a month of the Distributor's invoices with the books of the demonstration, so that there is one reconciliation to look at.
func Reconcile(ctx context.Context, b *books.Books) error {
	_, err := reconciling.OfBooks(ctx, b, reconciling.Asked{
		Documents: []reconciling.File{{Name: "november.json", Data: month.Invoices}}, DisputeDays: 60, By: "demo", At: Now.Add(-time.Hour),
	})
	return err
}

// fill records and bills month by month.
func fill(ctx context.Context, b *books.Books, events []account.Event, first time.Time) error {
	at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC).Add(morning)
	for at.Before(Now) {
		last := at
		if at = at.AddDate(0, 1, 0); at.After(Now) {
			at = Now
		}
		if _, err := b.Record(ctx, books.Recording{Events: books.Each(known(events, last, at)...), Now: at}); err != nil {
			return err
		}
		if at == Now {
			break
		}
		if _, err := b.Issue(ctx, books.Issuing{Now: at}); err != nil {
			return err
		}
	}
	return nil
}

// known are the events that became known after an instant, and by another; before the first month nothing was.
func known(events []account.Event, after, by time.Time) (list []account.Event) {
	for i := range events {
		if k := events[i].Known(); k.After(after) && !k.After(by) {
			list = append(list, events[i])
		}
	}
	return list
}
