package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestIssueWhenFinal: an invoice is issued from its cut on, or, where an event of its day may still be in it, once the day is over.
func TestIssueWhenFinal(t *testing.T) {
	for _, tt := range []struct{ name, policy, events, dates, from string }{
		{"an ordinary boundary is final at once", "", "2026-03-01 created Gold", "2026-04-01", "2026-04-01T00:00:00Z"},
		{"and after the days that are waited", "settle_days=3", "2026-03-01 created Gold", "2026-04-01", "2026-04-04T00:00:00Z"},
		{"in the time zone", "time_zone=America/Los_Angeles", "2026-03-02 created Gold", "2026-04-01", "2026-04-01T07:00:00Z"},
		{"in advance, the day of the creation is over first", "timing=advance", "2026-03-01 created Gold", "2026-03-01", "2026-03-02T00:00:00Z"},
		{"billed immediately, the account may be changed on the day", "bill_changes=immediately", "2026-03-01 created Gold", "2026-04-01", "2026-04-02T00:00:00Z"},
		{"billed immediately, the day of a change", "bill_changes=immediately", "2026-03-01 created Gold; 2026-03-10 changed Small", "2026-03-10", "2026-03-11T00:00:00Z"},
		{"a free account may start to pay", "", "2026-03-01 created Free", "2026-04-01", "2026-04-02T00:00:00Z"},
		{"where that starts no cycle, it need not wait", "free_upgrade=keep_cycle", "2026-03-01 created Free", "2026-04-01", "2026-04-01T00:00:00Z"},
		{"a closed account may be created again", "", "2026-03-01 created Gold; 2026-03-10 closed", "2026-04-01", "2026-04-02T00:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			free := small()
			free.Name, free.Price = "Free", money.New(0, money.USD)
			policy := policyOf(strings.Fields(tt.policy)...)
			biller := must(account.NewBiller(catalogue(gold(), small(), free), policy))
			issue := func(by time.Time) (days []string) {
				is := must(biller.Issue(happened(tt.events), nil, cycle.Date{}, by))
				for _, inv := range is.Invoices {
					days = append(days, inv.Date.String())
				}
				return days
			}
			require.Empty(t, issue(at(tt.from).Add(-1)))
			require.Equal(t, []string{tt.dates}, issue(at(tt.from)))
			require.False(t, account.CountsFrom(policy, date(tt.dates)).Before(at(tt.from)))
		})
	}
}

// TestIssueCorrects: what was issued stands, and what differs from it is on the next invoice, with the period it is about.
func TestIssueCorrects(t *testing.T) {
	events := happened("2026-03-01 created Gold")
	first := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: at("2026-04-01")}))
	require.Equal(t, date("2026-05-01"), first.Next)
	dearer := gold()
	dearer.Price = money.MustParse("99.95 USD")
	next := must(account.Issue(account.Issuing{Events: events, Issued: readAgain(first.Invoices), Catalogue: catalogue(dearer), By: at("2026-05-01")}))
	require.Len(t, next.Invoices, 1)
	require.Equal(t, "119.95 USD", next.Invoices[0].FinalAmount.String())
	line := next.Invoices[0].Lines[0]
	require.True(t, line.Adjustment)
	require.Equal(t, "2026-03-01 20.00 31 of 31 days × $99.95 = $99.95, less $79.95 billed before",
		line.Period().String()+" "+line.Amount.Number()+" "+line.Explanation())
}

// TestIssueAnomalies: the status of an invoice that was issued makes sense, that of one still to come is no anomaly yet, that of one that
// never was is.
func TestIssueAnomalies(t *testing.T) {
	events := happened("2026-03-01 created Gold")
	first := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: at("2026-04-01")}))
	for i, day := range []string{"2026-04-01", "2026-05-01", "2026-04-10"} {
		events = append(events, account.Event{ID: day, Account: "a", Type: account.InvoiceStatusChanged, At: at("2026-04-11").AddDate(0, 0, i), Status: invoice.Paid,
			Invoice: invoice.NumbersOf("a").On(date(day)).String()})
	}
	is := must(account.Issue(account.Issuing{Events: events, Issued: first.Invoices, Catalogue: catalogue(gold()), By: at("2026-04-20")}))
	require.Len(t, is.Anomalies, 1)
	require.Equal(t, "2026-04-10", is.Anomalies[0].Event.ID)
}

// What cannot be issued is refused, with what is wrong.
func TestRefusesToIssue(t *testing.T) {
	events := happened("2026-03-01 created Gold")
	issued := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: at("2026-06-01")})).Invoices
	of := func(name string) []invoice.Invoice {
		inv := issued[0]
		inv.Account = name
		return []invoice.Invoice{inv}
	}
	for _, tt := range []struct {
		name string
		what account.Issuing
		want string
	}{
		{"no instant", account.Issuing{Events: events}, "issue: no instant is given"},
		{"no events", account.Issuing{Issued: issued, By: at("2026-06-01")}, `account "a": 3 invoices were issued to it, but it has no events`},
		{"another account's invoice", account.Issuing{Events: events, Issued: of("b"), By: at("2026-06-01")}, `account "a": an invoice issued to it, 20260401-`},
		{"one invoice twice", account.Issuing{Events: events, Issued: append(of("a"), of("a")...), By: at("2026-06-01")}, "of 2026-04-01 comes after one of 2026-04-01"},
		{"no such policy", account.Issuing{Events: events, Policy: invoice.Policy{SettleDays: -1}, By: at("2026-06-01")}, "settle_days"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.what.Catalogue = catalogue(gold())
			_, err := account.Issue(tt.what)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := account.Status(events, catalogue(gold()), invoice.Policy{}, cycle.Date{})
	require.ErrorContains(t, err, "status: no day is given")
	early := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}))
	require.Empty(t, early.Invoices)
}
