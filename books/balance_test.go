package books_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestBalance is five invoices of 79.95 and what happens to them. Each row says what is recorded, and the balance at the end of
// 2026-06-20: invoiced, paid, refunded, credit, open, and open by age.
func TestBalance(t *testing.T) {
	number := func(day string) string { return invoice.NumbersOf("a").On(date(day)).String() }
	status := func(id, at, day, status string) string {
		return fmt.Sprintf(`%s invoice.status_changed a %sT12:00:00Z "invoice":%q,"status":%q`, id, at, number(day), status)
	}
	for _, test := range []struct {
		name string
		when string // recorded on
		what []string
		want string
	}{
		{"nothing is paid", "2026-06-12", nil, "399.75 0.00 0.00 0.00 399.75 79.95 79.95 79.95 79.95 79.95"},
		{"the oldest is paid", "2026-06-12", []string{status("p", "2026-06-12", "2026-02-10", "paid")}, "399.75 79.95 0.00 0.00 319.80 79.95 79.95 79.95 79.95 0.00"},
		{"paid later than the day", "2026-06-21", []string{status("p", "2026-06-21", "2026-02-10", "paid")}, "399.75 0.00 0.00 0.00 399.75 79.95 79.95 79.95 79.95 79.95"},
		{"one is deferred", "2026-06-12", []string{status("p", "2026-06-12", "2026-02-10", "deferred")}, "399.75 0.00 0.00 0.00 399.75 159.90 79.95 79.95 79.95 0.00"},
		{"one is refunded", "2026-06-12", []string{status("p", "2026-06-12", "2026-02-10", "refunded")}, "399.75 0.00 79.95 0.00 319.80 79.95 79.95 79.95 79.95 0.00"},
		{"one is canceled", "2026-06-12", []string{status("p", "2026-06-12", "2026-02-10", "canceled")}, "319.80 0.00 0.00 0.00 319.80 79.95 79.95 79.95 79.95 0.00"},
		{"paid by mistake", "2026-06-12", []string{status("p", "2026-06-12", "2026-02-10", "paid"), `v event.voided a 2026-06-12T13:00:00Z "event":"p"`}, "399.75 0.00 0.00 0.00 399.75 79.95 79.95 79.95 79.95 79.95"},
		// 79.95 − 179.95 = −100.00 on 04-10, which pays 02-10 and 20.05 of 03-10.
		{"a credit is set off, the oldest first", "2026-04-05", []string{`c charge.added a 2026-04-05T12:00:00Z "amount":"-179.95","description":"write-off"`}, "219.80 0.00 0.00 0.00 219.80 79.95 79.95 0.00 59.90 0.00"},
		{"a credit that is paid out", "2026-04-05", []string{`c charge.added a 2026-04-05T12:00:00Z "amount":"-179.95","description":"thanks"`, status("p", "2026-04-12", "2026-04-10", "paid")}, "219.80 -100.00 0.00 0.00 319.80 79.95 79.95 0.00 79.95 79.95"},
		// 79.95 − 579.95 = −500.00, and 319.80 are open.
		{"a credit beyond what is open", "2026-04-05", []string{`c charge.added a 2026-04-05T12:00:00Z "amount":"-579.95","description":"thanks"`}, "-180.20 0.00 0.00 180.20 0.00 0.00 0.00 0.00 0.00 0.00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := create(t, t.TempDir()+"/books.db", gold())
			record(t, b, "2026-01-10T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
			done := test.what == nil
			for _, day := range []string{"2026-02-10", "2026-03-10", "2026-04-05", "2026-04-10", "2026-04-12", "2026-05-10", "2026-06-10", "2026-06-12", "2026-06-21"} {
				if day == test.when && !done {
					record(t, b, day+"T14:00:00Z", test.what...)
					done = true
				}
				issue(t, b, day+"T20:00:00Z")
			}
			require.True(t, done)
			var found []books.Balance
			for balance, err := range b.Balances(t.Context(), books.Balancing{AsOf: date("2026-06-20"), PaymentDays: 30}) {
				require.NoError(t, err)
				found = append(found, balance)
			}
			require.Len(t, found, 1)
			f := &found[0]
			text := ""
			for _, a := range append([]money.Amount{f.Invoiced, f.Paid, f.Refunded, f.Credit, f.Open}, f.Ages[:]...) {
				text += " " + a.Number()
			}
			require.Equal(t, test.want, text[1:])
			for day := date("2026-02-01"); day.Before(date("2026-07-01")); day = day.AddDays(1) {
				requireSameBalances(t, b, books.Balancing{AsOf: day, PaymentDays: 30})
			}
		})
	}
}

// requireSameBalances: what a history says of its account is what the books say.
func requireSameBalances(t *testing.T, b *books.Books, what books.Balancing) {
	t.Helper()
	var want, got []books.Balance
	for balance, err := range b.Balances(t.Context(), what) {
		require.NoError(t, err)
		want = append(want, balance)
	}
	for h, err := range b.Histories(t.Context()) {
		require.NoError(t, err)
		balance, billed, err := h.Balance(what.AsOf, what.PaymentDays)
		require.NoError(t, err)
		if billed {
			got = append(got, balance)
		}
	}
	require.Equal(t, want, got, what.AsOf)
}
