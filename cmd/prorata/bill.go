package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

func newBill() *cobra.Command {
	c := &common{}
	lines := false
	cmd := &cobra.Command{
		Use:   "bill --store STORE [flags]",
		Short: "Issue and print the invoices that are new and final",
		Long: `Issues what is due: the invoices that are dated up to a day, are final by now, and were not issued
before. All of them are issued or none, as one run, and then printed. What was issued stands;
what is recorded later comes as an adjustment on the next invoice. It may run as often
as you like, be interrupted, and run on several machines at once: nothing is issued twice.

Each run ends with a seal over everything that was ever issued, the head, which it prints.
Keep it elsewhere: with it, verify --head can tell whether runs at the end are missing.

` + storeHelp + `

Exit status: 0 done; 1 it failed, and nothing was issued, or what was issued could not be
printed, which the message says; 2 wrong usage; 3 done, and there are anomalies among the events
recorded since a run last looked at their account.`,
		Example: `  prorata bill --store testdata/books/reseller.db --dry-run --now 2026-04-11T06:00:00Z
  prorata bill --store books.db --format csv > today.csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBill(cmd, c, lines) },
	}
	storeFlag(cmd)
	cmd.Flags().String("through", "", "issue invoices dated up to `DATE` (default today, in the policy's time zone)")
	nowFlag(cmd, "issue what is final")
	cmd.Flags().Bool("dry-run", false, "issue nothing, and print what would be")
	linesFlag(cmd, &lines)
	c.formatFlags(cmd, replayFormats...)
	return cmd
}

func linesFlag(cmd *cobra.Command, lines *bool) {
	cmd.Flags().BoolVar(lines, "lines", false, "in a table, also the lines of each invoice and what explains them; in csv and parquet, a row a line")
}

func runBill(cmd *cobra.Command, c *common, lines bool) error {
	format, err := c.chooseFormat(cmd, replayFormats...)
	if err != nil {
		return err
	}
	var what books.Issuing
	if what.Through, err = dateFlag(cmd, "through"); err != nil {
		return err
	}
	now, err := nowOf(cmd)
	if err != nil {
		return err
	}
	if what.DryRun, err = cmd.Flags().GetBool("dry-run"); err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	open := openStore
	if what.DryRun {
		open = readStore
	}
	b, terms, err := openWithTerms(cmd, open)
	if err != nil {
		return err
	}
	defer b.Close()
	what.Now = now.in(terms.Policy.TimeZone)
	var issued *books.Issued // nil until it is done
	err = c.writeLarge(cmd, func(out io.Writer) error {
		w := newIssuedWriter(cmd, out, format, lines, terms.Policy, b)
		what.Each = w.addSome
		done, err := b.Issue(cmd.Context(), what)
		if err != nil {
			return err
		}
		issued = &done
		w.summary.Anomalies = len(issued.Anomalies)
		return w.end(issued.Run.Through)
	})
	if err != nil && issued != nil && !what.DryRun {
		// Not wrapped, so that it is said where nobody reads what is printed, too.
		return fmt.Errorf("run %d issued %s, and printing them failed: %v; prorata invoices --run %d prints them", issued.Run.Number,
			report.Count(int(issued.Run.Invoices), "invoice", "invoices"), err, issued.Run.Number)
	}
	if err != nil {
		return err
	}
	if at := issued.Run.At; what.Now.IsZero() && at.After(time.Now()) {
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: the clock is before the last run, of %s: until it is not, runs are of that instant", at.Format(time.RFC3339)))
	}
	tellRun(cmd, issued, what.DryRun)
	for i := range issued.Anomalies {
		printLine(cmd.ErrOrStderr(), "prorata: "+issued.Anomalies[i].String())
	}
	if len(issued.Anomalies) > 0 {
		return errFindings
	}
	return nil
}

// tellRun says what a run came to, and its head.
func tellRun(cmd *cobra.Command, issued *books.Issued, dry bool) {
	run := &issued.Run
	text := fmt.Sprintf("run %d issued", run.Number)
	if dry {
		text = "a run would issue"
	}
	text = fmt.Sprintf("prorata: %s %s, total %s, looking at %s", text, report.Count(int(run.Invoices), "invoice", "invoices"), run.Total.Display(),
		report.Count(issued.Accounts, "account", "accounts"))
	if !dry {
		text += "; head " + run.Seal
	}
	printLine(cmd.ErrOrStderr(), text)
}

func newInvoices() *cobra.Command {
	c := &common{}
	lines := false
	cmd := &cobra.Command{
		Use:   "invoices --store STORE [flags]",
		Short: "Print the invoices that were issued",
		Long: `Prints issued invoices by account, then date: all, or those that the flags ask for. They are as
they were issued, except for the status, which is the present one.

` + storeHelp + `

Exit status: 0 done; 1 it failed; 2 wrong usage.`,
		Example: `  prorata invoices --store testdata/books/reseller.db --from 2026-03-01
  prorata invoices --store testdata/books/reseller.db --status unpaid --format table --lines`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runInvoices(cmd, c, lines) },
	}
	storeFlag(cmd)
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only of the account `NAME` (repeatable)")
	cmd.Flags().String("number", "", "only the one with the number `NUMBER`")
	statuses := []string{"paid", "unpaid", "refunded", "deferred", "canceled"}
	cmd.Flags().String("status", "", "only those that are now `STATUS`: "+joined(statuses))
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().String("from", "", "only those dated `DATE` or later")
	cmd.Flags().String("through", "", "only those dated `DATE` or earlier")
	cmd.Flags().Int64("run", 0, "only those that run `N` issued")
	linesFlag(cmd, &lines)
	c.formatFlags(cmd, replayFormats...)
	return cmd
}

func runInvoices(cmd *cobra.Command, c *common, lines bool) error {
	format, err := c.chooseFormat(cmd, replayFormats...)
	if err != nil {
		return err
	}
	which, err := whichInvoices(cmd, c)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	b, terms, err := openWithTerms(cmd, readStore)
	if err != nil {
		return err
	}
	defer b.Close()
	written := 0
	err = c.writeLarge(cmd, func(out io.Writer) error {
		w := newIssuedWriter(cmd, out, format, lines, terms.Policy, b)
		if err := w.addAll(b.Invoices(cmd.Context(), which)); err != nil {
			return err
		}
		written = w.summary.Invoices
		return w.end(which.Through)
	})
	if err != nil {
		return err
	}
	if written == 0 {
		printLine(cmd.ErrOrStderr(), "prorata: no invoices: none was issued that is asked for")
	}
	return nil
}

func whichInvoices(cmd *cobra.Command, c *common) (which books.Which, err error) {
	span, err := billSpan(cmd)
	if err != nil {
		return which, err
	}
	number, err := cmd.Flags().GetString("number")
	if err != nil {
		return which, err
	}
	if _, err := invoice.ParseNumber(number); err != nil {
		return which, usagef("--number: %w", err)
	}
	which = books.Which{Accounts: c.accounts, Number: number, From: span.Start, Through: span.End}
	if which.Run, err = cmd.Flags().GetInt64("run"); err != nil {
		return which, err
	}
	if cmd.Flags().Changed("run") && which.Run < 1 {
		return which, usagef("--run %d, expected 1 or more", which.Run)
	}
	alone := 0
	for _, flag := range []string{"account", "number", "run"} {
		if cmd.Flags().Changed(flag) {
			alone++
		}
	}
	if alone > 1 {
		return which, usagef("--account, --number and --run exclude each other, expected one of them")
	}
	text, err := cmd.Flags().GetString("status")
	if err != nil || text == "" {
		return which, err
	}
	status, err := invoice.ParseStatus(text)
	if err != nil {
		return which, usageError{err}
	}
	which.Status = &status
	return which, nil
}
