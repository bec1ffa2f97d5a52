package invoice_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// typical are invoices as a replay writes them by the million.
func typical(t require.TestingT) []struct {
	name string
	inv  invoice.Invoice
} {
	bill := func(book *invoice.Book, day string, owed ...invoice.Item) invoice.Invoice {
		c := cut(t, day)
		c.Account = "harbor-books"
		inv, made, err := invoiceOf(book, c, owed)
		require.NoError(t, err)
		require.True(t, made)
		inv.Number, inv.CutAt = invoice.NumbersOf("harbor-books").On(c.Date), c.Date.Start(nil)
		return inv
	}
	var late invoice.Book
	bill(&late, "2026-03-10", days(t, 31))
	charge := invoice.NewCharge("e1", cycle.MustDate("2026-03-12"), march, money.MustParse("-5.00 USD"), "Outage of 12 March")
	return []struct {
		name string
		inv  invoice.Invoice
	}{
		{"a full period", bill(new(invoice.Book), "2026-04-10", days(t, 31))},
		{"a close with overage", bill(new(invoice.Book), "2026-03-20", days(t, 10), used(t, 60000))},
		{"an adjustment and a charge", bill(&late, "2026-03-20", days(t, 10), charge)},
	}
}

// TestAllocations holds the JSON of an invoice to none, and a number to itself.
func TestAllocations(t *testing.T) {
	for _, c := range typical(t) {
		buf := c.inv.AppendJSON(nil)
		require.Zero(t, testing.AllocsPerRun(100, func() { buf = c.inv.AppendJSON(buf[:0]) }), c.name)
		require.Equal(t, string(c.inv.AppendJSON(nil)), string(buf), c.name)
	}
	numbers, number := invoice.NumbersOf("harbor-books"), ""
	require.Equal(t, 1.0, testing.AllocsPerRun(100, func() { number = numbers.On(march.Start).String() }), number)
}

// genText draws names and descriptions: most are plain, some hold what JSON must escape, and some are not UTF-8.
func genText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z][a-z0-9.-]{0,20}`),
		rapid.StringN(1, 20, -1),
		rapid.SampledFrom([]string{`"Gold"`, `C:\gold`, "two\nlines", "\x00\x1f\x7f", "😀", "\u2028\u2029", "\xff", "a\xc3", "\xed\xa0\x80", "<b>&"}),
	)
}

// owing is something owed, and the sentence that explains it.
type owing struct {
	item     invoice.Item
	amount   money.Amount
	sentence string
}

// genInstant draws the instant of a cut: none, whole seconds and parts of them, also outside the years of four digits.
func genInstant() *rapid.Generator[time.Time] {
	const year = 366 * 24 * 60 * 60
	return rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(0, 60*year).Draw(t, "second"), rapid.SampledFrom([]int64{0, 0, 1, 500_000_000}).Draw(t, "nanosecond"))
		}),
		rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(-2000*year, 9000*year).Draw(t, "second"), 0)
		}),
	)
}

// genOwing draws what is owed for each kind: for some days of March, for credits, and for a charge.
func genOwing(terms *invoice.Terms) *rapid.Generator[map[invoice.Kind]owing] {
	grouped := func(n int64) string { return digits.Group(strconv.FormatInt(n, 10)) }
	return rapid.Custom(func(t *rapid.T) map[invoice.Kind]owing {
		owed := map[invoice.Kind]owing{}
		key := invoice.Key{Period: march.Start, Of: terms.Name()}
		if rapid.Bool().Draw(t, "recurring") {
			part := cycle.Period{Start: march.Start, End: march.Start.AddDays(rapid.IntRange(1, march.Days()).Draw(t, "days"))}
			part.Start = part.Start.AddDays(rapid.SampledFrom([]int{0, part.Days() - 1}).Draw(t, "from"))
			var item invoice.Item
			require.NoError(t, item.SetRecurring(key, terms, proration.Rule{}, march, part))
			share, err := proration.Rule{}.Share(terms.Package().Price, march, part)
			require.NoError(t, err)
			owed[invoice.Recurring] = owing{item, share.Amount, share.Explanation()}
		}
		if rapid.Bool().Draw(t, "overage") {
			credits, included := rapid.Int64Range(0, 2e9).Draw(t, "credits"), rapid.Int64Range(0, 1e6).Draw(t, "included")
			var item invoice.Item
			require.NoError(t, item.SetOverage(key, terms, &invoice.Policy{}, march, allowed(credits, included)))
			over := max(0, credits-included)
			amount, err := terms.CreditPrice().Times(over, money.USD, money.HalfUp)
			require.NoError(t, err)
			sentence := fmt.Sprintf("%s of %s included credits used", grouped(credits), grouped(included))
			if over > 0 {
				sentence = fmt.Sprintf("%s credits used − %s included = %s × %s", grouped(credits), grouped(included), grouped(over), terms.CreditPrice().Display(money.USD))
			}
			owed[invoice.Overage] = owing{item, amount, sentence}
		}
		if rapid.Bool().Draw(t, "charge") {
			amount, text := money.New(rapid.Int64Range(-1e6, 1e6).Draw(t, "amount"), money.USD), genText().Draw(t, "description")
			owed[invoice.Charge] = owing{invoice.NewCharge("e1", march.Start, march, amount, text), amount, text}
		}
		return owed
	})
}

// explained is the sentence of what is owed less what was billed before.
func explained(kind invoice.Kind, owed, billed owing, is, was bool) string {
	nothingBefore := was && billed.amount.IsZero() // there is to take off
	if kind == invoice.Overage && was {
		counted := "credits used"
		if n := billed.item.Credits; n > 0 {
			counted += " (" + digits.Group(strconv.FormatInt(n, 10)) + " counted before)"
		}
		if !is {
			owed.sentence = "no credits used"
		}
		owed.sentence = strings.Replace(owed.sentence, "credits used", counted, 1)
	}
	switch {
	case nothingBefore:
		return owed.sentence
	case !is && kind == invoice.Overage:
		return fmt.Sprintf("%s, less %s billed before", owed.sentence, billed.amount.Display())
	case !is:
		return fmt.Sprintf("nothing owed, less %s billed before", billed.amount.Display())
	case !was:
		return owed.sentence
	}
	return fmt.Sprintf("%s = %s, less %s billed before", owed.sentence, owed.amount.Display(), billed.amount.Display())
}

// invoiceJSON is the JSON of an invoice the slow and obvious way; explanations are those of its lines.
func invoiceJSON(inv *invoice.Invoice, explanations []string) string {
	quoted := func(s string) string {
		b, _ := jsontext.AppendQuote(nil, s) // an error says that s is not UTF-8; it is replaced all the same
		return string(b)
	}
	var lines []string
	for i := range inv.Lines {
		l := &inv.Lines[i]
		event := ""
		if l.Kind == invoice.Charge {
			event = `,"event":` + quoted(l.Event())
		}
		lines = append(lines, fmt.Sprintf(`{"kind":%q,"package":%s,"start_date":%q,"end_date":%q,"days":%d,"period_days":%d,"quantity":%d,`+
			`"unit_price":%q,"amount":%q,"adjustment":%t,"explanation":%s,"period":%q,"phase":%d,"credits":%d%s}`, l.Kind, quoted(l.Package), l.Dates.Start, l.Dates.Last(), l.Days(), l.PeriodDays(), l.Quantity(),
			l.UnitPrice(), l.Amount.Number(), l.Adjustment, quoted(explanations[i]), l.Period(), l.Phase(), l.Credits(), event))
	}
	cutAt := ""
	if !inv.CutAt.IsZero() {
		cutAt = fmt.Sprintf(`"cut_at":%q,`, inv.CutAt.UTC().Format(time.RFC3339Nano))
	}
	return fmt.Sprintf(`{"number":%s,"account":%s,"type":%q,"date_invoiced":%q,"start_date":%q,"end_date":%q,"package":%s,"currency":%q,`+
		`"credits":%d,"amount":%q,"prorated":%q,"overage":%q,"additional_charges":%q,"final_amount":%q,"status":%q,%s"lines":[%s]}`,
		quoted(inv.Number.String()), quoted(inv.Account), inv.Type, inv.Date, inv.Period.Start, inv.Period.Last(), quoted(inv.Package), inv.FinalAmount.Currency(),
		inv.Credits, inv.Amount.Number(), inv.Prorated.Number(), inv.Overage.Number(), inv.AdditionalCharges.Number(), inv.FinalAmount.Number(), inv.Status, cutAt, strings.Join(lines, ","))
}

// Law: the JSON of an invoice is what fmt makes of its fields and of what is owed and was billed, to the byte, whatever the names;
// and of several invoices, it is theirs one by one.
func TestLawInvoiceJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, price := genText().Draw(t, "package"), money.New(rapid.Int64Range(0, 1e6).Draw(t, "price"), money.USD)
		over := rate(t, rapid.StringMatching(`0\.0{0,5}[0-9]{1,6}`).Draw(t, "rate"))
		catalogue, err := invoice.NewCatalogue([]invoice.Package{{Name: name, Price: price, Overage: over}}, invoice.Retail)
		require.NoError(t, err)
		var book invoice.Book
		var billed map[invoice.Kind]owing
		var all []invoice.Invoice
		texts, account := "", ""
		for _, day := range []string{"2026-04-10", "2026-04-20", "9999-12-31"} {
			c := cut(t, day)
			if account == "" || rapid.Bool().Draw(t, "another account") {
				account = genText().Draw(t, "account")
			}
			c.Account = account
			c.Terms, c.Required = catalogue.On(name, march.Start), true
			owed := genOwing(c.Terms).Draw(t, "owed")
			var items []invoice.Item
			for _, o := range owed {
				items = append(items, o.item)
			}
			inv, _, err := invoiceOf(&book, c, items)
			require.NoError(t, err)
			inv.Number, inv.CutAt = invoice.NumbersOf(c.Account).On(c.Date), genInstant().Draw(t, "cut at")

			var explanations []string
			for i := range inv.Lines {
				now, is := owed[inv.Lines[i].Kind]
				before, was := billed[inv.Lines[i].Kind]
				explanations = append(explanations, explained(inv.Lines[i].Kind, now, before, is, was))
				require.Equal(t, explanations[i], inv.Lines[i].Explanation())
			}
			require.Equal(t, invoiceJSON(&inv, explanations), string(inv.AppendJSON(nil)))
			require.Equal(t, "x"+invoiceJSON(&inv, explanations), string(inv.AppendJSON([]byte("x"))))
			billed = owed
			all, texts = append(all, inv), texts+",\n"+string(inv.AppendJSON(nil))
		}
		require.Equal(t, "x"+texts, string(invoice.AppendAllJSON([]byte("x"), all, ",\n")))
	})
}

func BenchmarkInvoiceJSON(b *testing.B) {
	for _, c := range typical(b) {
		b.Run(c.name, func(b *testing.B) {
			buf := c.inv.AppendJSON(nil)
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				buf = c.inv.AppendJSON(buf[:0])
			}
		})
	}
}

func BenchmarkNumber(b *testing.B) {
	numbers, day := invoice.NumbersOf("harbor-books"), cycle.MustDate("2026-03-20")
	b.ReportAllocs()
	for b.Loop() {
		_ = numbers.On(day).String()
	}
}
