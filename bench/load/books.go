package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// made are the books that are measured.
type made struct {
	events, invoices int64
	token            string // that writes
}

const (
	packages = `[{"name":"Gold","price":79.95,"credits":50000,"overage":0.001,"distributor_price":50},
		{"name":"Starter","price":9.95,"credits":10000,"overage":0.001,"distributor_price":6.5}]`
	usageOfMonth = 4
	tokenName    = "load"
)

func nameOf(i int) string { return fmt.Sprintf("customer-%07d@example.com", i) }

// makeBooks makes the books, or opens those that are there, with a new token.
func makeBooks(ctx context.Context, o *options, say func(string, ...any)) (m *made, err error) {
	now := time.Now().UTC()
	m = &made{}
	var b *books.Books
	if _, err := os.Stat(o.keep); err == nil {
		if b, err = books.Open(ctx, o.keep); err != nil {
			return nil, err
		}
	} else if b, err = fill(ctx, o, now, say); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if _, m.events, err = b.Since(ctx, 1<<62); err != nil {
		return nil, err
	}
	runs, err := b.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		m.invoices += runs[i].Invoices
	}
	m.token, err = b.AddToken(ctx, fmt.Sprintf("%s-%d", tokenName, now.UnixNano()), true, now)
	return m, err
}

// fill makes the books: accounts are created on the days of a month, use credits in each month, and are billed in each, up to now.
func fill(ctx context.Context, o *options, now time.Time, say func(string, ...any)) (b *books.Books, err error) {
	list, err := invoice.ParsePackages("packages.json", []byte(packages), money.USD)
	if err != nil {
		return nil, err
	}
	start := now.AddDate(0, -o.months-1, 0)
	if b, err = books.Create(ctx, o.keep, books.New{Packages: list, Now: start}); err != nil {
		return nil, err
	}
	for month := range o.months + 1 {
		at := start.AddDate(0, month+1, 0)
		if month == o.months {
			at = now
		}
		if _, err = b.Record(ctx, books.Recording{Events: monthOf(o, start, at, month), Now: at}); err != nil {
			break
		}
		var issued books.Issued
		if issued, err = b.Issue(ctx, books.Issuing{Now: at}); err != nil {
			break
		}
		say("month %d of %d: %d invoices", month+1, o.months+1, issued.Run.Invoices)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// monthOf yields what happens in a month after the start, up to an instant.
func monthOf(o *options, start, through time.Time, month int) iter.Seq2[account.Event, error] {
	return func(yield func(account.Event, error) bool) {
		for i := range o.accounts {
			created := start.AddDate(0, 0, i%28).Add(time.Hour)
			send := func(e account.Event) bool {
				e.ID, e.Account = fmt.Sprintf("%s-%d-%d-%d", e.ID, i, month, e.At.Unix()), nameOf(i)
				return e.At.After(through) || yield(e, nil)
			}
			if month == 0 && !send(account.Event{ID: "create", Type: account.Created, At: created, Package: []string{"Gold", "Starter"}[i%2]}) {
				return
			}
			if month == 1 && i%5 == 0 && !send(account.Event{ID: "change", Type: account.PackageChanged, At: created.AddDate(0, 1, 9), Package: []string{"Starter", "Gold"}[i%2]}) {
				return
			}
			for u := range usageOfMonth {
				at := created.AddDate(0, month, u).Add(time.Duration(u) * time.Hour)
				if !send(account.Event{ID: "use", Type: account.UsageRecorded, At: at, Credits: int64(1000 + i%4000)}) {
					return
				}
			}
		}
	}
}
