package invoice_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

func TestNumbers(t *testing.T) {
	tests := []struct{ account, day, want string }{ // the first 80 bits of the SHA-256, computed elsewhere
		{"a", "2026-02-01", "20260201-sabr24pa3eywnyp2"},
		{"acme@example.com", "2010-11-30", "20101130-9n12njdanff4npzs"},
		{"ä", "9999-12-31", "99991231-6fkdefzega84s3bt"},
	}
	for _, tt := range tests {
		n := invoice.NumbersOf(tt.account)
		got := n.On(cycle.MustDate(tt.day)).String()
		require.Equal(t, tt.want, got)
		day, own := n.Day(got)
		require.True(t, own)
		require.Equal(t, tt.day, day.String())
	}
	for _, strange := range []string{"", "20260201", "20260230-sabr24pa3eywnyp2", "2026-02-01-sabr24pa3eywnyp2", "20260201-SABR24PA3EYWNYP2",
		"020260201-sabr24pa3eywnyp2", invoice.NumbersOf("b").On(cycle.MustDate("2026-02-01")).String()} {
		_, own := invoice.NumbersOf("a").Day(strange)
		require.False(t, own, strange)
	}
	require.Empty(t, invoice.Number{}.String())
	text, err := json.Marshal(map[string]invoice.Number{"n": invoice.NumbersOf("a").On(cycle.MustDate("2026-02-01"))})
	require.NoError(t, err)
	require.Equal(t, `{"n":"20260201-sabr24pa3eywnyp2"}`, string(text))
}

// Law: a number says its day and whose it is.
func TestLawNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account, other := rapid.String().Draw(t, "account"), rapid.String().Draw(t, "other")
		day := cycle.MustDate("0001-01-01").AddDays(rapid.IntRange(0, 3652058).Draw(t, "day"))
		number := invoice.NumbersOf(account).On(day)
		back, own := invoice.NumbersOf(account).Day(number.String())
		require.True(t, own)
		require.Equal(t, day, back)
		_, own = invoice.NumbersOf(other).Day(number.String())
		require.Equal(t, account == other, own)
	})
}

func TestStatuses(t *testing.T) {
	for s := invoice.Unpaid; s <= invoice.Canceled; s++ {
		back, err := invoice.ParseStatus(s.Key())
		require.NoError(t, err)
		require.Equal(t, s, back)
	}
	require.Equal(t, "Paid", invoice.Paid.String())
	_, err := invoice.ParseStatus("cancelled")
	require.ErrorContains(t, err, `did you mean "canceled"?`)
	for k := invoice.Recurring; k <= invoice.Charge; k++ {
		back, err := invoice.ParseKind(k.String())
		require.NoError(t, err)
		require.Equal(t, k, back)
	}
}

func TestInvoiceJSON(t *testing.T) {
	var book invoice.Book
	inv, _, err := invoiceOf(&book, cut(t, "2026-04-10"), []invoice.Item{days(t, 31), used(t, 60000)})
	require.NoError(t, err)
	inv.Number = invoice.NumbersOf("a").On(cycle.MustDate("2026-02-01"))
	inv.CutAt = cycle.MustDate("2026-04-10").Start(nil)
	const want = `{"number":"20260201-sabr24pa3eywnyp2","account":"a","type":"Recurring Bill","date_invoiced":"2026-04-10","start_date":"2026-03-10","end_date":"2026-04-09",` +
		`"package":"Gold","currency":"USD","credits":60000,"amount":"79.95","prorated":"0.00","overage":"10.00","additional_charges":"0.00",` +
		`"final_amount":"89.95","status":"Unpaid","cut_at":"2026-04-10T00:00:00Z","lines":[` +
		`{"kind":"recurring","package":"Gold","start_date":"2026-03-10","end_date":"2026-04-09","days":31,"period_days":31,"quantity":1,` +
		`"unit_price":"79.95","amount":"79.95","adjustment":false,"explanation":"31 of 31 days × $79.95","period":"2026-03-10","phase":0,"credits":0},` +
		`{"kind":"overage","package":"Gold","start_date":"2026-03-10","end_date":"2026-04-09","days":0,"period_days":0,"quantity":10000,` +
		`"unit_price":"0.001","amount":"10.00","adjustment":false,"explanation":"60,000 credits used − 50,000 included = 10,000 × $0.001","period":"2026-03-10","phase":0,"credits":60000}]}`
	require.Equal(t, want, string(inv.AppendJSON(nil)))
	marshalled, err := inv.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, want, string(marshalled))
	require.Equal(t, "x"+want, string(inv.AppendJSON([]byte("x"))))

	inv.Account = "\"\\\n\u2028é\x00\xff"
	var back struct{ Account string }
	require.NoError(t, json.Unmarshal(inv.AppendJSON(nil), &back), "any text in it is escaped")
	require.Equal(t, "\"\\\n\u2028é\x00\ufffd", back.Account)
}
