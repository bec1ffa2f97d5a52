package statement_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// exampleBill is what an account with Gold for eleven days of March is billed.
func exampleBill() account.Bill {
	packages, err := invoice.ParsePackages("plans", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	plans, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	on := func(date string) account.Event {
		return account.Event{ID: date, Account: "acme", At: cycle.MustDate(date).Start(nil)}
	}
	opened, closed := on("2026-03-01"), on("2026-03-12")
	opened.Type, opened.Package, closed.Type = account.Created, "Gold", account.Closed
	bill, err := account.BillAccount([]account.Event{opened, closed}, plans, invoice.Policy{}, cycle.MustDate("2026-04-01"))
	if err != nil {
		log.Fatal(err)
	}
	return bill
}

func ExampleLedger() {
	if err := statement.Ledger(os.Stdout, exampleBill().Invoices, nil); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ; Invoices by account, then date. Read by hledger and ledger.
	// commodity USD
	//     format 1000.00 USD
	//
	// account accounts receivable  ; type:A
	// account accounts receivable:acme
	// account assets:payments
	// account revenue:recurring
	// account revenue:overage
	// account revenue:charge
	// account revenue:refunds
	//
	// 2026-04-01 * (20260401-g8nk7bc7r54a18ga) acme | Recurring Bill 2026-03-01 … 2026-03-31
	//     accounts receivable:acme                                 28.37 USD
	//     revenue:recurring                                       -28.37 USD  ; period:2026-03-01, Gold 2026-03-01 … 2026-03-11, 11 of 31 days × $79.95
}

func ExampleInvoiceHTML() {
	profile, err := statement.ParseProfile("profile.json", []byte(`{"issuer": {"name": "Lantern"}, "customers": {"acme": {"name": "Acme GmbH", "locale": {"language": "de"}}}}`))
	if err != nil {
		log.Fatal(err)
	}
	bill := exampleBill()
	var page strings.Builder
	if err := statement.InvoiceHTML(&page, statement.Document{Invoice: &bill.Invoices[0], Profile: &profile}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(page.String(), "11 von 31 Tagen × 79,95 USD"))
	// Output: true
}

func ExampleExplainAccount() {
	e, err := statement.ExplainAccount(&statement.History{Bill: exampleBill()})
	if err != nil {
		log.Fatal(err)
	}
	for _, period := range e.Periods {
		fmt.Println(period.Days, period.Owed, period.How)
	}
	// Output: 2026-03-01 … 2026-03-11 28.37 Gold: 11 of 31 days × $79.95 = 28.37
}
