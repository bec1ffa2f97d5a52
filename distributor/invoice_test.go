package distributor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func TestNumber(t *testing.T) {
	for _, row := range []struct {
		name                   string
		number                 distributor.Number
		decimal, amount, count string // empty where it is an error
	}{
		{"a whole number", "1001", "1001", "1001.00", "1001"},
		{"zeros beyond the cent", "13.950", "13.95", "13.95", ""},
		{"finer than the cent", "0.001", "0.001", "", ""},
		{"negative", "-3", "-3", "-3.00", ""},
		{"leading zeros", "007", "7", "7.00", "7"},
		{"a whole number with a decimal point", "21000.0", "21000", "21000.00", "21000"},
		{"more zeros than an amount has", "21000.000", "21000", "21000.00", "21000"},
		{"the largest count", "9223372036854775807.00", "9223372036854775807", "", "9223372036854775807"},
		{"beyond the largest count", "9223372036854775808.0", "9223372036854775808", "", ""},
		{"not quite whole", "21000.01", "21000.01", "21000.01", ""},
		{"negative zero", "-0.0", "0", "0.00", ""},
		{"a point and no digits", "5.", "", "", ""},
		{"larger than an amount", "100000000000000000000", "100000000000000000000", "", ""},
		{"not there", "", "", "", ""},
		{"an exponent", "1e3", "", "", ""},
		{"a thousands separator", "1,000", "", "", ""},
		{"no digits", "-", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, err := row.number.Decimal()
			require.Equal(t, row.decimal == "", err != nil, "Decimal(%q): %v", row.number, err)
			if err == nil {
				require.Equal(t, row.decimal, d.String())
			}
			a, err := row.number.Amount(money.USD)
			require.Equal(t, row.amount == "", err != nil, "Amount(%q): %v", row.number, err)
			if err == nil {
				require.Equal(t, row.amount, a.Number())
			}
			n, err := row.number.Count()
			require.Equal(t, row.count == "", err != nil, "Count(%q): %v", row.number, err)
			if err == nil {
				require.Equal(t, row.count, fmt.Sprint(n))
			}
		})
	}
}

func TestDiscount(t *testing.T) {
	for _, row := range []struct {
		name    string
		invoice distributor.Invoice
		want    string
		broken  bool
		why     string
	}{
		{name: "nothing prorated", invoice: distributor.Invoice{Amount: "1001", Prorated: "0", Overage: "6.95", AdditionalCharges: "0", FinalAmount: "1007.95"}, want: "0.00"},
		{name: "written as a discount", invoice: distributor.Invoice{Amount: "79.95", Prorated: "51.58", FinalAmount: "28.37"}, want: "51.58"},
		{name: "written with a minus", invoice: distributor.Invoice{Amount: "79.95", Prorated: "-51.58", FinalAmount: "28.37"}, want: "51.58"},
		{name: "with overage and charges", invoice: distributor.Invoice{Amount: "10", Prorated: "-1", Overage: "2", AdditionalCharges: "-0.5", FinalAmount: "10.50"}, want: "1.00"},
		{name: "a surcharge", invoice: distributor.Invoice{Amount: "10", Prorated: "-1", FinalAmount: "11"}, want: "-1.00",
			why: "as written it adds up: an adjustment may owe more than the price of the last package"},
		{name: "a surcharge without its minus", invoice: distributor.Invoice{Amount: "10", Prorated: "1", FinalAmount: "11"}, want: "-1.00"},
		{name: "everything optional missing", invoice: distributor.Invoice{Amount: "10", FinalAmount: "10.000"}, want: "0.00"},
		{name: "neither sign adds up", invoice: distributor.Invoice{Amount: "10", Prorated: "1", FinalAmount: "10"}, want: "1.00", broken: true},
		{name: "a cent off", invoice: distributor.Invoice{Amount: "10", Prorated: "0", FinalAmount: "10.01"}, want: "0.00", broken: true},
		{name: "no amount", invoice: distributor.Invoice{Prorated: "0", FinalAmount: "0"}, want: "0.00", broken: true},
		{name: "no final_amount", invoice: distributor.Invoice{Amount: "5", Prorated: "5"}, want: "5.00", broken: true},
		{name: "a sum beyond an amount", invoice: distributor.Invoice{Amount: "92233720368547758.07", Overage: "92233720368547758.07", FinalAmount: "0"}, want: "0.00", broken: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			discount, ok, err := row.invoice.Discount(money.USD)
			require.NoError(t, err)
			require.Equal(t, !row.broken, ok, row.why)
			require.Equal(t, row.want, discount.Number(), row.why)
		})
	}
	for _, row := range []struct {
		name    string
		invoice distributor.Invoice
		want    error
	}{
		{"an amount too fine", distributor.Invoice{Amount: "1.001", FinalAmount: "1.001"}, money.ErrTooFine},
		{"a final_amount too large", distributor.Invoice{Amount: "1", FinalAmount: "92233720368547758.08"}, money.ErrOverflow},
		{"the one amount without a negative", distributor.Invoice{Amount: "0", Overage: "1", Prorated: "-92233720368547758.08", FinalAmount: "0"}, nil},
		{"no number", distributor.Invoice{Amount: "1e3", FinalAmount: "1000"}, money.ErrSyntax},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, ok, err := row.invoice.Discount(money.USD)
			require.False(t, ok)
			require.ErrorIs(t, err, row.want)
		})
	}
}

func usd(s string) money.Amount { return money.MustParse(s + " USD") }

func ours() []invoice.Invoice {
	return []invoice.Invoice{{
		Number: invoice.NumbersOf("a").On(cycle.MustDate("2010-09-30")), Account: "example@example.com", Type: invoice.Upgrade, Date: cycle.MustDate("2010-09-01"),
		Period:  cycle.Period{Start: cycle.MustDate("2010-08-01"), End: cycle.MustDate("2010-09-01")},
		Package: "Gold & Silver", Credits: 123456,
		Amount: usd("79.95"), Prorated: usd("51.58"), Overage: usd("50.00"), AdditionalCharges: usd("-3.00"), FinalAmount: usd("75.37"),
	}}
}

func TestFromInvoices(t *testing.T) {
	doc := distributor.FromInvoices("2010010001", ours())
	require.Equal(t, `{"number":"2010010001","invoices":[
  {"number":"20100930-sabr24pa3eywnyp2","credits":123456,"date_invoiced":"2010-09-01 00:00:00","status":"Unpaid","amount":79.95,"overage":50.00,`+
		`"type":"Account Upgrade","prorated":51.58,"start_date":"2010-08-01","end_date":"2010-08-31","username":"example@example.com",`+
		`"package":"Gold & Silver","additional_charges":-3.00,"final_amount":75.37}
]}
`, string(doc.AppendJSON(nil)))
	requireRewritten(t, &doc)

	back, err := distributor.ReadInvoices("f", doc.AppendXML(nil))
	require.NoError(t, err)
	discount, ok, err := back.Rows[0].Discount(money.USD)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, usd("51.58"), discount)

	current := distributor.FromInvoices("", ours())
	require.Equal(t, distributor.Current, current.Shape)
	requireRewritten(t, &current)
	none := distributor.FromInvoices("1", nil)
	requireRewritten(t, &none)
}

func TestFromInvoicesShowsAPeriodWithoutDaysAsItsStart(t *testing.T) {
	invoices := ours()
	invoices[0].Period.End = invoices[0].Period.Start
	doc := distributor.FromInvoices("1", invoices)
	require.Equal(t, doc.Rows[0].StartDate, doc.Rows[0].EndDate)
	requireRewritten(t, &doc)
}

func TestAChangedRecordIsWrittenAsChanged(t *testing.T) {
	doc := readInvoices(t, "usage.json")
	inv := &doc.Rows[1]
	inv.FinalAmount, inv.Status, inv.Overage = "14.95", "", "1"
	doc.Number = "7"
	back, err := distributor.ReadInvoices("f", doc.AppendJSON(nil))
	require.NoError(t, err)
	require.Equal(t, "7", back.Number)
	require.Equal(t, distributor.Number("14.95"), back.Rows[1].FinalAmount)
	require.Empty(t, back.Rows[1].Status)
	require.Equal(t, "2010-09-0100:00:00", back.Rows[1].Fields[2].Text, "what was not changed is as it was")
	require.True(t, doc.Equal(&back))
	asRead := readInvoices(t, "usage.json")
	require.False(t, asRead.Equal(&back))
	require.False(t, asRead.Rows[1].Equal(&back.Rows[1]))
}

func TestEqualSeesWhatDiffers(t *testing.T) {
	read := func(members string) distributor.Invoices {
		doc, err := distributor.ReadInvoices("f", []byte(object(members)))
		require.NoError(t, err)
		return doc
	}
	for _, row := range []struct {
		name, a, b string
		equal      bool
	}{
		{"quoted and bare", `"amount":13.95`, `"amount":"13.95"`, true},
		{"the order", `"amount":1,"x":2`, `"x":2,"amount":1`, true},
		{"null and nothing", `"amount":null`, `"package":""`, true},
		{"the space in date_invoiced", `"date_invoiced":"2010-09-01 00:00:00"`, `"date_invoiced":"2010-09-0100:00:00"`, true},
		{"a digit", `"amount":13.95`, `"amount":13.950`, false},
		{"an unknown field's text", `"x":1`, `"x":2`, false},
		{"an unknown field missing", `"x":null`, `"y":null`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, b := read(row.a), read(row.b)
			require.Equal(t, row.equal, a.Equal(&b))
			require.Equal(t, row.equal, b.Equal(&a))
		})
	}
}

func TestAppendedTextIsReadable(t *testing.T) {
	doc := distributor.Invoices{Shape: distributor.CurrentOne, Rows: []distributor.Invoice{{
		Number: "1", Username: "a\x01\xff", StartDate: cycle.MustDate("2010-08-01"), EndDate: cycle.MustDate("2010-08-31"),
		Credits: "007", Fields: []distributor.Field{
			{Name: "n", Text: "1e", Kind: distributor.KindNumber}, {Name: "b", Text: "yes", Kind: distributor.KindBool},
			{Name: "j", Text: "{", Kind: distributor.KindJSON}, {Name: "e", Text: "<a>", Kind: distributor.KindElements},
			{Name: "z", Text: "not null", Kind: distributor.KindNull},
		},
	}}}
	for username, written := range map[string][]byte{"a\x01\uFFFD": doc.AppendJSON(nil), "a\uFFFD\uFFFD": doc.AppendXML(nil)} {
		back, err := distributor.ReadInvoices("written", written)
		require.NoError(t, err, "%s", written)
		require.Equal(t, username, back.Rows[0].Username)
		require.Equal(t, distributor.Number("007"), back.Rows[0].Credits)
		for i, f := range doc.Rows[0].Fields {
			require.Equal(t, f.Text, back.Rows[0].Fields[i].Text)
		}
	}
}
