package statement_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

const demo = "../testdata/demo/"

// catalogue reads a package list.
func catalogue(t testing.TB, list string) invoice.Catalogue {
	t.Helper()
	packages, err := invoice.ParsePackages("packages.json", []byte(list), money.USD)
	require.NoError(t, err)
	c, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	return c
}

// billed bills the accounts of a log.
func billed(t testing.TB, log, packages string, policy invoice.Policy, through string) (invoices []invoice.Invoice) {
	t.Helper()
	var events eventlog.Events
	for e, err := range eventlog.Read(strings.NewReader(log), "events.jsonl", policy) {
		require.NoError(t, err)
		require.NoError(t, events.Add(e))
	}
	for b, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(t, packages), Policy: policy,
		Through: cycle.MustDate(through), Workers: 1}) {
		require.NoError(t, err)
		invoices = append(invoices, b.Invoices...)
	}
	return invoices
}

// demoInvoices are those of the demo.
func demoInvoices(t testing.TB) []invoice.Invoice {
	t.Helper()
	log, err := os.ReadFile(demo + "events.jsonl")
	require.NoError(t, err)
	packages, err := os.ReadFile(demo + "packages.json")
	require.NoError(t, err)
	return billed(t, string(log), string(packages), invoice.Policy{}, "2026-02-27")
}

const plans = `[{"name": "Starter", "price": 9.95, "credits": 10000, "overage": 0.001}, {"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`

// statusLog is a log of an account with an invoice of each status, and of others whose names mean something elsewhere.
const statusLog = `
{"id": "p1", "type": "account.created", "account": "<b>A & \"B\"</b>", "at": "2026-01-01", "package": "Gold"}
{"id": "p2", "type": "charge.added", "account": "<b>A & \"B\"</b>", "at": "2026-01-05", "amount": "-5.00", "description": "</script><script>alert(1)</script> due:2026-99-99 [2026-99-99]"}
{"id": "p3", "type": "account.closed", "account": "<b>A & \"B\"</b>", "at": "2026-01-20"}
{"id": "s1", "type": "account.created", "account": "statuses", "at": "2026-01-01", "package": "Gold"}
{"id": "s2", "type": "invoice.status_changed", "account": "statuses", "at": "2026-02-11", "invoice": "20260201-NUMBER", "status": "paid"}
{"id": "s3", "type": "invoice.status_changed", "account": "statuses", "at": "2026-03-11", "invoice": "20260301-NUMBER", "status": "refunded"}
{"id": "s4", "type": "invoice.status_changed", "account": "statuses", "at": "2026-04-11", "invoice": "20260401-NUMBER", "status": "deferred"}
{"id": "s5", "type": "invoice.status_changed", "account": "statuses", "at": "2026-05-11", "invoice": "20260501-NUMBER", "status": "canceled"}
{"id": "s6", "type": "usage.recorded", "account": "statuses", "at": "2026-02-11", "credits": 60000}
{"id": "s7", "type": "usage.recorded", "account": "statuses", "at": "2026-02-12", "recorded_at": "2026-05-12", "credits": 1000}
{"id": "h1", "type": "account.created", "account": "a:b; c  d|e %\n\tf\u202e ", "at": "2026-01-01", "package": "Starter"}
{"id": "h2", "type": "account.created", "account": "=1+1", "at": "2026-01-01", "package": "Starter"}
{"id": "h3", "type": "account.created", "account": "@SUM(A1)", "at": "2026-01-01", "package": "Starter"}
`

// statusInvoices are the invoices of statusLog, through June 2026.
func statusInvoices(t testing.TB) []invoice.Invoice {
	t.Helper()
	number := invoice.NumbersOf("statuses").On(cycle.MustDate("2026-01-01")).String()
	log := strings.ReplaceAll(strings.TrimSpace(statusLog), "NUMBER", strings.TrimPrefix(number, "20260101-"))
	return billed(t, log, plans, invoice.Policy{}, "2026-06-30")
}

// program finds a program that a test compares with. Without it the test is skipped, but not in continuous integration.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing, expected it in continuous integration: .ci/run installs it", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

// total adds the amounts of invoices that are not canceled.
func total(t testing.TB, invoices []invoice.Invoice, of func(*invoice.Invoice) money.Amount) money.Amount {
	t.Helper()
	sum := money.New(0, money.USD)
	for i := range invoices {
		if invoices[i].Status == invoice.Canceled {
			continue
		}
		var err error
		sum, err = sum.Add(of(&invoices[i]))
		require.NoError(t, err)
	}
	return sum
}
