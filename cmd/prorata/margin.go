package main

import (
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/margin"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

func newMargin() *cobra.Command {
	c, by := &common{}, ""
	cmd := &cobra.Command{
		Use:   "margin (--store STORE | --packages FILE EVENTS...) [flags]",
		Short: "Show what the reseller earns: retail less distributor prices",
		Long: `Bills every account twice: with the price and overage of its packages, which end users owe, and
with distributor_price and distributor_overage, which the reseller owes. It shows the difference
by account, by the month of the invoices, or by package (charges without a package have their own
row). Canceled and refunded invoices earn nothing, and their cost remains. A charge
counts on both sides, unless its price_list keeps it to one.

It reads files of events, or a store: then it compares what was issued with what the reseller owes
for the recorded events, as far as it was final at the last run.
` + storeHelp + `

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and there are
anomalies or far dates to look at.

` + policyHelp(),
		Example: `  prorata margin --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata margin --packages testdata/demo/packages.json --by month --from 2026-01-01 \
      testdata/demo/events.jsonl
  prorata margin --store testdata/books/reseller.db --by package`,
		Args: storeOrFiles,
		RunE: func(cmd *cobra.Command, files []string) error { return runMargin(cmd, c, by, files) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	cmd.Flags().StringVar(&by, "by", "account", "add up by `WHAT`: "+joined(margin.By))
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(margin.By, cobra.ShellCompDirectiveNoFileComp))
	throughFlag(cmd)
	cmd.Flags().String("from", "", "leave out invoices dated before `DATE`")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only the account `NAME` (repeatable)")
	c.formatFlags(cmd, listingFormats...)
	c.excelFlag(cmd)
	c.policyFlags(cmd)
	return cmd
}

func runMargin(cmd *cobra.Command, c *common, by string, files []string) error {
	format, err := c.chooseFormat(cmd, listingFormats...)
	if err != nil {
		return err
	}
	if _, err := names.Index("value of --by", by, margin.By); err != nil {
		return usageError{err}
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	c.price = invoice.Retail.String()
	if readsStore(cmd, files) && len(c.set) > 0 {
		return usagef("--set with a store, expected one of them: a store has its own policy")
	}
	retail, err := c.readBasis(cmd, span, files)
	if err != nil {
		return err
	}
	defer retail.close()
	wholesale := *retail
	if wholesale.catalogue, err = retail.catalogue.PricedBy(invoice.Distributor); err != nil {
		return err
	}
	m := margin.New(by, retail.policy.MoneyCurrency())
	if err := retail.sides(cmd, &wholesale, m.Adder(margin.Retail, span.Start), m.Adder(margin.Wholesale, span.Start)); err != nil {
		return err
	}
	l, err := m.Listing(span.Start, retail.span.End)
	if err != nil {
		return err
	}
	if format == "table" && by == "package" && len(l.Rows) > 0 && l.Rows[0][0] == "" {
		l.Rows[0][0] = "(no package)"
	}
	if err := c.writeListing(cmd, format, l, nil); err != nil {
		return err
	}
	return (&findings{anomalies: retail.anomalies, dates: retail.dates}).print(cmd.ErrOrStderr())
}
