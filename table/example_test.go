package table_test

import (
	"fmt"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

func ExampleOpen() {
	mapping, err := table.ParseMapping("june.csv.map.json", []byte(`{
		"decimal": ",", "date": "DD.MM.YYYY",
		"fields": {"username": "Kunde", "start_date": "Von", "end_date": {"column": "Bis", "exclusive": true}, "amount": "{Menge} * {Preis}"},
		"rows": [{"when": {"Kunde": "Summe"}, "skip": true}],
		"accounts": {"ACME GmbH": "acme"}}`), table.Invoices)
	if err != nil {
		fmt.Println(err)
		return
	}
	file := "Kunde;Von;Bis;Menge;Preis\n" +
		"ACME GmbH;01.06.2026;01.07.2026;3;19,95\n" +
		"Birke AG;01.06.2026;01.07.2026;1;12,5O\n" + // an O, not a 0
		"Summe;;;;72,35\n"
	t, err := table.Open("june.csv", []byte(file), mapping, money.USD)
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range t.Rows() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(row.Text("username"), row.Text("start_date"), row.Text("end_date"), row.Text("final_amount"))
	}
	fmt.Println(t.Tally().Skipped, "row left out")
	// Output:
	// acme 2026-06-01 2026-06-30 59.85
	// june.csv:3:34: cell E3 (Preis): "12,5O" is not a number, expected an amount in USD, the currency of the policy
	// 1 row left out
}

func ExamplePropose() {
	p, err := table.Propose("usage.csv", []byte("Customer,Date,Sent\nacme,2026-03-04,1200\n"), table.Usage, money.USD)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s%d questions\n", p.Text, len(p.Questions))
	// Output:
	// {
	//   "fields": {
	//     "account": "Customer",
	//     "at": "Date",
	//     "credits": "Sent"
	//   }
	// }
	// 0 questions
}

func ExamplePreset() {
	m, err := table.Preset("pax8", table.Invoices)
	fmt.Println(m.Name, err)
	_, err = table.Preset("pax", table.Invoices)
	fmt.Println(err)
	// Output:
	// pax8 <nil>
	// unknown preset "pax" (did you mean "pax8"?), expected one of distributor, microsoft-nce, microsoft-license, pax8, focus-1.2
}
