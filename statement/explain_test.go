package statement_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/browser"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// histories are those of the accounts of the demo.
func histories(t *testing.T) (list []*statement.History) {
	t.Helper()
	var events eventlog.Events
	log, err := os.ReadFile(demo + "events.jsonl")
	require.NoError(t, err)
	for e, err := range eventlog.Read(bytes.NewReader(log), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		require.NoError(t, events.Add(e))
	}
	packages, err := os.ReadFile(demo + "packages.json")
	require.NoError(t, err)
	for b, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(t, string(packages)),
		Through: cycle.MustDate("2026-02-27"), Workers: 1}) {
		require.NoError(t, err)
		list = append(list, &statement.History{Events: events.Of(b.Account), Bill: account.Bill{Account: b.Account, Invoices: b.Invoices, Anomalies: b.Anomalies}})
	}
	return list
}

// TestExplainAddsUp: what is owed for the periods of each account is the total of its invoices, and each amount has its sentence.
func TestExplainAddsUp(t *testing.T) {
	for _, h := range histories(t) {
		e, err := statement.ExplainAccount(h)
		require.NoError(t, err)
		owed := money.New(0, money.USD)
		how := ""
		for _, row := range e.Periods {
			a, err := money.ParseIn(strings.ReplaceAll(row.Owed, ",", ""), money.USD)
			require.NoError(t, err)
			owed, err = owed.Add(a)
			require.NoError(t, err)
			how += row.How + "\n"
		}
		require.Equal(t, total(t, h.Bill.Invoices, func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount }), owed, h.Bill.Account)
		for i := range h.Bill.Invoices {
			inv := &h.Bill.Invoices[i]
			one := statement.ExplainInvoice(h, inv.Number)
			require.Len(t, one.Lines, len(inv.Lines))
			for j := range inv.Lines {
				if l := &inv.Lines[j]; !l.Amount.IsZero() && inv.Status != invoice.Canceled {
					require.True(t, strings.Contains(how, l.Explanation()), "%s: %s", inv.Number, l.Explanation())
				}
			}
		}
	}
	require.Nil(t, statement.ExplainInvoice(histories(t)[0], invoice.Number{}))
}

func TestExplainInABrowser(t *testing.T) {
	var b bytes.Buffer
	for _, h := range histories(t) {
		if h.Bill.Account == "granite-tools@example.com" {
			h.Events[0].Package = "<script>alert(1)</script>"
			e, err := statement.ExplainAccount(h)
			require.NoError(t, err)
			require.NoError(t, e.HTML(&b))
		}
	}
	p := browser.Open(t, pageFile(t, b.Bytes()), 1200, 900, false)
	require.Contains(t, p.Eval("document.body.innerText"), "created with <script>alert(1)</script>")
	looks(t, p)
}
