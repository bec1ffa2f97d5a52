package statement_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/browser"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// demoProfile is that of the demo.
func demoProfile(t *testing.T) *statement.Profile {
	t.Helper()
	data, err := os.ReadFile(demo + "profile.json")
	require.NoError(t, err)
	p, err := statement.ParseProfile("profile.json", data)
	require.NoError(t, err)
	p.Logo, err = os.ReadFile(demo + p.LogoFile)
	require.NoError(t, err)
	return &p
}

// dated is the invoice of an account of the demo on a day.
func dated(t *testing.T, account, date string) *invoice.Invoice {
	t.Helper()
	for _, inv := range of(demoInvoices(t), account) {
		if inv.Date.String() == date {
			return &inv
		}
	}
	t.Fatalf("no invoice of %s on %s", account, date)
	return nil
}

func TestInvoiceHTMLGolden(t *testing.T) {
	profile := demoProfile(t)
	profile.Logo = nil // which is as long as it is dull
	for _, of := range []struct{ file, account, date string }{
		{"invoice-en.html", "juniper-law@example.com", "2025-06-10"},
		{"invoice-de.html", "granite-tools@example.com", "2025-11-10"},
	} {
		part, err := statement.InvoiceHTMLPart(statement.Document{Invoice: dated(t, of.account, of.date), Profile: profile})
		require.NoError(t, err)
		golden(t, of.file, string(part)+"\n")
	}
}

func TestInvoiceBroughtForward(t *testing.T) {
	inv, before := dated(t, "juniper-law@example.com", "2025-06-10"), money.MustParse("20.00 USD")
	part, err := statement.InvoiceHTMLPart(statement.Document{Invoice: inv, Before: &before})
	require.NoError(t, err)
	require.NotContains(t, string(part), "brought forward", "a paid invoice is not to be paid")
	inv.Status = invoice.Unpaid
	part, err = statement.InvoiceHTMLPart(statement.Document{Invoice: inv, Before: &before})
	require.NoError(t, err)
	text := strings.Join(strings.Fields(textOf(string(part))), " ")
	require.Contains(t, text, "Total USD 57.37 Balance brought forward USD 20.00 Amount due USD 77.37")
	require.Contains(t, text, "Bill to juniper-law@example.com", "without a profile it goes to the account")

	credit := money.MustParse("-100.00 USD")
	part, err = statement.InvoiceHTMLPart(statement.Document{Invoice: inv, Before: &credit})
	require.NoError(t, err)
	text = strings.Join(strings.Fields(textOf(string(part))), " ")
	require.Contains(t, text, "Balance brought forward USD −100.00 Credit balance USD −42.63")
	require.NotContains(t, text, "Amount due", "nothing is due")

	huge := money.New(1<<63-1, money.USD)
	_, err = statement.InvoiceHTMLPart(statement.Document{Invoice: inv, Before: &huge})
	require.ErrorIs(t, err, money.ErrOverflow)
}

// Who has paid, or owes nothing, is not told how and until when to pay.
func TestInvoiceToBePaid(t *testing.T) {
	profile := demoProfile(t)
	for _, c := range []struct {
		status invoice.Status
		pays   bool
		says   string
	}{
		{invoice.Unpaid, true, ""}, {invoice.Deferred, true, ""}, {invoice.Paid, false, "This invoice is paid."},
		{invoice.Refunded, false, "This invoice was refunded."}, {invoice.Canceled, false, "This invoice is canceled."},
	} {
		inv := dated(t, "juniper-law@example.com", "2025-06-10")
		inv.Status = c.status
		part, err := statement.InvoiceHTMLPart(statement.Document{Invoice: inv, Profile: profile})
		require.NoError(t, err)
		text := textOf(string(part))
		for _, how := range []string{"24 June 2025", profile.Terms, profile.Payment[1]} {
			require.Equal(t, c.pays, strings.Contains(text, how), "%s of an invoice that is %s", how, c.status)
		}
		require.Contains(t, text, c.says)
	}
	credit, err := statement.InvoiceHTMLPart(statement.Document{Invoice: dated(t, "granite-tools@example.com", "2025-11-10"), Profile: profile})
	require.NoError(t, err)
	require.Contains(t, string(credit), "Gutschrift an")
}

func TestInvoiceInABrowser(t *testing.T) {
	profile := demoProfile(t)
	hostile := statusInvoices(t)[0]
	profile.Terms = "<script>alert(1)</script>"
	var b bytes.Buffer
	require.NoError(t, statement.InvoiceHTML(&b, statement.Document{Invoice: dated(t, "juniper-law@example.com", "2025-06-10"), Profile: profile},
		statement.Document{Invoice: dated(t, "granite-tools@example.com", "2025-11-10"), Profile: profile}, statement.Document{Invoice: &hostile, Profile: profile}))
	p := browser.Open(t, pageFile(t, b.Bytes()), 1200, 900, false)
	looks(t, p)
	require.Equal(t, 0.0, p.Eval(`document.querySelectorAll("main b, script").length`), "a name is text")
	require.Contains(t, p.Eval("document.body.innerText"), `<b>A & "B"</b>`)
	require.Greater(t, p.Eval(`document.querySelector("img").naturalWidth`), 0.0, "the logo is there")
}

// pdfText writes invoices as PDF and reads their text again.
func pdfText(t *testing.T, o statement.PDF, documents ...statement.Document) (text string, missing []rune, size int) {
	t.Helper()
	var b, again bytes.Buffer
	missing, err := o.Write(&b, documents...)
	require.NoError(t, err)
	_, err = o.Write(&again, documents...)
	require.NoError(t, err)
	require.True(t, bytes.Equal(b.Bytes(), again.Bytes()), "the same invoice makes the same bytes")
	file := filepath.Join(t.TempDir(), "invoice.pdf")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	out, err := exec.Command(program(t, "pdftotext"), "-layout", file, "-").Output()
	require.NoError(t, err)
	return string(out), missing, b.Len()
}

// TestPDFHasAll reads the text of PDFs, and finds each figure and sentence in it.
func TestPDFHasAll(t *testing.T) {
	profile := demoProfile(t)
	for _, account := range []string{"juniper-law@example.com", "harbor-books@example.com", "saltmarsh-tours@example.com"} {
		for _, inv := range of(demoInvoices(t), account) {
			text, missing, size := pdfText(t, statement.PDF{}, statement.Document{Invoice: &inv, Profile: profile})
			require.Empty(t, missing)
			require.Less(t, size, 60_000, "small")
			text = strings.Join(strings.Fields(text), " ")
			for _, want := range []string{inv.Number.String(), profile.Issuer.Name, profile.Customer(account).Name} {
				require.Contains(t, text, want)
			}
			for _, how := range []string{profile.Terms, profile.Payment[1]} {
				require.Equal(t, inv.Status == invoice.Unpaid && inv.FinalAmount.Sign() > 0, strings.Contains(text, how), "how to pay what is to be paid")
			}
			number := func(a money.Amount) string { return strings.Replace(a.Number(), "-", "−", 1) }
			require.Contains(t, text, "Total USD "+number(inv.FinalAmount))
			for i := range inv.Lines {
				line := &inv.Lines[i]
				for word := range strings.FieldsSeq(line.Explanation()) {
					require.Contains(t, text, word)
				}
				require.Contains(t, text, number(line.Amount))
			}
		}
	}
}

func TestPDFInGerman(t *testing.T) {
	text, _, _ := pdfText(t, statement.PDF{Letter: true}, statement.Document{Invoice: dated(t, "granite-tools@example.com", "2025-11-10"), Profile: demoProfile(t)})
	text = strings.Join(strings.Fields(text), " ")
	for _, want := range []string{"Gutschrift an", "Münchner Straße 5", "10.11.2025", "31 von 31 Tagen × 10,95 USD", "Summe −35,05 USD"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "Zahlbar", "nobody is to pay a credit")
	text, _, _ = pdfText(t, statement.PDF{}, statement.Document{Invoice: dated(t, "granite-tools@example.com", "2025-08-10"), Profile: demoProfile(t)})
	require.Contains(t, text, "Zahlbar")
}

// TestPDFOfManyLines goes on over pages, with the head of the table on each and the number of each.
func TestPDFOfManyLines(t *testing.T) {
	var log strings.Builder
	log.WriteString(`{"id": "1", "type": "account.created", "account": "a", "at": "2026-01-01", "package": "Gold"}` + "\n")
	for i := range 120 {
		fmt.Fprintf(&log, `{"id": "c%d", "type": "charge.added", "account": "a", "at": "2026-01-%02d", "amount": "1.00", "description": "Charge number %d %s"}`+"\n", i, 2+i%28, i,
			strings.Repeat("and more words ", i%12))
	}
	inv := billed(t, log.String(), plans, invoice.Policy{}, "2026-02-01")[0]
	text, _, _ := pdfText(t, statement.PDF{}, statement.Document{Invoice: &inv}, statement.Document{Invoice: &inv})
	pages := strings.Count(text, "\f")
	require.Greater(t, pages, 8)
	require.Equal(t, pages, strings.Count(text, "Amount USD"), "each page begins with the head of the table")
	require.Contains(t, text, fmt.Sprintf("Page %d of %d", pages/2, pages/2))
	for i := range 120 {
		require.Equal(t, 2, strings.Count(text, fmt.Sprintf("Charge number %d ", i))+strings.Count(text, fmt.Sprintf("Charge number %d\n", i)), i)
	}
}

// TestPDFOfOtherScripts says which characters the font lacks, and shows a box for each.
func TestPDFOfOtherScripts(t *testing.T) {
	inv := *dated(t, "juniper-law@example.com", "2025-06-10")
	inv.Account = "Čajovna Ωmega Жук 漢字 😀"
	text, missing, _ := pdfText(t, statement.PDF{}, statement.Document{Invoice: &inv})
	require.Equal(t, []rune("漢字😀"), missing)
	require.Contains(t, text, "Čajovna Ωmega Жук □□ □")
}

func TestParseProfile(t *testing.T) {
	p, err := statement.ParseProfile("p.json", []byte(`{"issuer": {"name": "A", "address": "1\n2"}, "customers": {"x": {"address": ["3"], "locale": {"language": "de", "decimal": ".", "group": " "}}},
		"due_days": 30, "payment": "IBAN"}`))
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, p.Issuer.Address)
	require.Equal(t, statement.Party{Name: "x", Address: []string{"3"}, Locale: &statement.Locale{Language: statement.German, Decimal: ".", Group: " "}}, p.Customer("x"))
	require.Equal(t, statement.Party{Name: "y"}, p.Customer("y"))
	require.Equal(t, 30, p.DueDays)

	for _, c := range []struct{ text, err string }{
		{`[]`, `p.json:1:1: an array, expected a JSON object`},
		{`{"isuer": {}}`, `p.json:1:2: unknown key "isuer" (did you mean "issuer"?), expected one of issuer, customers, `},
		{`{"issuer": {"nam": "x"}}`, `p.json:1:13: unknown key "nam" (did you mean "name"?), expected one of name, address, email, tax_id`},
		{`{"issuer": {"reference": "x"}}`, `p.json:1:13: unknown key "reference"`},
		{`{"customers": {"a": {"address": 5}}}`, `p.json:1:33: address: 5, expected a list`},
		{`{"due_days": -1}`, `expected`},
		{`{"due_days": 4000}`, `p.json:1:14: due_days: 4000, expected 0 to 3660`},
		{`{"locale": {"language": "fr"}}`, `p.json:1:25: unknown language "fr", expected one of en, de`},
		{`{"locale": {"date": "DD.MM.YY"}}`, `(did you mean "DD.MM.YYYY"?)`},
		{`{"locale": {"decimal": ";"}}`, `decimal: ";", expected "." or ","`},
		{`{"locale": {"decimal": ","  , "group": ","}}`, `decimal and group are both ",", expected two marks`},
		{`{"terms": 1, "tax_line": 2}`, "p.json:1:11: terms: 1, expected a string\np.json:1:26: tax_line: 2, expected a string"},
	} {
		_, err := statement.ParseProfile("p.json", []byte(c.text))
		require.ErrorContains(t, err, c.err, c.text)
	}
}
