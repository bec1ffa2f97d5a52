package invoice_test

import (
	"testing"

	"github.com/prorata-go/prorata/internal/extremes"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

func TestNothingPanics(t *testing.T) {
	extremes.Check(t, extremes.Exports{
		"BillChanges": invoice.NextBill, "Book": invoice.Book{}, "Catalogue": invoice.Catalogue{}, "Cut": invoice.Cut{}, "FreeUpgrade": invoice.RestartCycle,
		"IncludedCredits": invoice.FullCredits, "Invoice": invoice.Invoice{}, "Item": invoice.Item{}, "Key": invoice.Key{}, "Kind": invoice.Recurring,
		"Line": invoice.Line{}, "Number": invoice.Number{}, "Numbers": invoice.Numbers{}, "Outcome": invoice.Outcome(0), "Package": invoice.Package{},
		"Policy": invoice.Policy{}, "PriceList": invoice.Retail, "Status": invoice.Unpaid, "Terms": invoice.Terms{}, "Timing": invoice.Arrears,
		"Type": invoice.RecurringBill, "Usage": invoice.Usage{}, "Versions": invoice.Versions{},
		"AppendAllJSON": invoice.AppendAllJSON, "CheckPrefix": invoice.CheckPrefix, "NewCatalogue": invoice.NewCatalogue, "NewCharge": invoice.NewCharge, "NumbersOf": invoice.NumbersOf, "ParseKind": invoice.ParseKind,
		"PackageKeys": invoice.PackageKeys, "ParseNumber": invoice.ParseNumber, "ParsePackages": invoice.ParsePackages, "ParsePolicy": invoice.ParsePolicy,
		"ParsePriceList": invoice.ParsePriceList, "ParseStatus": invoice.ParseStatus, "ParseTimeZone": invoice.ParseTimeZone, "PackageKeyMayBeEmpty": invoice.PackageKeyMayBeEmpty, "PolicyKeys": invoice.PolicyKeys, "PolicyWords": invoice.PolicyWords,
	}, invoice.Policy{}, proration.Rule{}, money.USD, money.MustParse("79.95 USD"), march, march.Start, goldTerms(t),
		invoice.Package{Name: "Gold", Price: money.MustParse("79.95 USD"), Credits: 50000, Overage: rate(t, "0.001")})
}
