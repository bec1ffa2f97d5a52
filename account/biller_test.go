package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
)

// text is all there is to see of a bill.
func text(b account.Bill) string {
	var out []byte
	for i := range b.Invoices {
		out = append(b.Invoices[i].AppendJSON(out), '\n')
	}
	return string(out) + fmt.Sprint(b.Anomalies)
}

// Law: a biller bills each account as if it were its first, and no bill changes when the next
// account is billed.
func TestLawBillerStartsAfresh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		used := must(account.NewBiller(catalogue(), policyOf()))
		var bills []account.Bill
		var want []string
		for range rapid.IntRange(2, 5).Draw(t, "accounts") {
			h := randomHistory(drawn(t))
			if len(h.Events) == 0 {
				continue
			}
			fresh := must(account.NewBiller(h.Catalogue(), h.Policy))
			require.NoError(t, used.SetTerms(h.Catalogue(), h.Policy))
			bill, err := used.Bill(h.Events, h.Through())
			require.NoError(t, err)
			bills = append(bills, bill)
			want = append(want, text(must(fresh.Bill(h.Events, h.Through()))))
		}
		for i := range bills {
			require.Equal(t, want[i], text(bills[i]), "account %d", i+1)
		}
	})
}

// Law: without anomalies, and in memory that is used again, the invoices are the same, and a clone of one lasts.
func TestLawInvoicesOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		only := must(account.NewBiller(catalogue(), policyOf()))
		only.InvoicesOnly, only.ReuseInvoices = true, true
		var clones []invoice.Invoice
		var texts []string
		for range rapid.IntRange(2, 4).Draw(t, "accounts") {
			h := randomHistory(drawn(t))
			if len(h.Events) == 0 {
				continue
			}
			want := bill(t, h.Events, h.Catalogue(), h.Policy, h.Through().String())
			want.Anomalies = nil
			require.NoError(t, only.SetTerms(h.Catalogue(), h.Policy))
			got, err := only.Bill(h.Events, h.Through())
			require.NoError(t, err)
			require.Equal(t, text(want), text(got))
			for i := range got.Invoices {
				clones, texts = append(clones, got.Invoices[i].Clone()), append(texts, string(got.Invoices[i].AppendJSON(nil)))
			}
		}
		for i := range clones {
			require.Equal(t, texts[i], string(clones[i].AppendJSON(nil)))
		}
		require.ErrorContains(t, only.SetTerms(catalogue(), invoice.Policy{SettleDays: -1}), "settle_days")
	})
}

// An account that cannot be billed leaves nothing behind on the biller.
func TestBillerAfterAnError(t *testing.T) {
	biller := must(account.NewBiller(catalogue(gold()), policyOf()))
	want := text(must(biller.BillLog(logOf(aPlainYear()), date("2027-01-15"))))
	most := account.Event{Type: account.UsageRecorded, Account: "a", Credits: 1<<63 - 1}
	bad := aPlainYear()
	for i, id := range []string{"most", "more"} {
		e := most
		e.ID, e.At = id, at("2026-07-20").AddDate(0, 0, i)
		bad = append(bad, e)
	}
	_, err := biller.BillLog(logOf(bad), date("2027-01-15"))
	require.ErrorContains(t, err, "credits used")
	require.Equal(t, want, text(must(biller.BillLog(logOf(aPlainYear()), date("2027-01-15")))))
	_, err = account.NewBiller(catalogue(gold()), invoice.Policy{SettleDays: -1})
	require.ErrorContains(t, err, "settle_days")
}

// Law: events that have no repeats are billed the same whether that is known or not.
func TestLawUniqueEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		seen := map[string]bool{}
		h.Events = slices.DeleteFunc(h.Events, func(e account.Event) bool {
			again := seen[e.ID]
			seen[e.ID] = true
			return again
		})
		if len(h.Events) == 0 {
			return
		}
		biller := must(account.NewBiller(h.Catalogue(), h.Policy))
		want := text(must(biller.Bill(h.Events, h.Through())))
		require.Equal(t, want, text(must(biller.BillLog(logOf(h.Events), h.Through()))), "%s", h)
	})
}

// usageHasNoEvent is a log that cannot make the events of its usage.
type usageHasNoEvent struct{ *eventLog }

func (l usageHasNoEvent) Event(handle int, e *account.Event) {
	if l.events[handle].Type == account.UsageRecorded {
		panic("an event is made of usage that makes sense")
	}
	l.eventLog.Event(handle, e)
}

// Law: usage is billed by what its log says of it, and no event is made of it.
func TestLawUsageIsBilledWithoutItsEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		strange := map[string]bool{}
		for _, a := range bill(t, h.Events, h.Catalogue(), h.Policy, h.Through().String()).Anomalies {
			strange[a.Event.ID] = true
		}
		ids := map[string]bool{}
		h.Events = slices.DeleteFunc(h.Events, func(e account.Event) bool {
			unwanted := ids[e.ID] || strange[e.ID] && e.Type == account.UsageRecorded
			ids[e.ID] = true
			return unwanted
		})
		if len(h.Events) == 0 {
			return
		}
		biller := must(account.NewBiller(h.Catalogue(), h.Policy))
		want := text(must(biller.Bill(h.Events, h.Through())))
		require.Equal(t, want, text(must(biller.BillLog(usageHasNoEvent{logOf(h.Events)}, h.Through()))), "%s", h)
	})
}

// Of many ids, the one that is used twice is found, wherever it is.
func TestConflictAmongMany(t *testing.T) {
	events := aPlainYear()
	for n := range 3000 {
		events = append(events, account.Event{ID: fmt.Sprint(n), Type: account.UsageRecorded, Account: "a", At: at("2026-02-01").Add(time.Duration(n) * time.Hour)})
	}
	for _, n := range []int{0, 1234, len(events) - 1} {
		again := events[n]
		again.At = again.At.Add(time.Minute)
		_, err := account.BillAccount(append(slices.Clip(events), again), catalogue(gold()), policyOf(), date("2027-01-15"))
		conflict := (*account.ConflictError)(nil)
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, events[n].ID, conflict.ID)
		same := append(slices.Clip(events), events[n])
		require.Equal(t, text(bill(t, events, catalogue(gold()), policyOf(), "2027-01-15")), text(bill(t, same, catalogue(gold()), policyOf(), "2027-01-15")))
	}
}
