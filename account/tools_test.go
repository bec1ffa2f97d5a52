package account_test

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// must is for what cannot fail because the test wrote it.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// policyOf is the default policy with some keys set: policyOf("timing=advance").
func policyOf(settings ...string) invoice.Policy {
	var p invoice.Policy
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		if err := p.Set(key, value); err != nil {
			panic(err)
		}
	}
	return p
}

// gold and small are the packages of the worked examples.
func gold() invoice.Package {
	return invoice.Package{Name: "Gold", Price: money.MustParse("79.95 USD"), Credits: 50000, Overage: must(money.ParseRate("0.001"))}
}

func small() invoice.Package {
	return invoice.Package{Name: "Small", Price: money.MustParse("9.95 USD"), Credits: 10000, Overage: must(money.ParseRate("0.001"))}
}

func catalogue(packages ...invoice.Package) invoice.Catalogue {
	return must(invoice.NewCatalogue(packages, invoice.Retail))
}

// at is an instant, RFC 3339 or the start of a date in UTC.
func at(text string) time.Time {
	if !strings.Contains(text, "T") {
		text += "T00:00:00Z"
	}
	return must(time.Parse(time.RFC3339Nano, text))
}

func date(text string) cycle.Date { return cycle.MustDate(text) }

func dayIn(t time.Time, loc *time.Location) cycle.Date { return must(cycle.DateOf(t, loc)) }

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
