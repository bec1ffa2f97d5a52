package account_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/account"
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

func BenchmarkBillAccount(b *testing.B) {
	events, list, policy, through := aYear(), catalogue(gold(), small()), policyOf(), date("2027-01-15")
	if got, err := account.BillAccount(events, list, policy, through); err != nil || len(got.Invoices) != 12 {
		b.Fatalf("%v, %d invoices", err, len(got.Invoices))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := account.BillAccount(events, list, policy, through); err != nil {
			b.Fatal(err)
		}
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
		if _, err := account.BillAccount(h.events, h.catalogue(), h.policy, h.through()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	for _, e := range aYear() {
		text.Write(append(e.AppendJSON(nil), '\n'))
	}
	policy := policyOf()
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range account.Read(strings.NewReader(text.String()), "events.jsonl", policy) {
			if err != nil {
				b.Fatal(err)
			}
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

// A bill of a year is a few dozen allocations, however many events it has: what is computed again
// and again, from invoice to invoice, is not.
func TestBillAccountAllocations(t *testing.T) {
	events, list, policy, through := aYear(), catalogue(gold(), small()), policyOf(), date("2027-01-15")
	allocations := testing.AllocsPerRun(20, func() {
		if _, err := account.BillAccount(events, list, policy, through); err != nil {
			t.Fatal(err)
		}
	})
	const limit = 120
	if allocations > limit {
		t.Errorf("%.0f allocations for a year of one account, at most %d expected", allocations, limit)
	}
}
