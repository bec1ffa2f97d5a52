package statement_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// journal writes invoices as a journal, in a file.
func journal(t *testing.T, invoices []invoice.Invoice, changed func(*invoice.Invoice) cycle.Date) (file, text string) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, statement.Ledger(&b, invoices, changed))
	file = filepath.Join(t.TempDir(), "invoices.journal")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file, b.String()
}

// balances asks hledger for the balance of each account.
func balances(t *testing.T, file string) map[string]money.Amount {
	t.Helper()
	run := exec.Command("hledger", "-f", file, "balance", "--flat", "--no-total", "--empty", "--output-format", "csv")
	out, err := run.Output()
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	require.NoError(t, err)
	all := map[string]money.Amount{}
	for _, row := range rows[1:] {
		number := strings.TrimSuffix(row[1], " USD")
		if number == "0" {
			number = "0.00"
		}
		all[row[0]], err = money.ParseIn(number, money.USD)
		require.NoError(t, err)
	}
	return all
}

// TestLedgerBalances lets hledger check journals, and compares the balances that it finds with the invoices.
func TestLedgerBalances(t *testing.T) {
	hledger := program(t, "hledger")
	for name, invoices := range map[string][]invoice.Invoice{"demo": demoInvoices(t), "statuses": statusInvoices(t)} {
		t.Run(name, func(t *testing.T) {
			file, _ := journal(t, invoices, nil)
			out, err := exec.Command(hledger, "-f", file, "check", "--strict").CombinedOutput()
			require.NoError(t, err, "%s", out)

			found := balances(t, file)
			want := map[string]money.Amount{}
			add := func(account string, a money.Amount, back bool) {
				if back {
					a, err = a.Neg()
					require.NoError(t, err)
				}
				if _, known := want[account]; !known {
					want[account] = money.New(0, money.USD)
				}
				want[account], err = want[account].Add(a)
				require.NoError(t, err)
			}
			customers := map[string]bool{}
			for i := range invoices {
				inv := &invoices[i]
				customers[inv.Account] = true
				if inv.Status == invoice.Canceled {
					continue
				}
				switch inv.Status {
				case invoice.Paid:
					add("assets:payments", inv.FinalAmount, false)
				case invoice.Refunded:
					add("revenue:refunds", inv.FinalAmount, false)
				default:
					add("receivable", inv.FinalAmount, false)
				}
				for j := range inv.Lines {
					add("revenue:"+inv.Lines[j].Kind.String(), inv.Lines[j].Amount, true)
				}
			}
			names, receivable := 0, money.New(0, money.USD)
			for account, a := range found {
				if strings.HasPrefix(account, "accounts receivable:") {
					names++
					receivable, err = receivable.Add(a)
					require.NoError(t, err)
				} else if account != "accounts receivable" {
					require.Equal(t, want[account].Minor(), a.Minor(), account)
				}
			}
			require.Equal(t, len(customers), names, "an account of its own for each customer")
			require.Equal(t, want["receivable"], receivable)
			for account := range want {
				if account != "receivable" && !want[account].IsZero() {
					require.Contains(t, found, account)
				}
			}
		})
	}
}

// TestLedgerReadByLedger lets the other program read it too.
func TestLedgerReadByLedger(t *testing.T) {
	ledger := program(t, "ledger")
	file, _ := journal(t, statusInvoices(t), nil)
	out, err := exec.Command(ledger, "-f", file, "--pedantic", "balance", "revenue:recurring", "--format", "%(display_total)\n").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "rror")
	sum := money.New(0, money.USD)
	for _, inv := range statusInvoices(t) {
		for i := range inv.Lines {
			if inv.Lines[i].Kind == invoice.Recurring && inv.Status != invoice.Canceled {
				sum, err = sum.Add(inv.Lines[i].Amount)
				require.NoError(t, err)
			}
		}
	}
	require.Equal(t, "-"+sum.Number()+" USD", strings.TrimSpace(strings.SplitN(string(out), "\n", 2)[0]))
}

func TestLedger(t *testing.T) {
	_, text := journal(t, statusInvoices(t), func(inv *invoice.Invoice) cycle.Date {
		if inv.Status == invoice.Paid {
			return cycle.MustDate("2026-02-11")
		}
		return cycle.Date{}
	})
	require.Contains(t, text, `
2026-02-11 * (20260201-`, "a payment has the day of its status")
	require.Contains(t, text, "; period:2026-02-01, adjustment:, Gold 2026-02-01 … 2026-02-28, 61,000 credits used (60,000 counted before) − 50,000 included = 11,000 × $0.001 = $11.00, less $10.00 billed before\n")
	require.Contains(t, text, "account accounts receivable:a%3Ab%3B c %20d|e %25%0A%09f%E2%80%AE%20\n", "what means something to a journal is escaped")
	require.NotContains(t, text, "[2026", "no date that a journal would read")
	require.NotContains(t, text, "due:")

	_, text = journal(t, nil, nil)
	require.Contains(t, text, "account revenue:refunds\n", "no invoices: a journal of none")
}
