package statement

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// focusColumns are those of FOCUS 1.2, the FinOps Open Cost and Usage Specification: the mandatory ones, and what there is to say in
// others. They are in the order of their names.
var focusColumns = []string{"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
	"ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost",
	"InvoiceId", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName", "SkuId"}

// Focus is who and what the rows of FOCUS are about. What is not set has a general name.
type Focus struct {
	Issuer   string         // who sends the invoices; empty is "Reseller"
	Provider string         // whose service it is; empty is "Distributor"
	Zone     *time.Location // of the days; nil is UTC
}

// Write writes what was billed as rows of FOCUS 1.2, CSV with a row a line of an invoice. Canceled invoices are left out. Periods end
// before the instant that they say, in UTC. A line that adjusts what was settled before is a Correction.
func (f Focus) Write(w io.Writer, invoices []invoice.Invoice) error {
	if f.Issuer == "" {
		f.Issuer = "Reseller"
	}
	if f.Provider == "" {
		f.Provider = "Distributor"
	}
	out := csv.NewWriter(w)
	out.Write(focusColumns) // an error is kept, and returned by Error
	for i := range invoices {
		inv := &invoices[i]
		if inv.Status == invoice.Canceled {
			continue
		}
		for j := range inv.Lines {
			out.Write(f.row(inv, &inv.Lines[j]))
		}
	}
	out.Flush()
	return out.Error()
}

// row is a line in the order of focusColumns.
func (f *Focus) row(inv *invoice.Invoice, l *invoice.Line) []string {
	cost, about := l.Amount.Number(), focusOf(l)
	class := ""
	if l.Adjustment {
		class = "Correction"
	}
	description := l.Explanation()
	if l.Kind != invoice.Charge {
		description = l.Package + ": " + description
	}
	return []string{cost, inv.Account, inv.Account, l.Amount.Currency().String(), f.instant(inv.Period.End), f.instant(inv.Period.Start), about.category,
		class, description, about.frequency, f.instant(l.Dates.End), f.instant(l.Dates.Start), about.consumed, about.consumedUnit, cost, cost,
		inv.Number.String(), f.Issuer, cost, about.quantity, about.unit, f.Provider, f.Provider, "Business Applications", "Email", l.Package}
}

// focusAbout is what FOCUS says of a kind of line.
type focusAbout struct{ category, frequency, quantity, unit, consumed, consumedUnit string }

func focusOf(l *invoice.Line) focusAbout {
	switch {
	case l.Kind == invoice.Recurring:
		return focusAbout{category: "Purchase", frequency: "Recurring", quantity: strconv.Itoa(l.Days()), unit: "Days"}
	case l.Kind == invoice.Overage:
		a := focusAbout{category: "Usage", frequency: "Usage-Based", quantity: strconv.FormatInt(l.Quantity(), 10), unit: "Credits",
			consumed: strconv.FormatInt(l.Credits(), 10), consumedUnit: "Credits"}
		return a
	case l.Amount.Sign() < 0:
		return focusAbout{category: "Credit", frequency: "One-Time"}
	}
	return focusAbout{category: "Purchase", frequency: "One-Time", quantity: "1", unit: "Units"}
}

// instant is the start of a day, in UTC.
func (f *Focus) instant(d cycle.Date) string {
	return d.Start(f.Zone).UTC().Format("2006-01-02T15:04:05Z")
}
