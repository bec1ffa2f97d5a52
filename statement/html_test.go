package statement_test

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/browser"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

var update = flag.Bool("update", false, "write what is printed to testdata; read the difference")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

func summaryOf(t *testing.T, invoices []invoice.Invoice) report.Summary {
	t.Helper()
	accounts := map[string]bool{}
	for i := range invoices {
		accounts[invoices[i].Account] = true
	}
	return report.Summary{Accounts: len(accounts), Invoices: len(invoices), Total: total(t, invoices, func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount })}
}

// of are the invoices of an account.
func of(invoices []invoice.Invoice, account string) (list []invoice.Invoice) {
	for _, inv := range invoices {
		if inv.Account == account {
			list = append(list, inv)
		}
	}
	return list
}

var tag = regexp.MustCompile(`<[^>]*>`)

// textOf is the text of a page, without its tags.
func textOf(page string) string {
	return html.UnescapeString(tag.ReplaceAllString(page, " "))
}

func TestHTMLGolden(t *testing.T) {
	invoices := of(demoInvoices(t), "juniper-law@example.com")[:2]
	part, err := statement.HTMLPart(invoices, summaryOf(t, invoices))
	require.NoError(t, err)
	golden(t, "statement.html", string(part)+"\n")
}

// TestHTMLHasAll finds each invoice, each line and each sum of the demo on the page.
func TestHTMLHasAll(t *testing.T) {
	invoices := demoInvoices(t)
	part, err := statement.HTMLPart(invoices, summaryOf(t, invoices))
	require.NoError(t, err)
	text := textOf(string(part))
	for i := range invoices {
		inv := &invoices[i]
		_, own, found := strings.Cut(string(part), `id="`+inv.Number.String()+`"`)
		require.True(t, found, inv.Number)
		own, _, _ = strings.Cut(own, "</details>")
		own = textOf(own)
		figure := func(a money.Amount) string { return strings.Replace(digits.Group(a.Number()), "-", "−", 1) }
		for _, a := range []money.Amount{inv.Amount, inv.FinalAmount} {
			require.Contains(t, own, figure(a), inv.Number)
		}
		for j := range inv.Lines {
			require.Contains(t, own, inv.Lines[j].Explanation(), inv.Number)
			require.Contains(t, own, figure(inv.Lines[j].Amount), inv.Number)
		}
	}
	require.Contains(t, text, "10,253.79")
}

func TestHTMLOfNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, statement.HTML(&b, nil, report.Summary{}))
	require.Contains(t, b.String(), "No invoices.")
}

// TestHTMLOfManyYears draws what does not fit: months as years, and figures of all sizes and signs.
func TestHTMLOfManyYears(t *testing.T) {
	invoices := billed(t, `{"id": "1", "type": "account.created", "account": "a", "at": "1990-01-01", "package": "Gold"}
{"id": "2", "type": "charge.added", "account": "a", "at": "1999-01-05", "amount": "-1000000.00", "description": "x"}`, plans, invoice.Policy{}, "2080-01-01")
	var b bytes.Buffer
	require.NoError(t, statement.HTML(&b, invoices, summaryOf(t, invoices)))
	require.Contains(t, b.String(), "Invoiced by year, in USD (the latest 48)")
	require.NotContains(t, b.String(), `height="-`)
}

// pageFile writes a page to a file, and returns its URL.
func pageFile(t *testing.T, page []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, page, 0o600))
	return "file://" + file
}

// looks at a page as people do: on a desk and on a phone, light and dark. Nothing goes wrong in it, nothing is wider than the window,
// all text can be read, and it asks for nothing from elsewhere.
func looks(t *testing.T, p *browser.Page) {
	t.Helper()
	p.Eval(`document.querySelectorAll("details").forEach((d, i) => { d.open = i < 20; })`)
	for _, width := range []int{1200, 390} {
		for _, dark := range []bool{false, true} {
			p.Window(width, 900, dark)
			require.Empty(t, p.LowContrast(), "%d pixels, dark %t", width, dark)
			require.LessOrEqual(t, p.Eval("document.documentElement.scrollWidth - innerWidth"), 0.0, "%d pixels", width)
		}
	}
	require.Equal(t, []any{}, p.Eval(`performance.getEntriesByType("resource").map(r => r.name).filter(n => !n.startsWith("data:"))`))
	require.Empty(t, p.Errors)
}

func TestHTMLInABrowser(t *testing.T) {
	var b bytes.Buffer
	invoices := append(demoInvoices(t), statusInvoices(t)...)
	require.NoError(t, statement.HTML(&b, invoices, summaryOf(t, invoices)))
	p := browser.Open(t, pageFile(t, b.Bytes()), 1200, 900, false)

	shown := func() any {
		return p.Eval(`[...document.querySelectorAll("details[data-row]")].filter(d => d.checkVisibility()).length`)
	}
	require.Equal(t, float64(len(invoices)), shown())
	p.Eval(`document.querySelector("input[name=words]").focus()`)
	p.Type("juniper 2025-06")
	require.Equal(t, 1.0, shown(), "words")
	require.Equal(t, fmt.Sprintf("1 of %d shown", len(invoices)), p.Eval(`document.querySelector("output").textContent`))
	p.Eval(`document.querySelector("input[name=words]").value = ""; const s = document.querySelector("select[name=status]"); s.value = "Canceled"; s.dispatchEvent(new Event("input", {bubbles: true}))`)
	require.Equal(t, 2.0, shown(), "a status")
	p.Eval(`s.value = ""; s.dispatchEvent(new Event("input", {bubbles: true})); s.focus()`)

	for range 3 { // over the other list to the first invoice
		p.Press("Tab")
	}
	require.Equal(t, "SUMMARY", p.Eval("document.activeElement.tagName"))
	p.Press("Enter")
	require.Equal(t, true, p.Eval("document.activeElement.parentElement.open"), "the keyboard opens an invoice")

	require.Equal(t, 0.0, p.Eval(`document.querySelectorAll("main b, main script").length`), "a name is text")
	require.Contains(t, p.Eval("document.body.textContent"), `<b>A & "B"</b>`)
	require.Contains(t, p.Eval("document.body.textContent"), `</script><script>alert(1)</script>`)
	looks(t, p)
}
