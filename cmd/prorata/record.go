package main

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

func newRecord() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "record --store STORE [flags] EVENTS...",
		Short: "Add events to a store, all or none, each once",
		Long: `Adds the events of files to a store: all of them or, where one of them is wrong, none. An event
that is there already is skipped, so it is safe to repeat. The same id with other content is
refused, and the message has the line and the event in the store. Without recorded_at an event
counts as known when it happened; but one that is recorded after an invoice was issued to its
account counts from just after that run, and the next invoice settles it. - is standard input,
and .gz, .zst and Parquet files are read as they are.

` + storeHelp + `

Exit status: 0 recorded; 1 it failed, and nothing was recorded; 2 wrong usage.`,
		Example: `  prorata record --store testdata/books/reseller.db --dry-run testdata/demo/events.jsonl
  prorata record --store books.db --now 2026-04-01T06:00:00Z usage.jsonl`,
		Args: filesArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return runRecord(cmd, c, files) },
	}
	storeFlag(cmd)
	cmd.Flags().Bool("dry-run", false, "record nothing, and say what would be")
	nowFlag(cmd, "record")
	c.usageMapFlag(cmd)
	return cmd
}

func runRecord(cmd *cobra.Command, c *common, files []string) error {
	now, err := nowOf(cmd)
	if err != nil {
		return err
	}
	dry, err := cmd.Flags().GetBool("dry-run")
	if err != nil {
		return err
	}
	verb, open := "recorded", openStore
	if dry {
		verb, open = "would record", readStore
	}
	b, terms, err := openWithTerms(cmd, open)
	if err != nil {
		return err
	}
	defer b.Close()
	done, err := b.Record(cmd.Context(), books.Recording{Events: eventsOf(files, terms.Policy, c.from(cmd)), Now: now.in(terms.Policy.TimeZone), DryRun: dry})
	if wrong := (books.Problems)(nil); errors.As(err, &wrong) {
		return recordProblems(wrong)
	}
	if err != nil {
		return err
	}
	return tellRecorded(cmd, verb, done)
}

// tellRecorded says what became of events that were to be recorded.
func tellRecorded(cmd *cobra.Command, verb string, done books.Recorded) error {
	text := fmt.Sprintf("%s %s", verb, report.Count(done.Events, "event", "events"))
	if done.Later > 0 {
		text += fmt.Sprintf("; %s came after an invoice of the account, and the next one settles it", count(int64(done.Later)))
	}
	if done.Repeated > 0 {
		text += fmt.Sprintf("; %s there already", count(int64(done.Repeated)))
	}
	return tell(cmd.OutOrStdout(), func(w io.Writer) error {
		_, err := fmt.Fprintln(w, text)
		return err
	})
}

// recordProblems lists what was wrong, up to so many of a file.
func recordProblems(wrong books.Problems) error {
	all := &problems{limit: maxProblems}
	for _, err := range wrong {
		file := ""
		if line := (*eventlog.Line)(nil); errors.As(err, &line) {
			err = messages.WithID(line)
		}
		if placed := (*source.ParseError)(nil); errors.As(err, &placed) {
			file = placed.File
			all.add(file, placed)
			continue
		}
		all.add(file, err)
	}
	return all
}

// eventsOf yields the events of files, one after the other.
func eventsOf(files []string, policy invoice.Policy, from infile.From) iter.Seq2[account.Event, error] {
	return func(yield func(account.Event, error) bool) {
		for _, file := range files {
			if !eventsOfFile(from, file, policy, yield) {
				return
			}
		}
	}
}

func eventsOfFile(from infile.From, file string, policy invoice.Policy, yield func(account.Event, error) bool) bool {
	in, err := from.Open(file, infile.Events)
	if err != nil {
		return yield(account.Event{}, err)
	}
	defer in.Close()
	for e, err := range eventlog.Read(in, file, policy) {
		if !yield(e, err) {
			return false
		}
	}
	return true
}
