package reconcile_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
)

// with is a row with fields that the reference does not have.
func with(row distributor.Invoice, fields ...string) distributor.Invoice {
	for i := 0; i < len(fields); i += 2 {
		row.Fields = append(row.Fields, distributor.Field{Name: fields[i], Text: fields[i+1], Kind: distributor.KindNumber})
	}
	return row
}

// TestNothingIsClaimedInDoubt: documents by which nothing may be owed back, however odd they are. Gold is 50.00 a month from 30 August.
func TestNothingIsClaimedInDoubt(t *testing.T) {
	september := func(number, amount string) distributor.Invoice {
		return bare(number, "a", "2025-09-30", "2025-08-30", "2025-09-29", amount)
	}
	named := func(row distributor.Invoice, name string) distributor.Invoice { row.Username = name; return row }
	status := func(row distributor.Invoice, status string) distributor.Invoice { row.Status = status; return row }
	final := func(row distributor.Invoice, amount string) distributor.Invoice {
		row.FinalAmount = distributor.Number(amount)
		return row
	}
	dated := func(row distributor.Invoice, invoiced, start, end string) distributor.Invoice {
		row.DateInvoiced, row.StartDate, row.EndDate = date(invoiced), date(start), date(end)
		return row
	}
	doc := func(rows ...distributor.Invoice) distributor.Invoices { return distributor.Invoices{Rows: rows} }
	prorated := september("1", "50")
	prorated.Prorated, prorated.FinalAmount = "-10", ""
	typeless := september("", "50")
	typeless.Type = ""
	for _, c := range []struct {
		name      string
		documents []distributor.Invoices
		through   string
		claimed   int64
	}{
		{"one row under the alias, and in another document under our name", []distributor.Invoices{doc(named(september("1", "50"), "theirs")), doc(september("1", "50"))}, "", 0},
		{"a later document has it under our name, with other content",
			[]distributor.Invoices{doc(named(september("1", "60"), "theirs")), doc(september("1", "50"))}, "", 0},
		{"the same row without its number in another document", []distributor.Invoices{doc(september("1", "50")), doc(september("", "50"))}, "", 0},
		{"the same row without its number and type in an earlier document", []distributor.Invoices{doc(typeless), doc(september("1", "50"))}, "", 0},
		{"a row given twice in one document is no repeat", []distributor.Invoices{doc(september("1", "50"), september("", "50"))}, "", 5000},
		{"canceled in a document of the same date, given first", []distributor.Invoices{doc(status(september("1", "60"), "Canceled")), doc(september("1", "60"))}, "", 0},
		{"refunded in a document of the same date, where numbers are several rows'",
			[]distributor.Invoices{doc(september("1", "50"), status(september("1", "9"), "Refunded")), doc(september("1", "50"), september("1", "9"))}, "", 0},
		{"a number of several accounts, with other content in a later document",
			[]distributor.Invoices{doc(september("7", "52"), named(september("7", "50"), "b")), doc(september("7", "50"), named(september("7", "50"), "b"))}, "", 0},
		{"rows without numbers, with other content in a later document", []distributor.Invoices{doc(september("", "52")), doc(september("", "50"))}, "", 0},
		{"left out of a later document, which has other rows for the same", []distributor.Invoices{
			{Number: "900", Rows: []distributor.Invoice{september("1", "50"), named(september("2", "50"), "b")}},
			{Number: "900", Rows: []distributor.Invoice{dated(september("3", "50"), "2025-09-30", "2025-07-30", "2025-08-29"), named(september("2", "50"), "b")}}}, "", 0},
		{"a discount that a tax hides", []distributor.Invoices{doc(with(final(september("1", "52"), "53.68"), "discount", "2.00", "vat", "3.68"))}, "", 0},
		{"a discount of less than what is too much", []distributor.Invoices{doc(with(final(september("1", "52"), "55.18"), "discount", "0.50", "vat", "3.68"))}, "", 150},
		{"more taxes than are tried together", []distributor.Invoices{doc(with(final(september("1", "50"), "61.11"), "gst", "0.11", "pst", "1.00", "hst", "3.00", "levy", "7.00"))}, "", 0},
		{"no final amount, and a discount of either sign", []distributor.Invoices{doc(prorated)}, "", 0},
		{"a final amount that nothing in the row comes to", []distributor.Invoices{doc(final(september("1", "50"), "60"))}, "", 1000},
		{"credited after the dates asked for", []distributor.Invoices{doc(september("1", "60"), dated(september("2", "-10"), "2025-10-30", "2025-08-30", "2025-09-29"))}, "2025-09-30", 0},
		{"a credit for other days, after the dates asked for", []distributor.Invoices{doc(september("1", "60"), dated(september("2", "-10"), "2025-10-30", "2025-09-30", "2025-10-29"))}, "2025-09-30", 1000},
		{"a credit with a date of another century", []distributor.Invoices{doc(september("1", "50"), september("2", "50"), dated(september("3", "-50"), "2025-09-30", "2025-08-30", "2205-09-29"))}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := reconcile.Input{Events: gather(t, []account.Event{
				{ID: "1", Type: account.Created, Account: "a", At: date("2025-08-30").Start(nil), Package: "Gold"},
				{ID: "2", Type: account.Created, Account: "b", At: date("2025-08-30").Start(nil), Package: "Gold"},
			}), Documents: c.documents, Aliases: map[string]string{"theirs": "a"}}
			if c.through != "" {
				in.Through = date(c.through)
			}
			rep := run(t, in)
			text := ""
			for _, g := range rep.Groups {
				text += brief(g) + g.Unclaimed
			}
			require.Equal(t, c.claimed, rep.Summarize().Claimed.Minor(), text)
		})
	}
}

// TestTimingIsTheAccounts: an account that is billed in arrears does not owe the month to come because others are billed in advance.
func TestTimingIsTheAccounts(t *testing.T) {
	events := gather(t, gold(t, "a", false).Of("a"), gold(t, "b", false).Of("b"))
	in := reconcile.Input{Events: events, Policy: invoice.Policy{Timing: invoice.Advance}, Documents: []distributor.Invoices{{Rows: []distributor.Invoice{
		bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"),
		bare("2", "b", "2025-08-30", "2025-08-30", "2025-09-29", "50"), bare("3", "b", "2025-09-30", "2025-09-30", "2025-10-29", "50"),
	}}}}
	require.Equal(t, []string{"matched 1 2025-08-30", "matched 2 2025-08-30", "matched 3 2025-09-30"}, groupsOf(run(t, in)))
}

// TestOtherCurrency: figures of another currency than the policy's are compared with none.
func TestOtherCurrency(t *testing.T) {
	in := reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{{Rows: []distributor.Invoice{
		with(bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), "currency", "EUR"),
		with(bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), "currency", "usd"),
	}}}}
	_, err := reconcile.Reconcile(t.Context(), in)
	require.EqualError(t, err, `the currency is "EUR", expected USD, that of the policy: give that policy, or leave out what is in another`)
	in.Documents[0].Rows = in.Documents[0].Rows[1:]
	require.Equal(t, []string{"matched 2 2025-09-30"}, groupsOf(run(t, in)))
	in.Documents[0].Fields = []distributor.Field{{Name: "currency", Text: "EUR"}}
	_, err = reconcile.Reconcile(t.Context(), in)
	require.ErrorContains(t, err, "EUR")
}

// TestClaimedBefore: a row that an earlier dispute claims is not claimed again when later documents put another row beside it.
func TestClaimedBefore(t *testing.T) {
	first, more := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "60"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "0.50")
	in := reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{{Rows: []distributor.Invoice{first, more}}}}
	require.Equal(t, int64(1050), run(t, in).Summarize().Claimed.Minor())
	in.Claimed = map[reconcile.ClaimedRow]bool{{Account: "a", Numbers: "1", Start: "2025-08-30", End: "2025-09-29"}: true}
	rep := run(t, in)
	require.Zero(t, rep.Summarize().Claimed.Minor())
	require.Equal(t, "an earlier dispute claims it", rep.Groups[0].Unclaimed)
}

// TestOddDocuments: whatever rows are like, no law is broken, every row is in the report, and nothing is claimed beyond what was
// over-billed.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	n := uint64(100)
	if testing.Short() {
		n = 10
	}
	for i := range n {
		r := rand.New(rand.NewPCG(i, 3))
		s := newStory(r, "a")
		s.anything()
		in := reconcile.Input{Policy: s.policy(), Events: gather(t, s.events), Aliases: map[string]string{"theirs": "a"}}
		d := s.upstream(in.Policy).document()
		for range 1 + r.IntN(3) {
			e := d
			e.Rows = slices.Clone(d.Rows[r.IntN(len(d.Rows)):])
			for range r.IntN(6) {
				odd(r, &e.Rows[r.IntN(len(e.Rows))])
			}
			if r.IntN(3) == 0 {
				e.Number = "900"
			}
			in.Documents = append(in.Documents, e)
		}
		run(t, in)
	}
}

// odd makes something of a row odd.
func odd(r *rand.Rand, row *distributor.Invoice) {
	switch r.IntN(14) {
	case 0:
		row.Number = ""
	case 1:
		row.Number = "7"
	case 2:
		row.Username = []string{"theirs", "A", "nobody", ""}[r.IntN(4)]
	case 3:
		row.DateInvoiced = cycle.Date{}
	case 4:
		row.StartDate, row.EndDate = cycle.Date{}, cycle.Date{}
	case 5:
		row.StartDate, row.EndDate = row.EndDate, row.StartDate
	case 6:
		row.EndDate = row.EndDate.AddDays(r.IntN(80000) - 40000)
	case 7:
		row.Status = []string{"Canceled", "Refunded", "?"}[r.IntN(3)]
	case 8:
		*row = rowOf(*row, "", 0, 0, 0)
	case 9:
		*row = rowOf(*row, "", -int64(r.IntN(9000)), int64(r.IntN(50)), -int64(r.IntN(90)))
	case 10:
		row.FinalAmount = []distributor.Number{"", "0", "61.11"}[r.IntN(3)]
	case 11:
		*row = with(*row, "tax", "1.00", "discount", "2.00", "quantity", "3")
	case 12:
		row.Type, row.Package = "", ""
	case 13:
		row.DateInvoiced = row.DateInvoiced.AddMonths(r.IntN(7) - 3)
	}
}
