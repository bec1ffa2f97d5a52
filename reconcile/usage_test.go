package reconcile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// TestOtherRateByPriceList: a credit over has a price on each list, and each is tried, on whichever list is billed. Gold includes 50,000
// credits, of 60,000.
func TestOtherRateByPriceList(t *testing.T) {
	list := packages()
	rate := func(name, distributor string) {
		for i := range list {
			if list[i].Name == name {
				list[i].DistributorOverage = new(must(money.ParseRate(distributor)))
			}
		}
	}
	rate("Gold", "0.0007")
	rate("Platinum", "0.00031")
	for _, c := range []struct {
		name           string
		prices         invoice.PriceList
		amount, theirs string
		fact           string
	}{
		{"our package's retail overage", invoice.Distributor, "50.00", "12.00", "with the retail overage of Gold, 0.0012 a credit, for Gold"},
		{"another package's distributor overage", invoice.Distributor, "50.00", "3.10", "with the overage of Platinum, 0.00031 a credit, for Gold"},
		{"another package's retail overage", invoice.Distributor, "50.00", "4.70", "with the retail overage of Platinum, 0.00047 a credit, for Gold"},
		{"our package's distributor overage", invoice.Retail, "79.95", "7.00", "with the distributor overage of Gold, 0.0007 a credit, for Gold"},
		{"a thousand times the distributor overage", invoice.Distributor, "50.00", "7000.00", "as if the overage of Gold were a thousand times as much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", c.amount)
			row.Credits = "60000"
			row.Overage = "0"
			add(&row, minor(distributor.Number(c.theirs)), &row.Overage)
			events := gather(t, gold(t, "a", false).Of("a"), []account.Event{{ID: "u", Type: account.UsageRecorded, Account: "a", At: date("2025-09-10").Start(nil), Credits: 60000}})
			rep, err := reconcile.Reconcile(t.Context(), reconcile.Input{Events: events, Packages: list, Prices: c.prices, Documents: []distributor.Invoices{{Rows: []distributor.Invoice{row}}}})
			require.NoError(t, err)
			require.Equal(t, "explained", rep.Groups[0].Class.String(), brief(rep.Groups[0]))
			require.Equal(t, c.fact, rep.Groups[0].Fact(), brief(rep.Groups[0]))
		})
	}
}
