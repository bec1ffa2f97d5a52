package account_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// What tests of both packages say often.
const (
	opened  = eventtest.Opened
	changed = eventtest.Changed
	closed  = eventtest.Closed
	usage   = eventtest.Usage
	charge  = eventtest.Charge
	status  = eventtest.Status
	voided  = eventtest.Voided
	someAt  = eventtest.SomeAt
)

var (
	policyOf  = eventtest.PolicyOf
	gold      = eventtest.Gold
	small     = eventtest.Small
	catalogue = eventtest.Catalogue
	at        = eventtest.At
	date      = cycle.MustDate
	dayIn     = eventtest.DayIn
	drawn     = eventtest.Drawn

	invoicesJSON = eventtest.InvoicesJSON
	inTime       = eventtest.InTime
)

type picker = eventtest.Picker

func must[T any](v T, err error) T { return eventtest.Must(v, err) }

// history is everything that a bill is a function of.
type history struct{ eventtest.History }

// randomHistory is the life of one account.
func randomHistory(pick picker) *history {
	h := &history{eventtest.History{InvoiceDays: oracleDays}}
	h.Random(pick)
	return h
}

// oracleDays are the days of the invoices that the oracle makes.
func oracleDays(h *eventtest.History, through cycle.Date) (days []cycle.Date) {
	for _, b := range newOracle(&history{*h}).bill(civilDate(through)) {
		days = append(days, dateOf(b.cut.day))
	}
	return days
}

// readAll reads lines that are events, as those of events.jsonl.
func readAll(t require.TestingT, text string, policy invoice.Policy) []account.Event {
	events, err := readLines(text, policy)
	require.NoError(t, err)
	return events
}

// readLines reads lines up to the first that is no event.
func readLines(text string, policy invoice.Policy) (events []account.Event, err error) {
	d := account.NewDecoder(policy)
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, err := d.Decode([]byte(line), source.Place{File: "events.jsonl", Line: i + 1, Column: 1})
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

// bill bills one account and fails the test when that is an error.
func bill(t require.TestingT, events []account.Event, c invoice.Catalogue, p invoice.Policy, through string) account.Bill {
	b, err := account.BillAccount(events, c, p, date(through))
	require.NoError(t, err)
	return b
}

// sum adds up what a function picks from invoices, in minor units.
func sum(invoices []invoice.Invoice, of func(*invoice.Invoice) money.Amount) int64 {
	var total int64
	for i := range invoices {
		total += of(&invoices[i]).Minor()
	}
	return total
}

func finalAmount(inv *invoice.Invoice) money.Amount { return inv.FinalAmount }

// linesOf is every line of every invoice.
func linesOf(invoices []invoice.Invoice) []invoice.Line {
	var all []invoice.Line
	for i := range invoices {
		all = append(all, invoices[i].Lines...)
	}
	return all
}
