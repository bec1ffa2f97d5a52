package report_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// The bill of an account that closed in the middle of its second period, with the lines that
// explain it.
func ExampleInvoiceTable() {
	packages, err := invoice.ParsePackages("packages.json", []byte(`[{"name": "Gold", "price": 79.95}]`), money.USD)
	if err != nil {
		panic(err)
	}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	if err != nil {
		panic(err)
	}
	log := `{"id": "1", "type": "account.created", "account": "harbor-books", "at": "2010-09-30", "package": "Gold"}
{"id": "2", "type": "account.closed", "account": "harbor-books", "at": "2010-11-10"}`
	var events []account.Event
	for e, err := range eventlog.Read(strings.NewReader(log), "events.jsonl", invoice.Policy{}) {
		if err != nil {
			panic(err)
		}
		events = append(events, e)
	}
	through := cycle.MustDate("2010-12-31")
	bill, err := account.BillAccount(events, catalogue, invoice.Policy{}, through)
	if err != nil {
		panic(err)
	}
	summary := report.Summary{Accounts: 1, Invoices: len(bill.Invoices), Through: through, Total: money.New(10832, money.USD)}
	if err := report.InvoiceTable(os.Stdout, bill.Invoices, summary, true); err != nil {
		panic(err)
	}
	// Output:
	//   DATE        TYPE       PERIOD                   PACKAGE  CREDITS  AMOUNT  PRORATED  OVERAGE  CHARGES   TOTAL  STATUS
	// ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
	// harbor-books
	//   2010-10-30  Recurring  2010-09-30 … 2010-10-29  Gold           0   79.95         –        –        –   79.95  Unpaid
	//               recurring  2010-09-30 … 2010-10-29  Gold               79.95  30 of 30 days × $79.95
	//   2010-11-30  Recurring  2010-10-30 … 2010-11-29  Gold           0   79.95     51.58        –        –   28.37  Unpaid
	//               recurring  2010-10-30 … 2010-11-09  Gold               28.37  11 of 31 days × $79.95
	// ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
	//   TOTAL                                                             159.90     51.58        –        –  108.32
	//
	// 1 account, 2 invoices through 2010-12-31, total 108.32 USD, 0 anomalies
}

func ExampleTable() {
	err := report.Table(os.Stdout, []bool{false, true}, [][]string{{"PACKAGE", "PRICE"}, {"Starter", "9.95"}, {"Platinum", "199.95"}})
	if err != nil {
		panic(err)
	}
	// Output:
	// PACKAGE    PRICE
	// Starter     9.95
	// Platinum  199.95
}

func ExampleCount() {
	fmt.Println(report.Count(1, "anomaly", "anomalies"))
	fmt.Println(report.Count(12345, "anomaly", "anomalies"))
	// Output:
	// 1 anomaly
	// 12,345 anomalies
}
