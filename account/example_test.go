package account_test

import (
	"fmt"
	"log"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// A backend has its own tables. It turns the rows of one account into events, bills them, and
// shows each line with the sentence that explains it.
func ExampleBillAccount() {
	rows := []struct {
		id      int
		when    string
		what    account.Type
		plan    string
		credits int64
	}{
		{41, "2010-08-30T09:12:00Z", account.Created, "Gold", 0},
		{57, "2010-09-03T17:40:00Z", account.UsageRecorded, "", 100_000},
		{63, "2010-10-10T08:00:00Z", account.PackageChanged, "Silver", 0},
		{88, "2010-11-10T12:00:00Z", account.Closed, "", 0},
	}
	var events []account.Event
	for _, r := range rows {
		when, err := time.Parse(time.RFC3339, r.when)
		if err != nil {
			log.Fatal(err)
		}
		events = append(events, account.Event{ID: fmt.Sprintf("row-%d", r.id), Account: "harbor-books", Type: r.what, At: when,
			Package: r.plan, Credits: r.credits})
	}

	var policy invoice.Policy // the default: in arrears, actual days
	packages, err := invoice.ParsePackages("packages.json", []byte(`[
		{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001},
		{"name": "Silver", "price": 29.95, "credits": 20000, "overage": 0.00085}
	]`), policy.MoneyCurrency())
	if err != nil {
		log.Fatal(err)
	}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}

	bill, err := account.BillAccount(events, catalogue, policy, cycle.MustDate("2010-12-31"))
	if err != nil {
		log.Fatal(err)
	}
	for _, inv := range bill.Invoices {
		fmt.Printf("%s  %s  %s\n", inv.Date, inv.Period, inv.FinalAmount.Display())
		for _, line := range inv.Lines {
			fmt.Printf("    %-9s %-6s %7s  %s\n", line.Kind, line.Package, line.Amount.Number(), line.Explanation())
		}
	}
	for _, a := range bill.Anomalies {
		fmt.Println(a)
	}
	// Output:
	// 2010-09-30  2010-08-30 … 2010-09-29  $129.95
	//     recurring Gold     79.95  31 of 31 days × $79.95
	//     overage   Gold     50.00  100,000 credits used − 50,000 included = 50,000 × $0.001
	// 2010-10-30  2010-09-30 … 2010-10-29  $46.62
	//     recurring Gold     26.65  10 of 30 days × $79.95
	//     recurring Silver   19.97  20 of 30 days × $29.95
	// 2010-11-30  2010-10-30 … 2010-11-29  $10.63
	//     recurring Silver   10.63  11 of 31 days × $29.95
}

// A decoder reads events one by one where they do not come in a file, from a queue say.
func ExampleDecoder_Decode() {
	decoder := account.NewDecoder(invoice.Policy{})
	message := `{"id":"7","type":"account.package_changed","account":"quarry","at":"2026-03-12T10:00:00-05:00","package":"Gold","effective":"period_end"}`
	e, err := decoder.Decode([]byte(message), source.Place{File: "queue", Line: 7})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Type, e.Package, e.Effective, e.At.Format(time.RFC3339))
	_, err = decoder.Decode([]byte(`{"id":"8","type":"account.closd"}`), source.Place{File: "queue", Line: 7})
	fmt.Println(err)
	// Output:
	// account.package_changed Gold period_end 2026-03-12T15:00:00Z
	// queue:7:18: unknown type "account.closd" (did you mean "account.closed"?), expected one of account.created, account.package_changed, account.change_cancelled, charge.added, usage.recorded, account.closed, invoice.status_changed, event.voided
}
