package books

import (
	"context"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Run is a run of billing.
type Run struct {
	Number   int64      // from 1 on
	Through  cycle.Date // invoices dated up to this day were issued
	At       time.Time  // that were final by this instant
	Events   int64      // of the events recorded by then, the last
	Terms    int64      // the number of the terms it billed by
	Invoices int64      // how many it issued
	Total    money.Amount
	Before   string // the seal of the run before, empty for the first
	Seal     string
}

// Runs are all runs, in order.
func (b *Books) Runs(ctx context.Context) (runs []Run, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		rows, err := tx.Runs()
		if err != nil {
			return err
		}
		runs = make([]Run, len(rows))
		for i := range rows {
			if runs[i], err = readRun(&rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return runs, err
}

// Head is the last run, whose seal stands for everything that was issued; the zero Run where there was none.
func (b *Books) Head(ctx context.Context) (run Run, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		row, err := tx.LastRun()
		if err != nil || row.Number == 0 {
			return err
		}
		run, err = readRun(&row)
		return err
	})
	return run, err
}

func readRun(row *store.Run) (Run, error) {
	run := Run{Number: row.Number, Through: row.Through, At: row.At, Events: row.Events, Terms: row.Terms, Invoices: row.Invoices, Before: row.Before, Seal: row.Seal}
	var err error
	if run.Total, err = money.Parse(row.Total); err != nil {
		return run, fmt.Errorf("run %d: total: %w", row.Number, err)
	}
	return run, nil
}

// instantText is an instant as texts have it.
func instantText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
