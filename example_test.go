package prorata_test

import (
	"fmt"
	"log"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// record is a row of the backend's own table of what its customers did.
type record struct {
	id      int64
	at      time.Time
	what    string // "signup", "move", "leave" or "send"
	plan    string
	credits int64
}

// billCustomer is all a backend needs to bill one customer: its own records in, invoices out.
func billCustomer(customer string, records []record, plans invoice.Catalogue, through cycle.Date) (account.Bill, error) {
	kinds := map[string]account.Type{"signup": account.Created, "move": account.PackageChanged,
		"leave": account.Closed, "send": account.UsageRecorded}
	var events []account.Event
	for _, r := range records {
		kind, ok := kinds[r.what]
		if !ok {
			return account.Bill{}, fmt.Errorf("record %d: unknown kind %q", r.id, r.what)
		}
		events = append(events, account.Event{ID: fmt.Sprint("record-", r.id), Account: customer,
			Type: kind, At: r.at, Package: r.plan, Credits: r.credits})
	}
	policy := invoice.Policy{Timing: invoice.Advance, BillChanges: invoice.Immediately}
	return account.BillAccount(events, plans, policy, through)
}

// A reseller's backend bills one customer from its own records.
func Example_embedding() {
	packages, err := invoice.ParsePackages("plans", []byte(`[
		{"name": "Starter", "price": 9.95, "credits": 10000, "overage": 0.001},
		{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	plans, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}

	records := []record{
		{id: 1, at: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), what: "signup", plan: "Starter"},
		{id: 2, at: time.Date(2026, 4, 8, 9, 0, 0, 0, time.UTC), what: "send", credits: 12500},
		{id: 3, at: time.Date(2026, 4, 11, 9, 0, 0, 0, time.UTC), what: "move", plan: "Gold"},
	}
	bill, err := billCustomer("acme", records, plans, cycle.MustDate("2026-04-30"))
	if err != nil {
		log.Fatal(err)
	}
	for _, inv := range bill.Invoices {
		fmt.Println(inv.Date, inv.Type, inv.FinalAmount)
		for _, line := range inv.Lines {
			fmt.Println("   ", line.Amount.Number(), line.Package, line.Dates, "·", line.Explanation())
		}
	}
	for _, anomaly := range bill.Anomalies { // events that make no sense where they stand: someone should look
		fmt.Println(anomaly)
	}
	// Output:
	// 2026-04-01 Recurring Bill 9.95 USD
	//     9.95 Starter 2026-04-01 … 2026-04-30 · 30 of 30 days × $9.95
	// 2026-04-11 Account Upgrade 49.17 USD
	//     -6.63 Starter 2026-04-01 … 2026-04-10 · 10 of 30 days × $9.95 = $3.32, less $9.95 billed before
	//     2.50 Starter 2026-04-01 … 2026-04-10 · 12,500 credits used − 10,000 included = 2,500 × $0.001
	//     53.30 Gold 2026-04-11 … 2026-04-30 · 20 of 30 days × $79.95
}
