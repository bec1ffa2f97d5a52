package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

// billed is what the events of files are billed by, to look at some of the invoices.
type billed struct {
	events    *reading
	policy    invoice.Policy
	catalogue invoice.Catalogue
	span      cycle.Period // inclusive
	dates     messages.FarDates
	anomalies []account.Anomaly
}

// billedFlags are those that say what to bill and by which terms.
func (c *common) billedFlags(cmd *cobra.Command) {
	c.packagesFlag(cmd)
	throughFlag(cmd)
	c.priceFlag(cmd)
	c.policyFlags(cmd)
}

func throughFlag(cmd *cobra.Command) {
	cmd.Flags().String("through", "", "bill through `DATE` (default the latest at of all events, but for a few far from all others)")
}

func (c *common) priceFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.price, "price", "retail", "bill by the `PRICE` retail or distributor")
	_ = cmd.RegisterFlagCompletionFunc("price", cobra.FixedCompletions([]string{"retail", "distributor"}, cobra.ShellCompDirectiveNoFileComp))
}

// basisOf is what files, or a store, have of invoices. It is to be closed.
func (c *common) basisOf(cmd *cobra.Command, span cycle.Period, files []string) (*basis, error) {
	if readsStore(cmd, files) {
		if err := ownTerms(cmd); err != nil {
			return nil, err
		}
		return c.openBasis(cmd, span)
	}
	b, err := c.readBilled(cmd, span, files)
	if err != nil {
		return nil, err
	}
	return &basis{billed: *b}, nil
}

// readBilled reads what invoices are made of.
func (c *common) readBilled(cmd *cobra.Command, span cycle.Period, files []string) (*billed, error) {
	if err := required(cmd, "packages"); err != nil {
		return nil, err
	}
	b := &billed{span: span}
	list, err := invoice.ParsePriceList(c.price)
	if err != nil {
		return nil, usageError{err}
	}
	if b.policy, err = c.policy(cmd.InOrStdin()); err != nil {
		return nil, err
	}
	if b.catalogue, err = c.catalogue(b.policy, list, cmd.InOrStdin()); err != nil {
		return nil, err
	}
	if b.events, err = readEvents(cmd.Context(), files, c.loading(b.policy, shard{}, nil), c.from(cmd), nil); err != nil {
		return nil, err
	}
	b.dates = c.farDatesOf(b.events, b.events.Accounts(), b.policy)
	if b.span.End.IsZero() {
		b.span.End, b.dates.Through = b.dates.Last, b.dates.Last
	}
	return b, nil
}

// bills bills some accounts, in order, and gives each bill to do.
func (b *billed) bills(cmd *cobra.Command, accounts []string, do func(*account.Bill) error) error {
	what := eventlog.Billing{Accounts: accounts, Catalogue: b.catalogue, Policy: b.policy, Through: b.span.End}
	for bill, err := range b.events.Replay(cmd.Context(), what) {
		if err != nil {
			return err
		}
		b.anomalies = append(b.anomalies, bill.Anomalies...)
		if err := do(&bill); err != nil {
			return err
		}
	}
	return nil
}

// accountOf is the account that has an invoice of that number, or would have one on its day.
func (b *billed) accountOf(number invoice.Number) (string, bool) {
	text := number.String()
	for _, name := range b.events.Accounts() {
		if _, own := invoice.NumbersOf(name).Day(text); own {
			return name, true
		}
	}
	return "", false
}

// noInvoice is the error of a number that no invoice has.
func (b *billed) noInvoice(number invoice.Number, name string, numbers []string) error {
	if name == "" {
		return fmt.Errorf("no account of the events has an invoice %s, expected a number that replay prints", number)
	}
	return fmt.Errorf("the account %q has no invoice %s through %s%s, expected a number that replay prints", names.Clip(name), number, b.span.End,
		names.Hint(number.String(), numbers))
}

// splitNumbers parts arguments that are numbers of invoices from those that are names of files.
func splitNumbers(args []string) (numbers []invoice.Number, files []string) {
	for _, arg := range args {
		if n, err := invoice.ParseNumber(arg); err == nil && arg != "" {
			numbers = append(numbers, n)
		} else {
			files = append(files, arg)
		}
	}
	return numbers, files
}
