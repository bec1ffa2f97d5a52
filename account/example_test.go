package account_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
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

// Files of many accounts are read, gathered and billed, several accounts at a time.
func ExampleEvents_Replay() {
	const file = `
{"id":"1","type":"account.created","account":"quarry","at":"2026-03-01","package":"Gold"}
{"id":"2","type":"account.created","account":"harbor","at":"2026-03-05T10:00:00+01:00","package":"Gold"}
{"id":"3","type":"usage.recorded","account":"quarry","at":"2026-03-09","credits":5.5}
{"id":"4","type":"account.closed","account":"quarry","at":"2026-03-12"}
{"id":"5","type":"charge.added","account":"harbor","at":"2026-03-20","amount":"-10.00","description":"Outage of 19 March"}
{"id":"6","type":"usage.recorded","account":"quarry","at":"2026-03-20","credits":800}
`
	var policy invoice.Policy
	var events account.Events
	for e, err := range account.Read(strings.NewReader(file), "events.jsonl", policy) {
		if err == nil {
			err = events.Add(e)
		}
		if err != nil {
			fmt.Println(err) // a line that is no event; the others are read all the same
		}
	}

	catalogue, err := invoice.NewCatalogue([]invoice.Package{gold()}, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	const workers = 4
	for bill, err := range events.Replay(context.Background(), events.Accounts(), catalogue, policy, cycle.MustDate("2026-04-30"), workers) {
		if err != nil {
			log.Fatal(err)
		}
		for _, inv := range bill.Invoices {
			fmt.Println(bill.Account, inv.Date, inv.FinalAmount)
		}
		for _, a := range bill.Anomalies {
			fmt.Println(a)
		}
	}
	// Output:
	// events.jsonl:4:82: credits: 5.5 is not a count, expected a whole number from 0 to 9223372036854775807
	// harbor 2026-04-05 69.95 USD
	// quarry 2026-04-01 28.37 USD
	// anomaly: event "6" (usage.recorded of "quarry"): the account was closed on 2026-03-12
}

// Large files are loaded several at a time, and each worker makes the text of the bills it makes.
func ExampleReplayInto() {
	logs := map[string]string{
		"january.jsonl":  `{"id":"1","type":"account.created","account":"quarry","at":"2026-01-31","package":"Gold"}`,
		"february.jsonl": `{"id":"2","type":"account.closed","account":"quarry","at":"2026-02-10"}`,
	}
	var files []account.Source
	for _, name := range []string{"january.jsonl", "february.jsonl"} {
		files = append(files, account.Source{Name: name, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(logs[name])), nil // or os.Open(name)
		}})
	}
	ctx, policy := context.Background(), invoice.Policy{}
	var events account.Events
	if _, err := events.Load(ctx, files, account.Loading{Policy: policy}); err != nil {
		log.Fatal(err) // unless every line is in, there is nothing to bill
	}

	catalogue, err := invoice.NewCatalogue([]invoice.Package{gold()}, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	csv := func(text []byte, b *account.Bill) []byte {
		for _, inv := range b.Invoices {
			text = fmt.Appendf(text, "%s,%s,%s\n", b.Account, inv.Date, inv.FinalAmount.Number())
		}
		return text
	}
	write := func(text []byte) error {
		_, err := os.Stdout.Write(text)
		return err
	}
	const workers = 4
	err = account.ReplayInto(ctx, &events, events.Accounts(), catalogue, policy, cycle.MustDate("2026-02-28"), workers, csv, write)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// quarry,2026-02-28,28.55
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
