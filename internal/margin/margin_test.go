package margin_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/margin"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func usd(text string) money.Amount { return money.MustParse(text + " USD") }

// billed is an invoice with a line of each of some packages.
func billed(account, day string, status invoice.Status, lines map[string]string) invoice.Invoice {
	inv := invoice.Invoice{Account: account, Date: cycle.MustDate(day), Status: status, FinalAmount: usd("0.00")}
	for name, amount := range lines {
		inv.Lines = append(inv.Lines, invoice.Line{Package: name, Amount: usd(amount)})
		inv.FinalAmount, _ = inv.FinalAmount.Add(usd(amount))
	}
	return inv
}

// Gold sells at 80.00 and costs 50.00; Silver sells at 30.00 and costs 32.00. What was canceled or refunded is in no row, nor is what is
// dated before the first day.
func TestMargins(t *testing.T) {
	retail := []invoice.Invoice{
		billed("b", "2026-01-31", invoice.Paid, map[string]string{"Gold": "80.00"}),
		billed("a", "2026-02-01", invoice.Paid, map[string]string{"Gold": "80.00", "Silver": "30.00"}),
		billed("a", "2026-03-01", invoice.Unpaid, map[string]string{"Silver": "30.00"}),
		billed("b", "2026-02-28", invoice.Canceled, map[string]string{"Gold": "80.00"}),
		billed("b", "2026-02-27", invoice.Refunded, map[string]string{"Gold": "80.00"}),
		billed("c", "2026-02-10", invoice.Deferred, map[string]string{"": "-5.00"}),
	}
	wholesale := []invoice.Invoice{
		billed("a", "2026-02-01", invoice.Unpaid, map[string]string{"Gold": "50.00", "Silver": "32.00"}),
		billed("a", "2026-03-01", invoice.Unpaid, map[string]string{"Silver": "32.00"}),
	}
	for by, want := range map[string][][]string{
		"account": {{"a", "140.00", "114.00", "26.00", "18.6"}, {"c", "-5.00", "0.00", "-5.00", ""}},
		"month":   {{"2026-02", "105.00", "82.00", "23.00", "21.9"}, {"2026-03", "30.00", "32.00", "-2.00", "-6.7"}},
		"package": {{"", "-5.00", "0.00", "-5.00", ""}, {"Gold", "80.00", "50.00", "30.00", "37.5"}, {"Silver", "60.00", "64.00", "-4.00", "-6.7"}},
	} {
		m := margin.New(by, money.USD)
		from := cycle.MustDate("2026-02-01")
		require.NoError(t, m.Adder(margin.Retail, from)(&account.Bill{Invoices: retail}))
		require.NoError(t, m.Adder(margin.Wholesale, from)(&account.Bill{Invoices: wholesale}))
		list, err := m.Listing(from, cycle.MustDate("2026-03-31"))
		require.NoError(t, err)
		require.Equal(t, want, list.Rows, by)
		require.Equal(t, []string{"TOTAL", "135.00", "114.00", "21.00", "15.6"}, list.Total, by)
		require.Contains(t, list.Notes[0], "from 2026-02-01 through 2026-03-31")
	}
}

func TestPercent(t *testing.T) {
	for _, c := range [][3]string{
		{"1.00", "3.00", "33.3"}, {"2.00", "3.00", "66.7"}, {"-1.00", "8.00", "-12.5"}, {"0.00", "8.00", "0.0"},
		{"1.00", "0.00", ""}, {"1.00", "-2.00", ""}, {"0.05", "100.00", "0.1"}, {"0.04", "100.00", "0.0"},
	} {
		require.Equal(t, c[2], margin.Percent(usd(c[0]), usd(c[1])), "Percent(%s, %s)", c[0], c[1])
	}
}
