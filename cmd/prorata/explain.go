package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/statement"
)

var explainFormats = []string{"table", "html"}

func newExplain() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "explain --packages FILE [flags] ACCOUNT|NUMBER EVENTS...",
		Short: "Say how the figures of an account or an invoice come about",
		Long: `Explains an account: what happened, and each billing period with what is owed for it, when it
was billed, and how the figure comes about, adjustments included. With the NUMBER of an invoice:
what happened, each of its lines, what was billed for the same before, and what later invoices
did to it. A table has the latest 24 periods, a page all.

Exit status: 0 done; 1 bad input; 2 wrong usage; 3 done, and there are anomalies or far dates.`,
		Example: `  prorata explain juniper-law@example.com --packages testdata/demo/packages.json \
      testdata/demo/events.jsonl
  prorata explain 20251110-hnb5n0vc1pd5b0d9 --packages testdata/demo/packages.json \
      testdata/demo/events.jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return usagef("no account and no number of an invoice, expected one, then the files of events")
			}
			return filesArgs(cmd, args[1:])
		},
		ValidArgsFunction: completeSubject,
		RunE:              func(cmd *cobra.Command, args []string) error { return runExplain(cmd, c, args[0], args[1:]) },
	}
	cmd.Flags().StringVar(&c.format, "format", "table", "`FORMAT` of the output: "+joined(explainFormats)+" (a table by default)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(explainFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	cmd.Flags().String("from", "", "of an account: leave out invoices dated before `DATE`")
	c.billedFlags(cmd)
	return cmd
}

func runExplain(cmd *cobra.Command, c *common, what string, files []string) error {
	if !slices.Contains(explainFormats, c.format) {
		return usageError{names.Unknown("format", c.format, explainFormats)}
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	number, notNumber := invoice.ParseNumber(what)
	if notNumber == nil && !span.Start.IsZero() {
		return usagef("--from with the number of an invoice, expected it with an account")
	}
	if _, err := os.Stat(what); err == nil && notNumber != nil && len(files) > 0 {
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: %s is taken for an account, though there is a file of that name", what))
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	b, err := c.readBilled(cmd, span, files)
	if err != nil {
		return err
	}
	name := what
	if notNumber == nil {
		known := false
		if name, known = b.accountOf(number); !known {
			return b.noInvoice(number, "", nil)
		}
	} else if !b.events.Has(name) {
		return fmt.Errorf("no events of the account %q%s, expected the name of one that has some, or the number of an invoice", names.Clip(name),
			names.Hint(name, b.events.Accounts()))
	}
	var e *statement.Explanation
	err = b.bills(cmd, []string{name}, func(bill *account.Bill) (err error) {
		h := &statement.History{Events: b.events.Of(name), Bill: *bill, Zone: b.policy.TimeZone}
		if notNumber != nil {
			h.Bill.Invoices = slices.DeleteFunc(slices.Clone(bill.Invoices), func(inv invoice.Invoice) bool { return inv.Date.Before(span.Start) })
			e, err = statement.ExplainAccount(h)
			return err
		}
		if e = statement.ExplainInvoice(h, number); e == nil {
			return b.noInvoice(number, name, nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	out := c.newOutput(cmd)
	if c.format == "html" {
		err = e.HTML(out)
	} else {
		err = e.Text(forPeople(out, cmd.OutOrStdout()))
	}
	if err != nil {
		return err
	}
	if err := outfile.Commit(out); err != nil {
		return err
	}
	return (&findings{anomalies: b.anomalies, dates: b.dates}).print(cmd.ErrOrStderr())
}
