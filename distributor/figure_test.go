package distributor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

func figures(inv *distributor.Invoice) (all []string) {
	for _, f := range inv.UnknownFigures() {
		d, err := f.Number.Decimal()
		if err != nil {
			return []string{err.Error()}
		}
		all = append(all, f.Name+" "+d.String())
	}
	return all
}

// A tax, a discount or a quantity is a number that can be computed with, although the reference does not have it.
func TestUnknownFigures(t *testing.T) {
	const fields = `"tax":4.10,"discount":"-1.50","note":"paid","quantity":3,"vat":[{"amount":4.10}],"rate":1e3,"ok":true,"nothing":null,"empty":"","thousands":"1,000.00",` +
		`"credits":21000.0,"big":123456789012345678901234567890.0000000001`
	doc, err := distributor.ReadInvoices("f", []byte(object(fields)))
	require.NoError(t, err)
	inv := &doc.Rows[0]
	require.Equal(t, []string{"tax 4.1", "discount -1.5", "quantity 3", "big 123456789012345678901234567890.0000000001"}, figures(inv))
	require.Equal(t, distributor.Figure{Name: "discount", Number: "-1.50", Place: source.Place{File: "f", Line: 2, Column: 23}}, inv.UnknownFigures()[1])
	require.Equal(t, distributor.Number("3"), inv.Quantity())
	credits, err := inv.Credits.Count()
	require.NoError(t, err)
	require.Equal(t, int64(21000), credits)

	doc, err = distributor.ReadInvoices("f", []byte(element("<tax>\n 4.10 </tax><note>paid</note><Quantity>2.5</Quantity><vat><amount>1</amount></vat>")))
	require.NoError(t, err)
	require.Equal(t, []string{"tax 4.1", "Quantity 2.5"}, figures(&doc.Rows[0]))
	require.Equal(t, distributor.Number("2.5"), doc.Rows[0].Quantity())

	for _, fields := range []string{`"tax":1`, `"quantity":"three"`, `"quantity":null`} {
		doc, err = distributor.ReadInvoices("f", []byte(object(fields)))
		require.NoError(t, err)
		require.Empty(t, doc.Rows[0].Quantity(), fields)
	}
	require.Empty(t, (&distributor.Invoice{}).UnknownFigures())
}

// Figures that are numbers, but no amounts of the currency, are reported in one go as well, each with its field and place.
func TestCheckAmounts(t *testing.T) {
	doc, err := distributor.ReadInvoices("f", []byte("["+object(`"amount":19.505,"overage":0.850,"prorated":"-0.001","credits":0.5,"tax":0.001`)+",\n"+
		object(`"additional_charges":1,"final_amount":92233720368547758.08`)+"]"))
	require.NoError(t, err)
	err = doc.CheckAmounts(money.USD)
	require.ErrorIs(t, err, money.ErrTooFine)
	require.ErrorIs(t, err, money.ErrOverflow)
	require.Len(t, problems(err), 3)
	for i, want := range []string{"f:2:10: amount: ", "f:2:44: prorated: ", "f:4:39: final_amount: "} {
		require.IsType(t, (*source.ParseError)(nil), problems(err)[i])
		require.True(t, strings.HasPrefix(problems(err)[i].Error(), want), "%v", problems(err)[i])
	}
	require.Len(t, problems(doc.CheckAmounts(money.JPY)), 4, "0.850 is no amount of yen")

	made := distributor.Invoices{Rows: []distributor.Invoice{{Number: "7", Amount: "0.001"}}}
	require.EqualError(t, made.CheckAmounts(money.USD), `amount: parse amount "0.001": too many decimal digits, expected at most 2 for USD`)
	made.Rows[0].Amount = "0.01"
	require.NoError(t, made.CheckAmounts(money.USD))
	doc, err = distributor.ReadInvoices("f", many("[", object(`"amount":0.001`), ",", "]", 50))
	require.NoError(t, err)
	require.EqualError(t, problems(doc.CheckAmounts(money.USD))[maxProblems], "f: and 30 more problems")
}
