package invoice_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

var march = cycle.Period{Start: cycle.MustDate("2026-03-10"), End: cycle.MustDate("2026-04-10")}

// invoiceOf is an invoice of a book by itself; a zero one when none is made.
func invoiceOf(book *invoice.Book, cut *invoice.Cut, owed []invoice.Item) (inv invoice.Invoice, made bool, err error) {
	outcome, err := book.Invoice(&inv, cut, owed)
	if outcome != invoice.Made {
		return invoice.Invoice{}, false, err
	}
	return inv, true, err
}

func goldTerms(t require.TestingT) *invoice.Terms {
	c, err := invoice.NewCatalogue(parsePackages(t, `[{"name":"Gold","price":79.95,"credits":50000,"overage":0.001}]`), invoice.Retail)
	require.NoError(t, err)
	return c.On("Gold", march.Start)
}

// days is what Gold owes for the first days of its period.
func days(t require.TestingT, n int) invoice.Item {
	part := cycle.Period{Start: march.Start, End: march.Start.AddDays(n)}
	var item invoice.Item
	require.NoError(t, item.SetRecurring(invoice.Key{Period: march.Start, Of: "Gold"}, goldTerms(t), proration.Rule{}, march, part))
	return item
}

func used(t require.TestingT, credits int64) invoice.Item {
	var item invoice.Item
	require.NoError(t, item.SetOverage(invoice.Key{Period: march.Start, Of: "Gold"}, goldTerms(t), &invoice.Policy{}, march, allowed(credits, 50000)))
	return item
}

// allowed is the use of some credits, of which so many are included.
func allowed(credits, included int64) invoice.Usage {
	return invoice.Usage{Credits: credits, Included: included, Allowance: included}
}

func cut(t require.TestingT, day string) *invoice.Cut {
	return &invoice.Cut{Account: "a", Date: cycle.MustDate(day), Period: march, Terms: goldTerms(t), Currency: money.USD, Stretches: from(march.Start)}
}

// from is all days from one on.
func from(day cycle.Date) []cycle.Period {
	return []cycle.Period{{Start: day, End: cycle.MustDate("9999-12-31")}}
}

func lines(inv invoice.Invoice) string {
	var b strings.Builder
	for _, l := range inv.Lines {
		b.WriteString(l.Amount.Number() + " " + l.Explanation() + "\n")
	}
	return b.String()
}

func TestBookOwedLessBilled(t *testing.T) {
	var book invoice.Book
	first, made, err := invoiceOf(&book, cut(t, "2026-03-10"), []invoice.Item{days(t, 31)})
	require.NoError(t, err)
	require.True(t, made)
	require.Equal(t, "79.95 31 of 31 days × $79.95\n", lines(first))
	require.Equal(t, "79.95 USD", first.FinalAmount.String())
	require.Equal(t, invoice.Unpaid, first.Status)

	_, made, err = invoiceOf(&book, cut(t, "2026-03-15"), []invoice.Item{days(t, 31)})
	require.NoError(t, err)
	require.False(t, made, "nothing differs")

	same := cut(t, "2026-03-16")
	same.Required = true
	nothing, made, err := invoiceOf(&book, same, []invoice.Item{days(t, 31)})
	require.NoError(t, err)
	require.True(t, made)
	require.Empty(t, nothing.Lines)
	require.Equal(t, invoice.Paid, nothing.Status, "an invoice of zero is paid")
	require.Equal(t, nothing.Amount, nothing.Prorated, "all of the price was billed before")

	less, _, err := invoiceOf(&book, cut(t, "2026-03-20"), []invoice.Item{used(t, 60000), days(t, 10)})
	require.NoError(t, err)
	require.Equal(t, "-54.16 10 of 31 days × $79.95 = $25.79, less $79.95 billed before\n"+
		"10.00 60,000 credits used − 50,000 included = 10,000 × $0.001\n", lines(less))
	require.True(t, less.Lines[0].Adjustment)
	require.False(t, less.Lines[1].Adjustment)
	require.Equal(t, int64(60000), less.Credits)
	require.Equal(t, []string{"79.95", "134.11", "10.00", "0.00", "-44.16"}, []string{less.Amount.Number(), less.Prorated.Number(),
		less.Overage.Number(), less.AdditionalCharges.Number(), less.FinalAmount.Number()})
	require.Equal(t, []int64{1, 10000}, []int64{less.Lines[0].Quantity(), less.Lines[1].Quantity()})
	require.Equal(t, []string{"79.95", "0.001"}, []string{less.Lines[0].UnitPrice(), less.Lines[1].UnitPrice()})
	require.Equal(t, [2]int{10, 31}, [2]int{less.Lines[0].Days(), less.Lines[0].PeriodDays()})

	none := cut(t, "2026-04-01")
	none.Terms = nil
	gone, _, err := invoiceOf(&book, none, []invoice.Item{used(t, 50500)})
	require.NoError(t, err)
	require.Equal(t, "-25.79 nothing owed, less $25.79 billed before\n"+
		"-9.50 50,500 credits used (60,000 counted before) − 50,000 included = 500 × $0.001 = $0.50, less $10.00 billed before\n", lines(gone))
	require.Equal(t, int64(-9500), gone.Credits)
	require.Equal(t, int64(-9500), gone.Lines[1].Quantity())
	require.Equal(t, 0, gone.Lines[0].Days())
	require.Empty(t, gone.Package)
	require.Equal(t, "0.00 USD", gone.Amount.String())
	require.Equal(t, "25.79 USD", gone.Prorated.String())
}

func TestBookKeepsWhatIsBeforeFrom(t *testing.T) {
	var book invoice.Book
	_, _, err := invoiceOf(&book, cut(t, "2026-04-10"), []invoice.Item{days(t, 31)})
	require.NoError(t, err)
	later := cut(t, "2026-05-10")
	later.Stretches = from(cycle.MustDate("2026-04-10"))
	charge := invoice.NewCharge("e1", cycle.MustDate("2026-04-20"), march, money.MustParse("-5.00 USD"), "Outage")
	inv, made, err := invoiceOf(&book, later, []invoice.Item{charge})
	require.NoError(t, err)
	require.True(t, made)
	require.Equal(t, "-5.00 Outage\n", lines(inv), "the period of March is not in question")
	require.Equal(t, "-5.00 USD", inv.AdditionalCharges.String())

	all := cut(t, "2026-06-10")
	inv, _, err = invoiceOf(&book, all, []invoice.Item{charge})
	require.NoError(t, err)
	require.Equal(t, "-79.95 nothing owed, less $79.95 billed before\n", lines(inv), "and now it is")
}

func TestBookErrors(t *testing.T) {
	most := invoice.NewCharge("e1", march.Start, march, money.New(math.MaxInt64, money.USD), "")
	one := invoice.NewCharge("e2", march.Start, march, money.New(1, money.USD), "")
	var book invoice.Book
	_, made, err := invoiceOf(&book, cut(t, "2026-04-10"), []invoice.Item{most, one})
	require.ErrorIs(t, err, money.ErrOverflow)
	require.False(t, made)
	_, _, err = invoiceOf(new(invoice.Book), cut(t, "2026-04-10"), []invoice.Item{invoice.NewCharge("e1", march.Start, march, money.New(1, money.JPY), "")})
	require.ErrorIs(t, err, money.ErrCurrency)
}

// Law: whatever is owed from one invoice to the next, the invoices add up to what is owed at the
// last of them, and the order in which it is listed changes nothing.
func TestLawBookAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var book, other invoice.Book
		total := int64(0)
		for i := range rapid.IntRange(1, 6).Draw(t, "invoices") {
			var owed []invoice.Item
			want := int64(0)
			for d := range rapid.IntRange(0, 5).Draw(t, "charges") {
				if !rapid.Bool().Draw(t, "owed") {
					continue
				}
				amount := rapid.Int64Range(-500, 500).Draw(t, "amount")
				owed = append(owed, invoice.NewCharge(string(rune('a'+d)), march.Start.AddDays(d), march, money.New(amount, money.USD), "x"))
				want += amount
			}
			c := cut(t, march.Start.AddDays(i).String())
			backwards := slices.Clone(owed)
			slices.Reverse(backwards)
			inv, made, err := invoiceOf(&book, c, owed)
			require.NoError(t, err)
			again, _, err := invoiceOf(&other, c, backwards)
			require.NoError(t, err)
			require.Equal(t, string(inv.AppendJSON(nil)), string(again.AppendJSON(nil)))
			if made {
				total += inv.FinalAmount.Minor()
			}
			require.Equal(t, want, total)
		}
	})
}

// What no list and no event can say is an error of the item, and no figure.
func TestItemRefuses(t *testing.T) {
	var item invoice.Item
	require.EqualError(t, item.SetRecurring(invoice.Key{}, nil, proration.Rule{}, march, march), "no terms, expected those of a package that is listed")
	require.EqualError(t, item.SetOverage(invoice.Key{}, nil, &invoice.Policy{}, march, invoice.Usage{}), "no terms, expected those of a package that is listed")
	for _, usage := range []invoice.Usage{{Credits: -1}, {Included: -1}, {Credits: math.MinInt64, Included: 1}} {
		err := item.SetOverage(invoice.Key{}, goldTerms(t), &invoice.Policy{}, march, usage)
		require.ErrorContains(t, err, "expected none below zero", "%+v", usage)
	}
	require.ErrorIs(t, item.SetRecurring(invoice.Key{}, goldTerms(t), proration.Rule{DayCount: 7}, march, march), proration.ErrRule)

	item = invoice.Item{Key: invoice.Key{Period: march.Start, Kind: 7}, Amount: money.MustParse("1.00 USD")}
	_, _, err := invoiceOf(new(invoice.Book), cut(t, "2026-04-01"), []invoice.Item{item})
	require.EqualError(t, err, "unknown kind #7, expected one of recurring, overage, charge")
}
