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
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

func newExport() *cobra.Command {
	c, nanoseconds := &common{}, false
	cmd := &cobra.Command{
		Use:   "export [usage] [flags] [EVENTS...]",
		Short: "Write all that a store holds as JSON lines, or usage as Parquet",
		Long: `Writes everything that a store holds at one instant, one JSON object a line: price lists and
policies, accounts, runs, events, invoices, reconciliations; but no tokens. load makes a store of
either kind from it, in which verify finds the same. Use it to copy a store that is in use,
or to move it.

export usage writes the usage of a store, or of event files, as Parquet for a data lake, from
which replay and the others read it again: an event a row, as it is written, with a plain date
in a column apart from instants. Other events are left out, and counted in a message; to bill,
they are needed too. Of a store, each plain date is the start of that day in its time zone.

` + storeHelp + `

Exit status: 0 done; 1 it failed, and no file was written; 2 wrong usage.`,
		Example: `  prorata export --store testdata/books/reseller.db
  prorata export --store testdata/books/reseller.db | gzip > reseller.jsonl.gz
  prorata export usage --store testdata/books/reseller.db > reseller.parquet
  prorata export usage testdata/demo/events.jsonl > usage.parquet`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return []string{"usage"}, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if _, err := names.Index("export", args[0], []string{"usage"}); err != nil {
				return usageError{err}
			}
			return oneStdin(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return runExport(cmd, c)
			}
			return runExportUsage(cmd, c, nanoseconds, args[1:])
		},
	}
	storeFlag(cmd)
	cmd.Flags().BoolVar(&nanoseconds, "nanoseconds", false, "usage: write instants in nanoseconds, which not every program reads, instead of microseconds")
	c.usageMapFlag(cmd)
	c.policyFlags(cmd)
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	return cmd
}

func runExport(cmd *cobra.Command, c *common) error {
	for _, flag := range []string{"nanoseconds", "map", "policy", "set"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s without usage, expected export usage", flag)
		}
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	b, err := readStore(cmd)
	if err != nil {
		return err
	}
	defer b.Close()
	return c.writeLarge(cmd, func(w io.Writer) error { return b.Export(cmd.Context(), w) })
}

func runExportUsage(cmd *cobra.Command, c *common, nanoseconds bool, files []string) error {
	if err := c.refuseTerminal(cmd, "parquet"); err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	var events iter.Seq2[eventlog.Written, error]
	if len(files) == 0 {
		for _, flag := range []string{"map", "policy", "set"} {
			if cmd.Flags().Changed(flag) {
				return usagef("--%s with a store, expected one of them: the store has its own policy and no files", flag)
			}
		}
		b, terms, err := openWithTerms(cmd, readStore)
		if err != nil {
			return err
		}
		defer b.Close()
		events = writtenInStore(cmd, b, terms.Policy)
	} else {
		if cmd.Flags().Changed("store") {
			return usagef("--store with files, expected one of them: where the usage is")
		}
		policy, err := c.policy(cmd.InOrStdin())
		if err != nil {
			return err
		}
		events = writtenInFiles(files, policy, c.from(cmd))
	}
	return c.exportUsage(cmd, nanoseconds, events)
}

// writtenInFiles are the events of files, one after the other.
func writtenInFiles(files []string, policy invoice.Policy, from infile.From) iter.Seq2[eventlog.Written, error] {
	return func(yield func(eventlog.Written, error) bool) {
		for _, file := range files {
			in, err := from.Open(file, infile.Events)
			if err != nil {
				if !yield(eventlog.Written{}, err) {
					return
				}
				continue
			}
			for e, err := range eventlog.ReadWritten(in, file, policy) {
				if !yield(e, err) {
					in.Close()
					return
				}
			}
			in.Close()
		}
	}
}

// writtenInStore are the events of a store, in the order of recording and as they were recorded: what counts as known later than its
// recorded_at says is there already when it is recorded again.
func writtenInStore(cmd *cobra.Command, b *books.Books, policy invoice.Policy) iter.Seq2[eventlog.Written, error] {
	decoder := eventlog.NewDecoder(policy)
	return func(yield func(eventlog.Written, error) bool) {
		for kept, err := range b.Events(cmd.Context(), "") {
			var e account.Event
			if err == nil {
				if e, err = decoder.Decode(kept.Body, source.Place{}); err != nil {
					err = fmt.Errorf("event %d of the store: %w", kept.Seq, err)
				}
			}
			if !yield(eventlog.Written{Event: e}, err) {
				return
			}
		}
	}
}

// exportUsage writes the usage among events. All that is wrong with them is one error.
func (c *common) exportUsage(cmd *cobra.Command, nanoseconds bool, events iter.Seq2[eventlog.Written, error]) error {
	usage, others := 0, 0
	err := c.writeLarge(cmd, func(w io.Writer) (err error) {
		usage, others, err = writeUsage(formats.NewUsageWriter(w, nanoseconds), events)
		return err
	})
	if err != nil {
		return err
	}
	if usage == 0 {
		printLine(cmd.ErrOrStderr(), "prorata: no usage: there are no such events")
	}
	if others > 0 {
		printLine(cmd.ErrOrStderr(), "prorata: "+report.Count(others, "event that is no usage", "events that are no usage")+" left out: to bill, "+either(others == 1, "it is", "they are")+" needed too")
	}
	return nil
}

// writeUsage writes the usage among events, and counts it and the others.
func writeUsage(w *formats.UsageWriter, events iter.Seq2[eventlog.Written, error]) (usage, others int, err error) {
	wrong := &problems{limit: maxProblems}
	for e, err := range events {
		switch {
		case err != nil:
		case e.Type != account.UsageRecorded:
			others++
		default:
			usage++
			err = w.Write(&e)
		}
		if err == nil {
			continue
		}
		placed, line := (*source.ParseError)(nil), (*eventlog.Line)(nil)
		if !errors.As(err, &placed) {
			return usage, others, err
		}
		if errors.As(err, &line) {
			err = messages.WithID(line)
		}
		if !wrong.add(placed.File, err) {
			break
		}
	}
	if err := wrong.err(); err != nil {
		return usage, others, err
	}
	return usage, others, w.Close()
}
