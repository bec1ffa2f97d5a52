package account_test

import (
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
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

// A backend issues invoices every day and keeps them. What was issued stands: usage that becomes known later is on the next invoice.
func ExampleIssue() {
	day := func(text string) time.Time { return cycle.MustDate(text).Start(nil) }
	packages, err := invoice.ParsePackages("packages.json", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	books := account.Issuing{Catalogue: catalogue}
	run := func(now string) {
		books.By = day(now)
		is, err := account.Issue(books)
		if err != nil {
			log.Fatal(err)
		}
		books.Issued = append(books.Issued, is.Invoices...)
		fmt.Printf("%s: %d new, the next one may come on %s\n", now, len(is.Invoices), is.Next)
		for _, inv := range is.Invoices {
			for _, line := range inv.Lines {
				fmt.Printf("    %s %7s  %s\n", inv.Date, line.Amount.Number(), line.Explanation())
			}
		}
	}

	books.Events = []account.Event{{ID: "1", Type: account.Created, Account: "harbor-books", At: day("2026-01-20"), Package: "Gold"}}
	run("2026-02-20")
	run("2026-02-20")
	books.Events = append(books.Events, account.Event{ID: "2", Type: account.UsageRecorded, Account: "harbor-books",
		At: day("2026-02-01"), RecordedAt: day("2026-02-25"), Credits: 60_000})
	run("2026-03-20")
	// Output:
	// 2026-02-20: 1 new, the next one may come on 2026-03-20
	//     2026-02-20   79.95  31 of 31 days × $79.95
	// 2026-02-20: 0 new, the next one may come on 2026-03-20
	// 2026-03-20: 1 new, the next one may come on 2026-04-20
	//     2026-03-20   10.00  60,000 credits used − 50,000 included = 10,000 × $0.001
	//     2026-03-20   79.95  28 of 28 days × $79.95
}

// A year of daily usage, billed month after month by no more than what the last two billing periods take.
func ExampleSince() {
	gold, err := invoice.ParsePackages("packages.json", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	catalogue, err := invoice.NewCatalogue(gold, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	first := cycle.MustDate("2026-01-20")
	what := account.Issuing{Catalogue: catalogue, Events: []account.Event{{ID: "created", Type: account.Created, Account: "harbor-books", At: first.Start(nil), Package: "Gold"}}}
	for day := first; day.Before(cycle.MustDate("2027-01-20")); day = day.AddDays(1) {
		what.Events = append(what.Events, account.Event{ID: day.String(), Type: account.UsageRecorded, Account: "harbor-books", At: day.Start(nil), Credits: 2_000})
		what.By = day.AddDays(1).Start(nil)
		is, err := account.Issue(what)
		if err != nil { // account.ErrLeftOut says that it takes all events and invoices
			log.Fatal(err)
		}
		what.Issued = append(what.Issued, is.Invoices...)
		what.Since.Stands = is.Stands
		what.Events = slices.DeleteFunc(what.Events, func(e account.Event) bool { return e.LeftOut(is.Stands) })
	}
	last := what.Issued[len(what.Issued)-1]
	fmt.Printf("%d invoices, the last of %s over %s; %d events are left\n", len(what.Issued), last.Date, last.FinalAmount, len(what.Events))
	// Output:
	// 12 invoices, the last of 2027-01-20 over 91.95 USD; 34 events are left
}

// A customer asks in the middle of a period what it has come to.
func ExampleStatus() {
	day := func(text string) time.Time { return cycle.MustDate(text).Start(nil) }
	packages, err := invoice.ParsePackages("packages.json", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	current, err := account.Status([]account.Event{
		{ID: "1", Type: account.Created, Account: "harbor-books", At: day("2026-01-20"), Package: "Gold"},
		{ID: "2", Type: account.UsageRecorded, Account: "harbor-books", At: day("2026-02-01"), Credits: 60_000},
	}, catalogue, invoice.Policy{}, cycle.MustDate("2026-02-05"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d credits used, %d over\n", current.CreditsUsed, current.CreditsAllowed, current.CreditsOverage)
	fmt.Printf("the invoice of %s will be %s, or %s if you close today\n", current.Next.Date, current.Projected.Display(), current.Accrued.Display())
	// Output:
	// 60000 of 50000 credits used, 10000 over
	// the invoice of 2026-02-20 will be $89.95, or $51.26 if you close today
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
