package main

import (
	"iter"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/margin"
	"github.com/prorata-go/prorata/invoice"
)

// basis is what a command looks at that reads files of events, or a store: accounts, the terms they are billed by, and in a store what
// was issued.
type basis struct {
	billed
	accounts []string // those asked for; of a store, none are all
	store    *books.Books
	at       time.Time // of the last run of the store
}

// storeOrFiles makes sure that a command reads a store or files of events.
func storeOrFiles(cmd *cobra.Command, files []string) error {
	if !readsStore(cmd, files) {
		if len(files) == 0 {
			return usagef("no files and no store, expected --packages FILE and one or more files, or --store STORE")
		}
		return filesArgs(cmd, files)
	}
	for _, flag := range []string{"packages", "policy"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s with --store, expected one of them: a store has its own", flag)
		}
	}
	if len(files) > 0 {
		return usagef("files with --store, expected one or the other: a store has its own events")
	}
	return nil
}

// readsStore reports that a command reads a store: it is named, or no files are and the environment has one.
func readsStore(cmd *cobra.Command, files []string) bool {
	return cmd.Flags().Changed("store") || len(files) == 0 && !cmd.Flags().Changed("packages") && os.Getenv(storeVariable) != ""
}

// readBasis reads files, or opens a store, which is to be closed. Without a last day it is that of the events, or of the last run.
func (c *common) readBasis(cmd *cobra.Command, span cycle.Period, files []string) (*basis, error) {
	if readsStore(cmd, files) {
		return c.openBasis(cmd, span)
	}
	read, err := c.readBilled(cmd, span, files)
	if err != nil {
		return nil, err
	}
	b := &basis{billed: *read}
	b.accounts, err = c.chosen(b.events, shard{})
	return b, err
}

func (c *common) openBasis(cmd *cobra.Command, span cycle.Period) (*basis, error) {
	list, err := invoice.ParsePriceList(c.price)
	if err != nil {
		return nil, usageError{err}
	}
	store, terms, err := openWithTerms(cmd, readStore)
	if err != nil {
		return nil, err
	}
	b := &basis{billed: billed{policy: terms.Policy, span: span}, accounts: c.accounts, store: store}
	b.catalogue, err = invoice.NewCatalogue(terms.Packages, list)
	var last books.Run
	if err == nil {
		last, err = b.store.Head(cmd.Context())
	}
	if b.at = last.At; b.span.End.IsZero() {
		b.span.End = last.Through
	}
	if err != nil {
		b.close()
	}
	return b, err
}

func (b *basis) close() {
	if b.store != nil {
		b.store.Close() // it was only read
	}
}

// histories yields the events of the accounts, and what was issued to them.
func (b *basis) histories(cmd *cobra.Command) iter.Seq2[books.History, error] {
	if b.store != nil {
		return b.store.Histories(cmd.Context(), b.accounts...)
	}
	return func(yield func(books.History, error) bool) {
		for _, name := range b.accounts {
			if !yield(books.History{Account: name, Events: b.events.Of(name)}, nil) {
				return
			}
		}
	}
}

// sides gives both sides of a comparison to do, account by account or one side after the other: the invoices that were issued, or those that
// the events of files come to, and what the events come to by the terms of another basis. Of a store, that is what was final by its last run.
func (b *basis) sides(cmd *cobra.Command, other *basis, sent, owed func(*account.Bill) error) error {
	if b.store == nil {
		if err := b.bills(cmd, b.accounts, sent); err != nil {
			return err
		}
		return other.bills(cmd, other.accounts, owed)
	}
	biller, err := account.NewBiller(other.catalogue, other.policy)
	if err != nil {
		return err
	}
	return margin.Sides(b.histories(cmd), biller, b.span.End, b.at, sent, owed)
}
