package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/rowevents"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// importStore is the store that rows are recorded in.
type importStore struct {
	*books.Books
	terms books.Terms
	now   time.Time // when, as --now has it or the clock
	given time.Time // --now, the zero time without it
}

// storeToImportTo opens the store of --store; it is nil without that flag, whatever the environment names.
func (c *common) storeToImportTo(cmd *cobra.Command) (*importStore, error) {
	if !cmd.Flags().Changed("store") {
		if cmd.Flags().Changed("now") {
			return nil, usagef("--now without --store, expected the store to record in")
		}
		return nil, nil
	}
	for _, flag := range []string{"output", "policy", "set"} {
		if cmd.Flags().Changed(flag) {
			return nil, usagef("--%s with --store, expected one of the two: the store has its own policy, and nothing is printed but what was recorded", flag)
		}
	}
	asked, err := nowOf(cmd)
	if err != nil {
		return nil, err
	}
	b, terms, err := openWithTerms(cmd, openStore)
	if err != nil {
		return nil, err
	}
	given := asked.in(terms.Policy.TimeZone)
	now := given
	if now.IsZero() {
		now = time.Now().Truncate(time.Second)
	}
	return &importStore{b, terms, now, given}, nil
}

// earlier are the events that the store has of accounts.
func (s *importStore) earlier(ctx context.Context, accounts []string, to *rowevents.Earlier) error {
	for _, name := range accounts {
		events, err := s.EventsOf(ctx, name)
		if unknown := (*books.UnknownAccountError)(nil); errors.As(err, &unknown) {
			continue
		}
		if err != nil {
			return err
		}
		for i := range events {
			events[i].Place = source.Place{File: s.Name()}
			to.Add(events[i])
		}
	}
	return nil
}

// record records events, a line each, and says what became of them.
func (s *importStore) record(cmd *cobra.Command, lines [][]byte, notes []string) error {
	decoder := account.NewDecoder(s.terms.Policy)
	events := make([]account.Event, len(lines))
	for i, line := range lines {
		e, err := decoder.Decode(line, source.Place{})
		if err != nil {
			return err
		}
		events[i] = e
	}
	done, err := s.Record(cmd.Context(), books.Recording{Events: books.Each(events...), Now: s.given})
	if wrong := (books.Problems)(nil); errors.As(err, &wrong) {
		return recordProblems(wrong)
	}
	if err != nil {
		return err
	}
	if err := tellRecorded(cmd, "recorded", done); err != nil {
		return err
	}
	printNotes(cmd.ErrOrStderr(), notes)
	return nil
}

// addPackages adds to the price list of the store.
func (s *importStore) addPackages(cmd *cobra.Command, c *common, packages []invoice.Package, notes []string) error {
	what := books.Adding{Packages: packages, Now: s.given}
	added, err := s.AddTerms(cmd.Context(), what)
	if err != nil {
		return documentError(err)
	}
	if err := c.tellAdded(cmd, &added, &what); err != nil {
		return err
	}
	printNotes(cmd.ErrOrStderr(), notes)
	return nil
}
