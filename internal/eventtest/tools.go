// Package eventtest makes events for tests: random histories of accounts, and lines that are events and that are not.
package eventtest

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Must is for what cannot fail because the test wrote it.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// PolicyOf is the default policy with some keys set: PolicyOf("timing=advance").
func PolicyOf(settings ...string) invoice.Policy {
	var p invoice.Policy
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		if err := p.Set(key, value); err != nil {
			panic(err)
		}
	}
	return p
}

// Gold and Small are the packages of the worked examples.
func Gold() invoice.Package {
	return invoice.Package{Name: "Gold", Price: money.MustParse("79.95 USD"), Credits: 50000, Overage: Must(money.ParseRate("0.001"))}
}

func Small() invoice.Package {
	return invoice.Package{Name: "Small", Price: money.MustParse("9.95 USD"), Credits: 10000, Overage: Must(money.ParseRate("0.001"))}
}

// Catalogue is that of some packages, billed to end users.
func Catalogue(packages ...invoice.Package) invoice.Catalogue {
	return Must(invoice.NewCatalogue(packages, invoice.Retail))
}

// At is an instant, RFC 3339 or the start of a date in UTC.
func At(text string) time.Time {
	if !strings.Contains(text, "T") {
		text += "T00:00:00Z"
	}
	return Must(time.Parse(time.RFC3339Nano, text))
}

// DayIn is the day of an instant in a time zone.
func DayIn(t time.Time, loc *time.Location) cycle.Date { return Must(cycle.DateOf(t, loc)) }

// InvoicesJSON is what is compared where invoices must be the same to the byte.
func InvoicesJSON(invoices []invoice.Invoice) string {
	var b []byte
	for i := range invoices {
		b = append(invoices[i].AppendJSON(b), '\n')
	}
	return string(b)
}
