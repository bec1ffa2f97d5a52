package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// storeVariable names the store where --store does not.
const storeVariable = "PRORATA_STORE"

// storeHelp says what a store is, for a help text.
const storeHelp = `The store is a file (books.db, or sqlite:FILE) or a PostgreSQL database (postgres://…). Without
--store it is the one named by PRORATA_STORE.`

func storeFlag(cmd *cobra.Command) {
	cmd.Flags().String("store", "", "the `STORE`: FILE.db, sqlite:FILE or postgres://… (default $"+storeVariable+")")
}

func nowFlag(cmd *cobra.Command, what string) {
	cmd.Flags().String("now", "", what+" at `INSTANT`, such as 2026-03-01T06:00:00Z, or at the start of a date (default the clock's)")
}

// storeName is --store, or what the environment says.
func storeName(cmd *cobra.Command) (string, error) {
	name, err := cmd.Flags().GetString("store")
	if err != nil || name != "" {
		return name, err
	}
	if name = os.Getenv(storeVariable); name == "" {
		return "", usagef("--store is missing, expected --store STORE, or %s in the environment", storeVariable)
	}
	return name, nil
}

// openStore opens the store to record and to bill, readStore to read only.
func openStore(cmd *cobra.Command) (*books.Books, error) { return openBooks(cmd, books.Open) }
func readStore(cmd *cobra.Command) (*books.Books, error) { return openBooks(cmd, books.OpenReader) }

func openBooks(cmd *cobra.Command, open func(context.Context, string) (*books.Books, error)) (*books.Books, error) {
	name, err := storeName(cmd)
	if err != nil {
		return nil, err
	}
	b, err := open(cmd.Context(), name)
	if errors.Is(err, store.ErrMissing) {
		return nil, fmt.Errorf("%w; prorata init --store %s --packages FILE makes one", err, books.Shown(name))
	}
	return b, err
}

// openWithTerms opens the store, by openStore or readStore, and reads the terms that it bills by.
func openWithTerms(cmd *cobra.Command, open func(*cobra.Command) (*books.Books, error)) (*books.Books, books.Terms, error) {
	b, err := open(cmd)
	if err != nil {
		return nil, books.Terms{}, err
	}
	terms, err := b.Terms(cmd.Context())
	if err != nil {
		b.Close()
		return nil, books.Terms{}, err
	}
	return b, terms, nil
}

// moment is an instant, or the day that starts at one.
type moment struct {
	at  time.Time
	day cycle.Date
}

// in is the instant, where days are those of a time zone; the zero time when none was given.
func (m moment) in(zone *time.Location) time.Time {
	if m.day.IsZero() {
		return m.at
	}
	return m.day.Start(zone)
}

// nowOf reads --now.
func nowOf(cmd *cobra.Command) (m moment, err error) {
	text, err := cmd.Flags().GetString("now")
	if err != nil || !cmd.Flags().Changed("now") {
		return m, err
	}
	if m.day, err = cycle.ParseDate(text); err == nil {
		return m, nil
	}
	if m.at, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return m, usagef("--now %q, expected a date such as 2026-03-01, or an instant with seconds and an offset, such as 2026-03-01T06:00:00Z", text)
	}
	return m, nil
}

// issuedWriter writes invoices, and sums them up.
type issuedWriter struct {
	out      io.Writer
	format   *formats.Format
	lines    bool
	writer   formats.Stream
	buffer   []byte
	gathered []invoice.Invoice
	summary  report.Summary
	account  string
	days     statusDays
}

// newIssuedWriter begins to write.
func newIssuedWriter(cmd *cobra.Command, out io.Writer, format string, lines bool, policy invoice.Policy, b *books.Books) *issuedWriter {
	w := &issuedWriter{out: out, format: formats.Find(format, lines), lines: lines}
	w.days = statusDays{zone: policy.TimeZone, eventsOf: func(name string) ([]account.Event, error) { return b.EventsOf(cmd.Context(), name) }}
	w.summary.Total = money.New(0, policy.MoneyCurrency())
	if w.format.Append != nil {
		w.writer = w.format.Stream(w.out, policy.MoneyCurrency())
	}
	return w
}

func (w *issuedWriter) add(inv *invoice.Invoice) (err error) {
	if w.summary.Invoices == 0 || inv.Account != w.account {
		w.summary.Accounts++
		w.account = inv.Account
	}
	w.summary.Invoices++
	if inv.Status == invoice.Canceled {
		w.summary.Canceled++
	} else if w.summary.Total, err = w.summary.Total.Add(inv.FinalAmount); err != nil {
		return fmt.Errorf("total of all invoices: %w", err)
	}
	if w.writer == nil {
		w.gathered = append(w.gathered, *inv)
		return nil
	}
	w.buffer = w.format.Append(w.buffer[:0], []invoice.Invoice{*inv})
	return w.writer.WriteAll(w.buffer)
}

// addAll adds invoices.
func (w *issuedWriter) addAll(invoices iter.Seq2[invoice.Invoice, error]) error {
	for inv, err := range invoices {
		if err == nil {
			err = w.add(&inv)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addSome adds the invoices of an account.
func (w *issuedWriter) addSome(invoices []invoice.Invoice) error {
	for i := range invoices {
		if err := w.add(&invoices[i]); err != nil {
			return err
		}
	}
	return nil
}

// end writes what comes after the last.
func (w *issuedWriter) end(through cycle.Date) error {
	w.summary.Through = through
	if w.writer != nil {
		return w.writer.Close()
	}
	err := w.format.Write(w.out, &formats.All{Invoices: w.gathered, Summary: w.summary, Lines: w.lines, Changed: w.days.of, Zone: w.days.zone})
	return cmp.Or(err, w.days.err)
}
