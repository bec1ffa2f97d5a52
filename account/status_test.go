package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/stretchr/testify/require"
)

// Each cut looks at the statuses that are new, not at all there are: 12,000 invoices of an account,
// canceled one a month from the last to the first, took most of a minute, and a third of them a ninth of that. What each of them billed
// comes on the next invoice, at 30.00 beside the 30.00 of its own month.
func TestManyInvoicesCanceledInReverse(t *testing.T) {
	months := 4_000
	if testing.Short() { // as under the race detector, which takes fifty times as long
		months = 1_200
	}
	packages, err := invoice.ParsePackages("packages", []byte(`[{"name":"Pro","price":30,"credits":0,"overage":0}]`), money.USD)
	require.NoError(t, err)
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	policy := invoice.Policy{Timing: invoice.Advance}
	start := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	events := []account.Event{{ID: "created", Account: "a", Type: account.Created, At: start, Package: "Pro"}}
	bill, err := account.BillAccount(events, catalogue, policy, cycle.MustDate("2001-01-01").AddMonths(months).AddDays(-1))
	require.NoError(t, err)
	require.Len(t, bill.Invoices, months)
	for i, inv := range bill.Invoices {
		events = append(events, account.Event{ID: fmt.Sprint(i), Account: "a", Type: account.InvoiceStatusChanged,
			Invoice: inv.Number.String(), Status: invoice.Canceled, At: start.AddDate(0, 2*months-1-i, 1)})
	}

	through := cycle.MustDate("2001-01-31").AddMonths(2 * months)
	inTime(t, func() { _, err = account.BillAccount(events[:1], catalogue, policy, through) },
		func() { bill, err = account.BillAccount(events, catalogue, policy, through) })
	require.NoError(t, err)
	require.Empty(t, bill.Anomalies)
	require.Len(t, bill.Invoices, 2*months+1)
	for i, inv := range bill.Invoices {
		switch {
		case i < months:
			require.Equal(t, invoice.Canceled, inv.Status)
			require.Equal(t, "30.00", inv.FinalAmount.Number())
		case i == months: // before the first is canceled
			require.Equal(t, "30.00", inv.FinalAmount.Number())
		default:
			require.Equal(t, "60.00", inv.FinalAmount.Number(), inv.Date)
		}
	}
}
