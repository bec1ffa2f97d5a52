package invoice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestAmountBy: the amount of a line by another policy is that of an item made by that policy.
func TestAmountBy(t *testing.T) {
	rate, err := money.ParseRate("0.00047")
	require.NoError(t, err)
	c, err := invoice.NewCatalogue([]invoice.Package{{Name: "Gold", Price: money.MustParse("79.95 USD"), Credits: 1000, Overage: rate}}, invoice.Retail)
	require.NoError(t, err)
	start := cycle.MustDate("2026-01-01")
	terms := c.On("Gold", start)
	whole := cycle.Period{Start: start, End: start.AddMonths(1)}
	part := cycle.Period{Start: start.AddDays(3), End: start.AddDays(14)}
	key := invoice.Key{Period: start, Of: "Gold"}
	daily, err := proration.RoundedDailyRate(2, money.Up)
	require.NoError(t, err)
	items := func(p invoice.Policy) []invoice.Item {
		var days, used invoice.Item
		require.NoError(t, days.SetRecurring(key, terms, p.Rule(), whole, part))
		require.NoError(t, used.SetOverage(key, terms, &p, part, allowed(2345, 1000)))
		return []invoice.Item{days, used, invoice.NewCharge("fee", start, march, money.MustParse("3.00 USD"), "fee")}
	}
	cut := &invoice.Cut{Account: "a", Date: whole.End, Period: whole, Terms: terms, Currency: money.USD, Stretches: from(start), Required: true}
	var book invoice.Book
	inv, _, err := invoiceOf(&book, cut, items(invoice.Policy{}))
	require.NoError(t, err)
	other := invoice.Policy{DayCount: proration.Year365, DailyRate: daily, RoundPart: proration.Each, Rounding: money.Up}
	want := items(other)
	require.NotEqual(t, inv.Lines[0].Amount, want[0].Amount)
	for i := range inv.Lines {
		l := &inv.Lines[i]
		got, err := l.AmountBy(other)
		require.NoError(t, err)
		for _, item := range want {
			if item.Kind == l.Kind {
				require.Equal(t, item.Amount, got, l.Kind)
				require.Equal(t, item.Key, l.Key())
			}
		}
	}
	gone, _, err := invoiceOf(&book, cut, nil)
	require.NoError(t, err)
	got, err := gone.Lines[0].AmountBy(other)
	require.NoError(t, err)
	require.True(t, got.IsZero(), "owed no more")
}
