package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/statement"
)

var explainFormats = []string{"table", "html"}

func newExplain() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "explain (--store STORE | --packages FILE EVENTS...) [flags] ACCOUNT|NUMBER",
		Short: "Say how the figures of an account or an invoice come about",
		Long: `Explains an account: what happened, and each billing period with what is owed for it, when it
was billed, and how the figure comes about, adjustments included. With the NUMBER of an invoice:
what happened, each of its lines, what was billed before for the same thing, and what later
invoices changed of it. A table has the latest 24 periods, a page has all. From a store, the
invoices are those that were issued.

` + storeHelp + `

Exit status: 0 done; 1 bad input; 2 wrong usage; 3 done, and there are anomalies or far dates.`,
		Example: `  prorata explain juniper-law@example.com --packages testdata/demo/packages.json \
      testdata/demo/events.jsonl
  prorata explain willow-vets@example.com --store testdata/books/reseller.db
  prorata explain 20251110-hnb5n0vc1pd5b0d9 --packages testdata/demo/packages.json \
      testdata/demo/events.jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return usagef("no account and no number of an invoice, expected one, then the files of events")
			}
			return storeOrFiles(cmd, args[1:])
		},
		ValidArgsFunction: completeSubject,
		RunE:              func(cmd *cobra.Command, args []string) error { return runExplain(cmd, c, args[0], args[1:]) },
	}
	cmd.Flags().StringVar(&c.format, "format", "table", "`FORMAT` of the output: "+joined(explainFormats)+" (a table by default)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(explainFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	cmd.Flags().String("from", "", "of an account: leave out invoices dated before `DATE`")
	storeFlag(cmd)
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
	_, notNumber := invoice.ParseNumber(what)
	if notNumber == nil && !span.Start.IsZero() {
		return usagef("--from with the number of an invoice, expected it with an account")
	}
	if _, err := os.Stat(what); err == nil && notNumber != nil && len(files) > 0 {
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: %s is taken for an account, though there is a file of that name", what))
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	b, err := c.basisOf(cmd, span, files)
	if err != nil {
		return err
	}
	defer b.close()
	e, err := b.explain(cmd, what)
	if err != nil {
		return err
	}
	write := e.Text
	if c.format == "html" {
		write = e.HTML
	}
	if err := c.writeOutput(cmd, write); err != nil {
		return err
	}
	return (&findings{anomalies: b.anomalies, dates: b.dates}).print(cmd.ErrOrStderr())
}

// explain explains an account or an invoice.
func (b *basis) explain(cmd *cobra.Command, what string) (*statement.Explanation, error) {
	number, notNumber := invoice.ParseNumber(what)
	h, err := b.historyOf(cmd, what, number, notNumber == nil)
	if err != nil {
		return nil, err
	}
	if notNumber != nil {
		h.Bill.Invoices = slices.DeleteFunc(slices.Clone(h.Bill.Invoices), func(inv invoice.Invoice) bool { return inv.Date.Before(b.span.Start) })
		return statement.ExplainAccount(h)
	}
	e := statement.ExplainInvoice(h, number)
	if e == nil {
		return nil, b.noInvoice(number, h.Bill.Account, nil)
	}
	return e, nil
}

// historyOf is what happened to the account of that name, or of the invoice of that number, and its invoices.
func (b *basis) historyOf(cmd *cobra.Command, name string, number invoice.Number, isNumber bool) (h *statement.History, err error) {
	if b.store != nil {
		if isNumber {
			if name, err = b.issuedAccount(cmd, number); err != nil {
				return nil, err
			}
		}
		return b.issuedHistory(cmd, name)
	}
	if isNumber {
		known := false
		if name, known = b.accountOf(number); !known {
			return nil, b.noInvoice(number, "", nil)
		}
	} else if !b.events.Has(name) {
		return nil, fmt.Errorf("no events of the account %q%s, expected the name of one that has some, or the number of an invoice", names.Clip(name),
			names.Hint(name, b.events.Accounts()))
	}
	err = b.bills(cmd, []string{name}, func(bill *account.Bill) error {
		h = &statement.History{Events: b.events.Of(name), Bill: *bill, Zone: b.policy.TimeZone}
		return nil
	})
	return h, err
}
