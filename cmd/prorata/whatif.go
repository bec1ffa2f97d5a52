package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

func newWhatIf() *cobra.Command {
	c, packages := &common{}, ""
	cmd := &cobra.Command{
		Use:   "whatif (--store STORE | --packages FILE EVENTS...) --set KEY=VALUE [flags]",
		Short: "Compare the bills of the same events under another policy or price list",
		Long: `Bills every account twice: with --packages and --policy, and with another price list
(--packages-b), other keys of the policy (--set), or both. It shows both totals of each account,
and the difference. A table leaves out accounts without a difference.

It reads files of events, or a store: then it compares what was issued with what the recorded
events come to with the changed terms, as far as it was final at the last run.
` + storeHelp + `

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and there are
anomalies or far dates to look at.

` + policyHelp(),
		Example: `  prorata whatif --packages testdata/demo/packages.json --set day_count=thirty \
      testdata/demo/events.jsonl
  prorata whatif --packages testdata/demo/packages.json --set timing=advance \
      --set bill_changes=immediately --through 2025-12-31 --format csv testdata/demo/events.jsonl
  prorata whatif --store testdata/books/reseller.db --set timing=advance`,
		Args: storeOrFiles,
		RunE: func(cmd *cobra.Command, files []string) error { return runWhatIf(cmd, c, packages, files) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	cmd.Flags().StringVar(&packages, "packages-b", "", "the other package list, a JSON or XML `FILE`")
	throughFlag(cmd)
	cmd.Flags().String("from", "", "leave out invoices dated before `DATE`")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only the account `NAME` (repeatable)")
	c.priceFlag(cmd)
	c.formatFlags(cmd, listingFormats...)
	c.excelFlag(cmd)
	c.policyFlags(cmd)
	cmd.Flags().Lookup("set").Usage = "what if this key of the policy were another: `KEY=VALUE` (repeatable)"
	return cmd
}

func runWhatIf(cmd *cobra.Command, c *common, packages string, files []string) error {
	format, err := c.chooseFormat(cmd, listingFormats...)
	if err != nil {
		return err
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	settings := c.set
	if len(settings) == 0 && packages == "" {
		return usagef("nothing is to be another, expected --set KEY=VALUE or --packages-b FILE")
	}
	if err := c.checkOutputs(cmd, nil, append(files, packages)...); err != nil {
		return err
	}
	c.set = nil
	asIs, err := c.readBasis(cmd, span, files)
	if err != nil {
		return err
	}
	defer asIs.close()
	whatIf, err := c.otherwise(cmd, asIs, settings, packages)
	if err != nil {
		return err
	}
	d := &differences{currency: asIs.policy.MoneyCurrency(), from: span.Start, through: asIs.span.End, all: format != "table"}
	if err := asIs.sides(cmd, whatIf, d.side(0), d.side(1)); err != nil {
		return err
	}
	l, err := d.listing()
	if err != nil {
		return err
	}
	if err := c.writeListing(cmd, format, l, nil); err != nil {
		return err
	}
	return (&findings{anomalies: asIs.anomalies, dates: asIs.dates}).print(cmd.ErrOrStderr())
}

// otherwise is what is billed, by another policy or other packages.
func (c *common) otherwise(cmd *cobra.Command, asIs *basis, settings []string, packages string) (*basis, error) {
	b := *asIs
	b.anomalies = nil
	for _, setting := range settings {
		key, value, found := strings.Cut(setting, "=")
		if !found {
			return nil, usagef("--set %q, expected KEY=VALUE", setting)
		}
		if key == "currency" {
			return nil, usagef("--set %s: amounts of two currencies have no difference, expected another key", setting)
		}
		if err := b.policy.Set(key, value); err != nil {
			return nil, usagef("--set %s: %w", setting, err)
		}
	}
	if b.store == nil && b.policy.TimeZone.String() != asIs.policy.TimeZone.String() {
		events := *asIs.events
		events.Events = *asIs.events.InTimeZone(b.policy.TimeZone)
		b.events = &events
	}
	if packages == "" {
		return &b, nil
	}
	other := *c
	other.packages = packages
	list, err := invoice.ParsePriceList(c.price)
	if err == nil {
		b.catalogue, err = other.catalogue(b.policy, list, cmd.InOrStdin())
	}
	return &b, err
}

// sumFrom adds up the invoices from a day on that are not canceled.
func sumFrom(invoices []invoice.Invoice, from cycle.Date, currency money.Currency) (sum money.Amount, err error) {
	sum = money.New(0, currency)
	for i := range invoices {
		if inv := &invoices[i]; !inv.Date.Before(from) && inv.Status != invoice.Canceled {
			if sum, err = sum.Add(inv.FinalAmount); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}

// differences are what accounts come to, as it is and otherwise.
type differences struct {
	currency      money.Currency
	from, through cycle.Date
	accounts      []string
	sides         [2][]money.Amount // by account
	all           bool              // accounts without a difference too
}

// side takes the bills of a side.
func (d *differences) side(n int) func(*account.Bill) error {
	return func(bill *account.Bill) error {
		sum, err := sumFrom(bill.Invoices, d.from, d.currency)
		if d.sides[n] = append(d.sides[n], sum); n == 0 {
			d.accounts = append(d.accounts, bill.Account)
		}
		return err
	}
}

// listing is the differences in rows, with their total.
func (d *differences) listing() (*report.Listing, error) {
	l := &report.Listing{Columns: []report.Column{{Name: "account", Head: "ACCOUNT"}, {Name: "as_it_is", Head: "AS IT IS", Kind: report.Amount},
		{Name: "what_if", Head: "WHAT IF", Kind: report.Amount}, {Name: "difference", Head: "DIFFERENCE", Kind: report.Amount}}}
	zero := money.New(0, d.currency)
	asIs, whatIf, differ := zero, zero, 0
	for i, name := range d.accounts {
		before, after := d.sides[0][i], d.sides[1][i]
		difference, err := after.Sub(before)
		if err == nil {
			asIs, err = asIs.Add(before)
		}
		if err == nil {
			whatIf, err = whatIf.Add(after)
		}
		if err != nil {
			return nil, fmt.Errorf("account %q: %w", name, err)
		}
		if !difference.IsZero() {
			differ++
		}
		if d.all || !difference.IsZero() {
			l.Rows = append(l.Rows, []string{name, before.Number(), after.Number(), difference.Number()})
		}
	}
	difference, err := whatIf.Sub(asIs)
	if err != nil {
		return nil, fmt.Errorf("total: %w", err)
	}
	l.Total = []string{"TOTAL", asIs.Number(), whatIf.Number(), difference.Number()}
	dated := "through " + d.through.String()
	if !d.from.IsZero() {
		dated = "from " + d.from.String() + " " + dated
	}
	l.Notes = []string{fmt.Sprintf("%s of %d %s; invoices dated %s, in %s.", report.Count(differ, "account", "accounts"), len(d.accounts),
		plural(differ, "differs", "differ"), dated, d.currency), "The total is of all accounts."}
	return l, nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
