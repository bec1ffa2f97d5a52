package formats_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/formats"
)

// Law: the way that knows only what replay writes reads every invoice that it writes, unless something in it is escaped, and finds in
// any text what the way that knows all JSON finds there, or gives up.
func TestLawPlainInvoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := eventtest.History{}
		h.Random(eventtest.Drawn(t))
		bill, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through())
		if err != nil || len(bill.Invoices) == 0 {
			return
		}
		text := bill.Invoices[rapid.IntRange(0, len(bill.Invoices)-1).Draw(t, "invoice")].AppendJSON(nil)
		_, _, _, found := formats.InvoiceOf(string(text), true)
		require.Equal(t, !bytes.Contains(text, []byte(`\`)), found, "%s", text)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			with := []byte(rapid.SampledFrom([]string{"", "0", "-", ".", `"`, `\`, "\x00", "\x1f", "\xff", "é", " ", ",", ":", "{", "}", "[]", "{}", "true", "null", `"a":1,`, `"account":"b",`}).Draw(t, "with"))
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				text = slices.Concat(text[:at], with, text[at:])
			case 1:
				text = slices.Concat(text[:at], with, text[at+1:])
			case 2:
				text = slices.Concat(text[:at+1], with)
			}
			if len(text) == 0 {
				return
			}
		}
		agree(t, string(text))
	})
}

func FuzzPlainInvoice(f *testing.F) {
	for _, text := range []string{a1, b1, `{}`, `{"a":{"b":[1,-2,true,false,"é",[]]},"account":"a"}`, `{"currency":"USD","currency":"USD"}`, `{"":0,"\u0000":[[[[[[[[[]]]]]]]]]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { agree(t, text) })
}

func agree(t require.TestingT, text string) {
	account, date, currency, plain := formats.InvoiceOf(text, true)
	if !plain {
		return
	}
	wantAccount, wantDate, wantCurrency, found := formats.InvoiceOf(text, false)
	require.True(t, found, "%q", text)
	require.Equal(t, []string{wantAccount, wantDate, wantCurrency}, []string{account, date, currency}, "%q", text)
}
