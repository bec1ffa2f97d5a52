package account_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// aYear is an account with a change, a charge and its usage of every week.
func aYear() []account.Event {
	events := []account.Event{
		{ID: "created", Type: account.Created, Account: "a", At: at("2026-01-15T09:00:00Z"), Package: "Gold"},
		{ID: "changed", Type: account.PackageChanged, Account: "a", At: at("2026-06-20T12:00:00Z"), Package: "Small"},
		{ID: "charge", Type: account.ChargeAdded, Account: "a", At: at("2026-08-02T12:00:00Z"), Amount: money.New(-1000, money.USD), Description: "Outage"},
	}
	for week := range 52 {
		events = append(events, account.Event{ID: fmt.Sprintf("usage-%d", week), Type: account.UsageRecorded, Account: "a",
			At: events[0].At.AddDate(0, 0, 7*week+1), Credits: int64(9000 + 500*(week%9))})
	}
	return events
}

// aPlainYear is an account that is created and uses some credits each month.
func aPlainYear() []account.Event {
	events := []account.Event{{ID: "created", Type: account.Created, Account: "a", At: at("2026-01-15T09:00:00Z"), Package: "Gold"}}
	for month := range 12 {
		events = append(events, account.Event{ID: fmt.Sprintf("usage-%d", month), Type: account.UsageRecorded, Account: "a",
			At: events[0].At.AddDate(0, month, 10), Credits: int64(40000 + 5000*(month%5))})
	}
	return events
}

// twoYears is an account of 45 usage events, one in nine recorded late, and 5 others.
func twoYears() []account.Event {
	created := at("2026-01-15T09:00:00Z")
	events := []account.Event{{ID: "created", Type: account.Created, Account: "a", At: created, Package: "Gold"}}
	other := map[int]account.Event{
		10: {ID: "changed", Type: account.PackageChanged, Package: "Small"},
		20: {ID: "charge", Type: account.ChargeAdded, Amount: money.New(-1000, money.USD), Description: "Outage"},
		30: {ID: "back", Type: account.PackageChanged, Package: "Gold", Effective: account.PeriodEnd},
		44: {ID: "closed", Type: account.Closed},
	}
	for n := range 45 {
		e := account.Event{ID: fmt.Sprintf("usage-%d", n), Type: account.UsageRecorded, Account: "a",
			At: created.AddDate(0, 0, 16*n+1), Credits: int64(9000 + 5000*(n%9))}
		if n%9 == 4 {
			e.RecordedAt = e.At.AddDate(0, 0, 20)
		}
		events = append(events, e)
		if o, ok := other[n]; ok {
			o.Account, o.At = "a", e.At.Add(1)
			events = append(events, o)
		}
	}
	return events
}

func BenchmarkBillAccount(b *testing.B) {
	for _, bm := range []struct {
		name     string
		events   []account.Event
		through  string
		invoices int
	}{
		{"a plain year", aPlainYear(), "2027-01-15", 12},
		{"a year", aYear(), "2027-01-15", 12},
		{"two years", twoYears(), "2028-01-15", 24},
	} {
		list, policy, through := catalogue(gold(), small()), policyOf(), date(bm.through)
		if got, err := account.BillAccount(bm.events, list, policy, through); err != nil || len(got.Invoices) != bm.invoices {
			b.Fatalf("%v, %d invoices", err, len(got.Invoices))
		}
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := account.BillAccount(bm.events, list, policy, through); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bm.name+", unique events", func(b *testing.B) {
			biller, err := account.NewBiller(list, policy)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := biller.BillLog(logOf(bm.events), through); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBillAccountRandom has the late events, closes and settings that a plain year has not.
func BenchmarkBillAccountRandom(b *testing.B) {
	var histories []*history
	for n := range uint64(200) {
		histories = append(histories, randomHistory(rand.New(rand.NewPCG(n, n)).IntN))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h := histories[i%len(histories)]
		if _, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	events := aYear()
	buffer := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		for i := range events {
			buffer = events[i].AppendJSON(buffer[:0])
		}
	}
}

// A bill is a few allocations, however many events it has: its invoices, their numbers, and a
// share of those that lines and items come from.
func TestBillAccountAllocations(t *testing.T) {
	biller, err := account.NewBiller(catalogue(gold(), small()), policyOf())
	require.NoError(t, err)
	for _, tt := range []struct {
		events []account.Event
		limit  float64
	}{{aPlainYear(), 4}, {aYear(), 4}, {twoYears(), 5}} {
		allocations := testing.AllocsPerRun(50, func() {
			if _, err := biller.Bill(tt.events, date("2028-01-15")); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, allocations, tt.limit)
	}
}

// BenchmarkStatus says where an account of a year stands in its last month.
func BenchmarkStatus(b *testing.B) {
	for name, events := range map[string][]account.Event{"a plain year": aPlainYear(), "a year": aYear()} {
		b.Run(name, func(b *testing.B) {
			biller := must(account.NewBiller(catalogue(gold(), small()), policyOf()))
			biller.ReuseInvoices = true
			b.ReportAllocs()
			for b.Loop() {
				if c, err := biller.Status(events, nil, date("2026-12-20")); err != nil || !c.Open {
					b.Fatal(c, err)
				}
			}
		})
	}
}

// BenchmarkIssue issues the twelfth invoice of an account.
func BenchmarkIssue(b *testing.B) {
	for name, events := range map[string][]account.Event{"a plain year": aPlainYear(), "a year": aYear()} {
		biller := must(account.NewBiller(catalogue(gold(), small()), policyOf()))
		issued := readAgain(must(biller.Issue(events, nil, cycle.Date{}, at("2026-12-15"))).Invoices)
		biller.ReuseInvoices = true
		issue := func(b *testing.B, issued []invoice.Invoice) {
			if is, err := biller.Issue(events, issued, cycle.Date{}, at("2027-01-15")); err != nil || len(is.Invoices) != 1 {
				b.Fatal(is, err)
			}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				issue(b, issued)
			}
		})
		var texts [][]byte
		for i := range issued {
			texts = append(texts, issued[i].AppendJSON(nil))
		}
		b.Run(name+", read from JSON", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read := make([]invoice.Invoice, len(texts))
				for i := range texts {
					if err := read[i].UnmarshalJSON(texts[i]); err != nil {
						b.Fatal(err)
					}
				}
				issue(b, read)
			}
		})
	}
}
