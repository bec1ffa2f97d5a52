package account_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

const demo = "../testdata/demo/"

// TestDemo bills the demo and holds every figure against the tables of its README.
func TestDemo(t *testing.T) {
	bills, latest := billFile(t, demo+"events.jsonl", cycle.Date{})
	readme, err := os.ReadFile(demo + "README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "bills everything through "+latest.String())
	for name, b := range bills {
		require.Empty(t, b.Anomalies, name)
	}

	sections := strings.Split(string(readme), "\n## ")
	t.Run("accounts", func(t *testing.T) { checkAccounts(t, section(t, sections, "Accounts"), bills) })
	t.Run("invoices", func(t *testing.T) {
		detail := strings.Split(section(t, sections, "Account by account"), "\n### ")[1:]
		require.Len(t, detail, len(bills))
		for _, text := range detail {
			name, _, _ := strings.Cut(text, ":")
			checkInvoices(t, text, bills[name])
		}
	})
}

// TestAnomaliesDemo bills the events that make no sense, and holds what is reported and what is billed against the README.
func TestAnomaliesDemo(t *testing.T) {
	const folder = "../testdata/anomalies/"
	bills, _ := billFile(t, folder+"events.jsonl", date("2026-01-31"))
	readme, err := os.ReadFile(folder + "README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "--through 2026-01-31 ")

	reported, billed, found := strings.Cut(string(readme), "\n## What is billed\n")
	require.True(t, found)
	want, got := map[string]string{}, map[string]string{}
	for _, row := range rows(reported, 5) {
		want[row[0]] = row[1] + " " + strings.Trim(row[2], "`")
	}
	for name, b := range bills {
		for _, a := range b.Anomalies {
			got[a.Event.ID] = name + " " + a.Code.String()
		}
	}
	require.Equal(t, want, got)

	table := rows(billed, 6)
	require.Len(t, table, len(bills)+1, "a row for every account, and one for all")
	var all []invoice.Invoice
	for _, row := range table {
		invoices := all
		if row[0] != "all" {
			invoices = bills[row[0]].Invoices
			require.Equal(t, row[2], invoices[0].Date.String(), "first invoice of %s", row[0])
			require.Equal(t, row[3], invoices[len(invoices)-1].Date.String(), "last invoice of %s", row[0])
			all = append(all, invoices...)
		}
		require.Equal(t, row[1], strconv.Itoa(len(invoices)), "invoices of %s", row[0])
		require.Equal(t, cents(t, row[4]), sum(invoices, finalAmount), "total of %s", row[0])
	}
}

// billFile bills a file of events with the demo's packages, by account name as far as the @. A day of zero is the latest event's.
func billFile(t *testing.T, name string, through cycle.Date) (map[string]account.Bill, cycle.Date) {
	var policy invoice.Policy
	list, err := os.ReadFile(demo + "packages.json")
	require.NoError(t, err)
	packages, err := invoice.ParsePackages("packages.json", list, policy.MoneyCurrency())
	require.NoError(t, err)

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	accounts := map[string][]account.Event{}
	latest := cycle.Date{}
	for _, e := range readAll(t, string(text), policy) {
		accounts[e.Account] = append(accounts[e.Account], e)
		if day := dayIn(e.At, policy.TimeZone); day.After(latest) {
			latest = day
		}
	}
	if through.IsZero() {
		through = latest
	}
	bills := map[string]account.Bill{}
	for of, events := range accounts {
		b := bill(t, events, catalogue(packages...), policy, through.String())
		name, _, found := strings.Cut(b.Account, "@example.com")
		require.True(t, found, of)
		h := &history{eventtest.History{Policy: policy, Year: 2026, Packages: packages, Events: events}}
		require.Empty(t, disagreement(h), "the oracle agrees")
		bills[name] = b
	}
	return bills, through
}

func section(t *testing.T, sections []string, title string) string {
	t.Helper()
	for _, s := range sections {
		if text, found := strings.CutPrefix(s, title+"\n"); found {
			return text
		}
	}
	require.Fail(t, "no section", title)
	return ""
}

// rows are the cells of a Markdown table's rows, without its heading and without bold type.
func rows(text string, columns int) [][]string {
	var list [][]string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "**", ""), "\n") {
		if cells := strings.Split(line, "|"); len(cells) == columns+2 {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			list = append(list, cells[1:columns+1])
		}
	}
	return list[2:]
}

// cents reads an amount with thousands separators.
func cents(t *testing.T, text string) int64 {
	t.Helper()
	a, err := money.ParseIn(strings.ReplaceAll(text, ",", ""), money.USD)
	require.NoError(t, err)
	return a.Minor()
}

func checkAccounts(t *testing.T, text string, bills map[string]account.Bill) {
	table := rows(text, 9)
	var all []invoice.Invoice
	for _, row := range table[:len(table)-1] {
		b, ok := bills[row[0]]
		require.True(t, ok, row[0])
		checkTotals(t, row, b.Invoices)
		require.Equal(t, row[3], b.Invoices[0].Date.String(), "first invoice of %s", row[0])
		require.Equal(t, row[4], b.Invoices[len(b.Invoices)-1].Date.String(), "last invoice of %s", row[0])
		all = append(all, b.Invoices...)
	}
	require.Len(t, table, len(bills)+1, "a row for every account, and one for all")
	require.Equal(t, "all", table[len(bills)][0])
	checkTotals(t, table[len(bills)], all)
}

// checkTotals holds invoices against name, what, count, first, last, recurring, overage, charges, total.
func checkTotals(t *testing.T, row []string, invoices []invoice.Invoice) {
	t.Helper()
	require.Equal(t, row[2], strconv.Itoa(len(invoices)), "invoices of %s", row[0])
	invoices = slices.DeleteFunc(slices.Clone(invoices), func(inv invoice.Invoice) bool { return inv.Status == invoice.Canceled }) // which are in no total
	recurring := func(inv *invoice.Invoice) money.Amount { return must(inv.Amount.Sub(inv.Prorated)) }
	require.Equal(t, cents(t, row[5]), sum(invoices, recurring), "recurring of %s", row[0])
	require.Equal(t, cents(t, row[6]), sum(invoices, func(inv *invoice.Invoice) money.Amount { return inv.Overage }), "overage of %s", row[0])
	require.Equal(t, cents(t, row[7]), sum(invoices, func(inv *invoice.Invoice) money.Amount { return inv.AdditionalCharges }), "charges of %s", row[0])
	require.Equal(t, cents(t, row[8]), sum(invoices, finalAmount), "total of %s", row[0])
}

// checkInvoices holds an account's invoices against a table whose rows are of one invoice or
// of a run of them, "2025-02-15 … 2025-11-15".
func checkInvoices(t *testing.T, text string, b account.Bill) {
	table := rows(text, 3)
	rest := b.Invoices
	for _, row := range table[:len(table)-1] {
		first, last, run := strings.Cut(row[0], " … ")
		if !run {
			last = first
		}
		n := 0
		for n < len(rest) && rest[n].Date.String() <= last {
			n++
		}
		require.Positive(t, n, "%s of %s", row[0], b.Account)
		require.Equal(t, first, rest[0].Date.String(), b.Account)
		require.Equal(t, last, rest[n-1].Date.String(), b.Account)
		require.Equal(t, cents(t, row[2]), sum(rest[:n], finalAmount), "%s of %s", row[0], b.Account)
		rest = rest[n:]
	}
	require.Empty(t, rest, b.Account)
	total := table[len(table)-1]
	require.True(t, strings.HasPrefix(total[1], "total of "+strconv.Itoa(len(b.Invoices))+" invoices"), total[1])
	require.Equal(t, cents(t, total[2]), sum(slices.DeleteFunc(slices.Clone(b.Invoices), func(inv invoice.Invoice) bool { return inv.Status == invoice.Canceled }), finalAmount), b.Account)
}
