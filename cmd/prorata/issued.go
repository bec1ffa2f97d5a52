package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// ownTerms makes sure that what was issued is not asked for on other terms.
func ownTerms(cmd *cobra.Command) error {
	for _, flag := range []string{"price", "set"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s with a store, expected one of them: what was issued stands", flag)
		}
	}
	return nil
}

// issued takes the invoices that were issued: those of some numbers, in that order, or all that are asked for by account and date.
func (w *invoiceWriter) issued(cmd *cobra.Command, c *common, b *basis, numbers []invoice.Number) error {
	if len(numbers) == 0 {
		return w.issuedTo(cmd, b, c.accounts, func(inv *invoice.Invoice) bool { return !inv.Date.Before(b.span.Start) && !inv.Date.After(b.span.End) })
	}
	for _, number := range numbers {
		name, err := b.issuedAccount(cmd, number)
		if err != nil {
			return err
		}
		if err := w.issuedTo(cmd, b, []string{name}, func(inv *invoice.Invoice) bool { return inv.Number == number }); err != nil {
			return err
		}
	}
	return nil
}

// issuedTo takes those of accounts that are wanted, each with what the invoices before it leave unpaid.
func (w *invoiceWriter) issuedTo(cmd *cobra.Command, b *basis, accounts []string, wanted func(*invoice.Invoice) bool) error {
	name, before := "", money.Amount{}
	for inv, err := range b.store.Invoices(cmd.Context(), books.Which{Accounts: accounts}) {
		if err != nil {
			return err
		}
		if inv.Account != name {
			name, before = inv.Account, money.New(0, inv.FinalAmount.Currency())
		}
		if wanted(&inv) {
			forward := before
			if err := w.take(&inv, &forward); err != nil {
				return err
			}
		}
		if inv.Status == invoice.Unpaid || inv.Status == invoice.Deferred {
			if before, err = before.Add(inv.FinalAmount); err != nil {
				return fmt.Errorf("what is unpaid before the next invoice than %s: %w", inv.Number, err)
			}
		}
	}
	return nil
}

// issuedAccount is the account that an invoice was issued to.
func (b *basis) issuedAccount(cmd *cobra.Command, number invoice.Number) (name string, err error) {
	for inv, err := range b.store.Invoices(cmd.Context(), books.Which{Number: number.String()}) {
		if err != nil {
			return "", err
		}
		name = inv.Account
	}
	return name, nil
}

// issuedHistory is what happened to an account, and what was issued to it.
func (b *basis) issuedHistory(cmd *cobra.Command, name string) (*statement.History, error) {
	events, err := b.store.EventsOf(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	h := &statement.History{Events: events, Bill: account.Bill{Account: name}, Zone: b.policy.TimeZone}
	for inv, err := range b.store.Invoices(cmd.Context(), books.Which{Accounts: []string{name}}) {
		if err != nil {
			return nil, err
		}
		h.Bill.Invoices = append(h.Bill.Invoices, inv)
	}
	return h, nil
}
