package account_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestStatus: figures by hand. Gold is 79.95 with 50,000 credits, Small 9.95 with 10,000; a credit over is 0.001.
func TestStatus(t *testing.T) {
	for _, tt := range []struct{ name, policy, day, events, want string }{
		{"before the creation is recorded", "", "2026-02-28", "2026-03-01 created Gold", "nothing"},
		{"in the middle of a period: 14 of 31 days × 79.95, 10,000 × 0.001", "", "2026-03-15", "2026-03-01 created Gold; 2026-03-05 used 60000",
			"Gold 50000 60000 0 10000 | 2026-03-01 2026-03-31 | 2026-04-01 | 46.11 89.95 |"},
		{"a day before the usage", "", "2026-03-04", "2026-03-01 created Gold; 2026-03-05 used 60000",
			"Gold 50000 0 50000 0 | 2026-03-01 2026-03-31 | 2026-04-01 | 7.74 79.95 |"},
		{"on a boundary: its invoice is final, the next one is not", "", "2026-04-01", "2026-03-01 created Gold; 2026-03-05 used 60000",
			"Gold 50000 0 50000 0 | 2026-04-01 2026-04-30 | 2026-05-01 | 0.00 79.95 |"},
		{"in advance, a close gives back 17 of 31 days and brings the overage", "timing=advance", "2026-03-15", "2026-03-01 created Gold; 2026-03-05 used 60000",
			"Gold 50000 60000 0 10000 | 2026-03-01 2026-03-31 | 2026-04-01 | -33.84 89.95 |"},
		{"in advance on the day of the creation", "timing=advance", "2026-03-01", "2026-03-01 created Gold",
			"Gold 50000 0 50000 0 | 2026-03-01 2026-03-31 | 2026-03-01 | 0.00 79.95 |"},
		{"billed immediately, on a boundary that is not over: a close is in its invoice", "bill_changes=immediately", "2026-04-01", "2026-03-01 created Gold",
			"Gold 50000 0 50000 0 | 2026-04-01 2026-04-30 | 2026-04-01 | 79.95 79.95 |"},
		{"after an upgrade, what Small included counts as far as it was used", "", "2026-03-20",
			"2026-03-01 created Small; 2026-03-05 used 4000; 2026-03-11 changed Gold; 2026-03-15 used 1000",
			"Gold 54000 5000 49000 0 | 2026-03-01 2026-03-31 | 2026-04-01 | 26.42 57.37 |"},
		{"each phase has its share: 16,129 of 50,000, then 6,775 of 10,000", "included_credits=prorated", "2026-03-20",
			"2026-03-01 created Gold; 2026-03-05 used 20000; 2026-03-11 changed Small; 2026-03-15 used 1000",
			"Small 22904 21000 5775 3871 | 2026-03-01 2026-03-31 | 2026-04-01 | 32.55 36.40 |"},
		{"a change waits", "", "2026-03-20", "2026-03-01 created Gold; 2026-03-11 changed Small period_end",
			"Gold 50000 0 50000 0 | 2026-03-01 2026-03-31 | 2026-04-01 | 49.00 79.95 | account.package_changed Small 2026-04-01"},
		{"a close waits", "", "2026-03-20", "2026-03-01 created Gold; 2026-03-11 closed period_end",
			"Gold 50000 0 50000 0 | 2026-03-01 2026-03-31 | 2026-04-01 | 49.00 79.95 | account.closed  2026-04-01"},
		{"a close that is announced", "", "2026-03-20", "2026-03-01 created Gold; 2026-03-25 closed recorded=2026-03-11",
			"Gold 50000 0 50000 0 | 2026-03-01 2026-03-31 | 2026-04-01 | 49.00 61.90 | account.closed  2026-03-25"},
		{"a creation that is announced", "", "2026-03-20", "2026-04-10 created Gold recorded=2026-03-11",
			"closed  0 0 0 0 |   | 2026-05-10 | 79.95 79.95 | account.created Gold 2026-04-10"},
		{"closed, and not billed yet", "", "2026-03-20", "2026-03-01 created Gold; 2026-03-05 used 60000; 2026-03-11 closed",
			"closed Gold 50000 60000 0 10000 | 2026-03-01 2026-03-31 | 2026-04-01 | 35.79 35.79 |"},
		{"closed, and billed", "", "2026-04-20", "2026-03-01 created Gold; 2026-03-05 used 60000; 2026-03-11 closed", "nothing"},
		{"on a day that clocks passed over: at the end of the one before, after 28 of 31 days", "time_zone=Pacific/Apia", "2011-12-30", "2011-12-02 created Gold",
			"Gold 50000 0 50000 0 | 2011-12-01 2011-12-31 | 2012-01-01 | 72.21 79.95 |"},
		{"closed and created again", "", "2026-03-20", "2026-03-01 created Gold; 2026-03-05 used 60000; 2026-03-11 closed; 2026-03-20 created Small; 2026-03-20 used 7",
			"Small 10000 7 9993 0 | 2026-03-20 2026-04-19 | 2026-03-20 | 35.79 35.79 |"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := account.Status(happened(tt.events), catalogue(gold(), small()), policyOf(strings.Fields(tt.policy)...), date(tt.day))
			require.NoError(t, err)
			require.Equal(t, tt.want, standing(&c))
		})
	}
}

// happened is some events in short: "2026-03-01 created Gold; 2026-03-05 used 60000".
func happened(text string) (events []account.Event) {
	for i, one := range strings.Split(text, "; ") {
		words := strings.Fields(one)
		e := account.Event{ID: fmt.Sprint(i), Account: "a", At: at(words[0])}
		switch e.Package = words[len(words)-1]; words[1] {
		case "created":
			e.Type = account.Created
		case "changed":
			e.Type = account.PackageChanged
		case "closed":
			e.Type = account.Closed
		case "used":
			e.Type, e.Package = account.UsageRecorded, ""
			e.Credits = must(strconv.ParseInt(words[2], 10, 64))
		}
		for _, word := range words[2:] {
			if day, recorded := strings.CutPrefix(word, "recorded="); recorded {
				e.RecordedAt, e.Package = at(day), words[2]
			} else if word == "period_end" {
				e.Effective, e.Package = account.PeriodEnd, words[2]
			}
		}
		events = append(events, e)
	}
	return events
}

// standing is where an account stands, in a line.
func standing(c *account.Current) string {
	if !c.ToBill() {
		return "nothing"
	}
	last := cycle.Date{}
	if c.Period != (cycle.Period{}) {
		last = c.Period.Last()
	}
	text := fmt.Sprintf("%s %d %d %d %d | %s %s | %s | %s %s |", c.Package, c.CreditsAllowed, c.CreditsUsed, c.CreditsRemain, c.CreditsOverage,
		c.Period.Start, last, c.Next.Date, c.Accrued.Number(), c.Projected.Number())
	if p := c.Pending; p != (account.Pending{}) {
		text += fmt.Sprintf(" %s %s %s", p.Type, p.Package, p.Day)
	}
	if !c.Open {
		text = "closed " + text
	}
	return text
}

// standings is how what Status says of a day is not what the bills are, or nothing.
func standings(h *history, pick picker) string {
	b := newBookkeeper(h, pick)
	day := date(h.inYear("01-01")).AddDays(pick(400) - 20)
	over := day.AddDays(1).Start(h.Policy.TimeZone)
	for _, by := range b.instants() {
		if by.Before(over) {
			b.run(by, cycle.Date{})
		}
	}
	var known []account.Event
	for _, e := range h.Events {
		if recordedAt(&e).Before(over) {
			known = append(known, e)
		}
	}
	c, err := account.Status(h.Events, h.Catalogue(), h.Policy, day)
	if err != nil {
		return err.Error()
	}
	end := over.Add(-time.Nanosecond)
	if len(known) == 0 {
		known = nil
		if c.ToBill() {
			return "nothing is known, but there is " + standing(&c)
		}
		return ""
	}
	final := len(must(account.Issue(account.Issuing{Events: known, Catalogue: h.Catalogue(), Policy: h.Policy, By: end})).Invoices)
	through := h.Through().AddMonths(3)
	bills := must(account.BillAccount(known, h.Catalogue(), h.Policy, through)).Invoices
	last := account.Event{ID: "last", Account: "a", Type: account.Closed, At: end}
	nth := func(invoices []invoice.Invoice) invoice.Invoice {
		if final < len(invoices) {
			return invoices[final]
		}
		return invoice.Invoice{FinalAmount: money.New(0, h.Policy.MoneyCurrency())}
	}
	next, closed := nth(bills), nth(must(account.BillAccount(append(known, last), h.Catalogue(), h.Policy, through)).Invoices)
	want := fmt.Sprintf("%q %s %s", next.Date.String(), next.FinalAmount, closed.FinalAmount)
	if have := fmt.Sprintf("%q %s %s", c.Next.Date.String(), c.Projected, c.Accrued); have != want {
		return fmt.Sprintf("at the end of %s the next invoice, projected and accrued are %s, but Status says %s", day, want, have)
	}
	if c.CreditsUsed != c.CreditsAllowed-c.CreditsRemain+c.CreditsOverage || min(c.CreditsAllowed, c.CreditsUsed, c.CreditsRemain, c.CreditsOverage) < 0 {
		return fmt.Sprintf("credits at the end of %s: %s", day, standing(&c))
	}
	if used := creditsIn(known, h, c.Period.Start); used != c.CreditsUsed {
		return fmt.Sprintf("at the end of %s, %d credits are used in the period, but Status says %s", day, used, standing(&c))
	}
	issued := must(b.biller.Status(h.Events, b.issued, day))
	if have, want := string(issued.AppendJSON(nil)), string(c.AppendJSON(nil)); have != want {
		return fmt.Sprintf("at the end of %s, with what was issued\n%s\nwithout\n%s", day, have, want)
	}
	return ""
}

// creditsIn are the credits used in the period that starts on a day, as the oracle adds them up.
func creditsIn(known []account.Event, h *history, start cycle.Date) (used int64) {
	so := *h
	so.Events = known
	o := newOracle(&so)
	s := o.tell(o.sorted)
	if start.IsZero() {
		return 0
	}
	for k, item := range s.owed(civilDate(h.Through().AddMonths(3)), true) {
		if k.kind == "overage" && k.period == civilDate(start) && k.life == 0 {
			used += item.credits
		}
	}
	return used
}

// Credits used on the day of a boundary, and recorded after its invoice was issued in the morning, are in what was used so far, though no
// invoice counts them before the day is over. Those of the day that were recorded as the next one began are not.
func TestStatusOnTheDayOfAnInvoice(t *testing.T) {
	policy, packages := policyOf(), catalogue(gold())
	events := happened("2026-03-01 created Gold")
	is, err := account.Issue(account.Issuing{Events: events, Catalogue: packages, Policy: policy, By: date("2026-04-01").Start(nil).Add(6 * time.Hour)})
	require.NoError(t, err)
	require.Len(t, is.Invoices, 1)
	biller, err := account.NewBiller(packages, policy)
	require.NoError(t, err)
	used := happened("2026-04-01 used 60000")[0]
	used.ID, used.At = "u", used.At.Add(8*time.Hour)
	late := used
	used.CountFrom(account.CountsFrom(policy, is.Invoices[0].Date))
	late.ID, late.Credits, late.RecordedAt = "l", 7, date("2026-04-02").Start(nil)
	tomorrow := happened("2026-04-02 used 5")[0]
	tomorrow.ID = "t"
	with := append(events, used, late, tomorrow)
	before := with[1]
	for day, want := range map[string]string{
		"2026-04-01": "Gold 50000 60000 0 10000 | 2026-04-01 2026-04-30 | 2026-05-01 | 60.00 89.95 |", // closed on its first day, nothing is included
		"2026-04-02": "Gold 50000 60012 0 10012 | 2026-04-01 2026-04-30 | 2026-05-01 | 12.68 89.96 |",
	} {
		c, err := biller.Status(with, is.Invoices, date(day))
		require.NoError(t, err)
		require.Equal(t, want, standing(&c), day)
	}
	require.Equal(t, before, with[1], "the events are not changed")
}

// Law: what is projected is what the next bill is if nothing more happens, and what is accrued is what it is if a close is recorded
// dated that day after all of it. What was issued until then changes neither.
func TestLawStatus(t *testing.T) {
	checkHistories(t, standings)
}
