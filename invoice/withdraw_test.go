package invoice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/invoice"
)

// billed makes an invoice of what is owed on a day.
func billed(t *testing.T, book *invoice.Book, day string, owed ...invoice.Item) invoice.Invoice {
	t.Helper()
	c := cut(t, day)
	c.Required = true
	inv, _, err := invoiceOf(book, c, owed)
	require.NoError(t, err)
	return inv
}

// TestWithdraw: what a canceled invoice billed counts as not billed, and can be put in again.
func TestWithdraw(t *testing.T) {
	var book invoice.Book
	whole := billed(t, &book, "2026-03-10", days(t, 31))
	part := billed(t, &book, "2026-03-20", days(t, 10), used(t, 40000))
	require.Equal(t, "-54.16", part.FinalAmount.Number())

	require.NoError(t, book.Withdraw(whole.Lines, false))
	again := billed(t, &book, "2026-04-10", days(t, 10), used(t, 40000))
	require.Equal(t, "79.95 10 of 31 days × $79.95 = $25.79, less -$54.16 billed before\n", lines(again), "only the credit counts")
	require.Zero(t, again.Credits, "the credits were counted on the invoice that stands")

	require.NoError(t, book.Withdraw(part.Lines, false))
	require.NoError(t, book.Withdraw(again.Lines, false))
	fresh := billed(t, &book, "2026-05-10", days(t, 10), used(t, 40000))
	require.Equal(t, "25.79 10 of 31 days × $79.95\n0.00 40,000 of 50,000 included credits used\n", lines(fresh), "all were withdrawn")
	require.Equal(t, int64(40000), fresh.Credits)
	require.False(t, fresh.Lines[0].Adjustment)

	require.NoError(t, book.Withdraw(whole.Lines, true))
	last := billed(t, &book, "2026-06-10", days(t, 10), used(t, 40000))
	require.Equal(t, "-79.95 10 of 31 days × $79.95 = $25.79, less $105.74 billed before\n", lines(last), "it was a mistake to cancel it")
}

// TestRefund: what was refunded counts as not billed and is owed no more, and no credit is given twice.
func TestRefund(t *testing.T) {
	t.Run("before the close", func(t *testing.T) {
		var book invoice.Book
		whole := billed(t, &book, "2026-03-10", days(t, 31))
		require.NoError(t, book.Refund(whole.Lines, false))
		closed := billed(t, &book, "2026-03-20", days(t, 10))
		require.Empty(t, closed.Lines, "the close gives nothing back")
	})
	t.Run("after the close", func(t *testing.T) {
		var book invoice.Book
		whole := billed(t, &book, "2026-03-10", days(t, 31))
		closed := billed(t, &book, "2026-03-20", days(t, 10))
		require.Equal(t, "-54.16", closed.FinalAmount.Number())
		require.NoError(t, book.Refund(whole.Lines, false))
		taken := billed(t, &book, "2026-04-10", days(t, 10))
		require.Equal(t, "54.16 not credited twice: $79.95 of this was refunded\n", lines(taken), "the credit is taken back")
		require.Equal(t, -1, taken.Lines[0].Phase())
		require.True(t, taken.Lines[0].Adjustment)

		require.NoError(t, book.Refund(whole.Lines, true))
		back := billed(t, &book, "2026-05-10", days(t, 10))
		require.Equal(t, "-54.16", back.FinalAmount.Number(), "and given again where the refund was a mistake")
	})
	t.Run("usage found later", func(t *testing.T) {
		var book invoice.Book
		first := billed(t, &book, "2026-04-10", days(t, 31), used(t, 60000))
		require.NoError(t, book.Refund(first.Lines, false))
		late := billed(t, &book, "2026-05-10", days(t, 31), used(t, 65000))
		require.Equal(t, "5.00 65,000 credits used (60,000 counted before) − 50,000 included = 15,000 × $0.001 = $15.00, less $10.00 billed before\n", lines(late))
	})
}

// TestZeroLine: a line of nothing has nothing to say.
func TestZeroLine(t *testing.T) {
	var l invoice.Line
	require.Empty(t, l.Explanation())
	require.Equal(t, "0", l.UnitPrice())
	require.Zero(t, l.Days()+l.PeriodDays()+l.Phase())
	require.Zero(t, l.Credits())
	require.Empty(t, l.Event())
	require.NotPanics(t, func() { l.AppendJSON(nil) })
	_, err := l.AmountBy(invoice.Policy{})
	require.NoError(t, err)
}
