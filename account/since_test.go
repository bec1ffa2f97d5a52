package account_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// usedMonthly is an account with 60,000 credits, 10,000 of them over, on the 15th of each month from January to May.
const usedMonthly = "2026-01-10 created Gold; 2026-01-15 used 60000; 2026-02-15 used 60000; 2026-03-15 used 60000; 2026-04-15 used 60000; 2026-05-15 used 60000"

// TestIssueSince: what stands is left out, and what is issued is the same; where that does not do, it is said so.
func TestIssueSince(t *testing.T) {
	first := must(account.Issue(account.Issuing{Events: happened(usedMonthly), Catalogue: catalogue(gold(), small()), By: at("2026-05-20")}))
	require.Equal(t, date("2026-05-10"), first.Invoices[3].Date)
	require.Equal(t, date("2026-04-10"), first.Stands, "the period before the one in which the last invoice was cut is kept")
	events := slices.DeleteFunc(happened(usedMonthly), func(e account.Event) bool { return e.LeftOut(first.Stands) })
	require.Len(t, events, 3, "the creation, and usage of April and May")
	issued := neededSince(first.Stands, first.Invoices)
	require.Len(t, issued, 2, "that of 10 April is left too, without lines")
	require.Len(t, issued[len(issued)-1].Lines, 2, "those of the period from 10 April")

	february, march, april := `20260210-`, `20260310-`, `20260410-`
	for _, tt := range []struct{ name, more, want string }{
		{"nothing more", "", "2026-06-10 89.95; 2026-07-10 79.95"},
		{"usage of the period before, found late", "2026-04-20 used 1000 recorded=2026-05-25", "2026-06-10 90.95; 2026-07-10 79.95"},
		{"usage from before that", "2026-03-20 used 1000 recorded=2026-05-25", ""},
		{"a change", "2026-05-25 changed Small", "2026-06-10 53.83; 2026-07-10 9.95"},
		{"a change from before, found late", "2026-03-20 changed Small recorded=2026-05-25", ""},
		{"a close", "2026-06-25 closed", "2026-06-10 89.95; 2026-07-10 39.98"},
		{"an old invoice that is paid", "2026-05-25 " + march + " paid", ""},
		{"an invoice that is paid", "2026-05-25 " + april + " paid", "2026-06-10 89.95; 2026-07-10 79.95"},
		{"an old invoice that is canceled", "2026-05-25 " + february + " canceled", ""},
		{"an event that is taken back", "2026-05-25 voids 0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := happened(usedMonthly)
			with := slices.Clone(events)
			if tt.more != "" {
				e := something(tt.more)
				all, with = append(all, e), append(with, e)
			}
			what := account.Issuing{Events: all, Issued: first.Invoices, Catalogue: catalogue(gold(), small()), By: at("2026-07-20")}
			want := must(account.Issue(what))
			what.Events, what.Issued, what.Since = with, issued, account.Since{Stands: first.Stands}
			is, err := account.Issue(what)
			if tt.want == "" {
				require.ErrorIs(t, err, account.ErrLeftOut)
				return
			}
			require.NoError(t, err)
			var have []string
			for _, inv := range is.Invoices {
				have = append(have, inv.Date.String()+" "+inv.FinalAmount.Number())
			}
			require.Equal(t, tt.want, strings.Join(have, "; "))
			require.Equal(t, invoicesJSON(want.Invoices), invoicesJSON(is.Invoices))
			require.Equal(t, want.Next, is.Next)
			require.Equal(t, date("2026-06-10"), is.Stands)
		})
	}
}

// something is one event: as in happened, or the status of the invoice of a day, or one that is taken back.
func something(text string) account.Event {
	words := strings.Fields(text)
	e := account.Event{ID: "more", Account: "a", At: at(words[0])}
	if words[1] == "voids" {
		e.Type, e.Voids = account.EventVoided, words[2]
		return e
	}
	if digits, is := strings.CutSuffix(words[1], "-"); is {
		e.Type, e.Status = account.InvoiceStatusChanged, must(invoice.ParseStatus(words[2]))
		e.Invoice = invoice.NumbersOf("a").On(date(digits[:4] + "-" + digits[4:6] + "-" + digits[6:])).String()
		return e
	}
	e = happened(text)[0]
	e.ID = "more"
	return e
}

// TestNothingStands: all is needed of an account that has no invoices, that is young, of which an event was taken back or an invoice does not
// count, or of which something is known that counts later.
func TestNothingStands(t *testing.T) {
	for _, tt := range []struct{ name, more, by, want string }{
		{"no invoice", "", "2026-01-20", ""},
		{"in the first periods", "", "2026-03-09", ""},
		{"and after them", "", "2026-03-10", "2026-02-10"},
		{"where an event was taken back", "2026-05-16 voids 4", "2026-05-20", ""},
		{"where an invoice was canceled", "2026-05-16 20260210- canceled", "2026-05-20", ""},
		{"where one was paid", "2026-05-16 20260210- paid", "2026-05-20", ""},
		{"some days later", "2026-05-16 20260210- paid", "2026-06-20", "2026-05-10"},
		{"where usage is still to be billed", "2026-02-20 used 1000 recorded=2026-05-12", "2026-05-20", ""},
		{"once it is", "2026-02-20 used 1000 recorded=2026-05-12", "2026-06-20", "2026-05-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			events := happened(usedMonthly)
			if tt.more != "" {
				events = append(events, something(tt.more))
			}
			is := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: at(tt.by)}))
			if tt.want == "" {
				require.Equal(t, cycle.Date{}, is.Stands)
				return
			}
			require.Equal(t, tt.want, is.Stands.String())
		})
	}
}

// What differed from what was billed when the last invoice was cut does not stand: here it is billed by another price list since.
func TestNothingStandsByOtherTerms(t *testing.T) {
	events := happened(usedMonthly)
	first := must(account.Issue(account.Issuing{Events: events, Catalogue: catalogue(gold()), By: at("2026-05-20")}))
	dearer := gold()
	dearer.Credits = 40_000
	what := account.Issuing{Events: events, Issued: first.Invoices, Catalogue: catalogue(dearer), By: at("2026-05-21")}
	require.Equal(t, cycle.Date{}, must(account.Issue(what)).Stands, "nothing was compared by then")
	notYet := what
	notYet.Policy, notYet.By = policyOf("bill_changes=immediately"), at("2026-06-10")
	is := must(account.Issue(notYet))
	require.Empty(t, is.Invoices, "the day is not over")
	require.Equal(t, cycle.Date{}, is.Stands)
	what.By = at("2026-06-10")
	second := must(account.Issue(what))
	require.Equal(t, "139.95 USD", second.Invoices[0].FinalAmount.String())
	require.Equal(t, date("2026-05-10"), second.Stands)
}

// Changes that were found late, one after the other, were looked at by the invoice that knew them: what was before stands.
func TestWhatWasFoundLateStands(t *testing.T) {
	events := happened("2025-10-10 created Gold; 2025-11-20 changed Small recorded=2026-01-20; 2025-12-01 changed Gold recorded=2026-02-20; 2025-11-25 changed Gold recorded=2026-03-20; " +
		"2025-12-20 changed Small recorded=2026-04-15")
	what := account.Issuing{Events: events, Catalogue: catalogue(gold(), small()), By: at("2026-05-20")}
	first := must(account.Issue(what))
	require.Equal(t, date("2026-04-10"), first.Stands)
	what.Issued, what.By = first.Invoices, at("2026-06-20")
	want := must(account.Issue(what))
	what.Since.Stands = first.Stands
	require.Equal(t, invoicesJSON(want.Invoices), invoicesJSON(must(account.Issue(what)).Invoices))
}

// What stands stays where no invoice is new: it is for the terms of the last one.
func TestWhatStandsStays(t *testing.T) {
	what := account.Issuing{Events: happened(usedMonthly), Catalogue: catalogue(gold()), By: at("2026-05-20")}
	first := must(account.Issue(what))
	what.Issued, what.Since.Stands = first.Invoices, date("2026-03-10")
	what.Events = slices.DeleteFunc(what.Events, func(e account.Event) bool { return e.LeftOut(what.Since.Stands) })
	require.Equal(t, date("2026-03-10"), must(account.Issue(what)).Stands)
	what.By = at("2026-06-20")
	require.Equal(t, date("2026-05-10"), must(account.Issue(what)).Stands)
}

// The status of an invoice counts on its own day too, also where the last invoice knew it: a closed account is looked at until then.
func TestStatusOfALaterDay(t *testing.T) {
	events := append(happened("2026-01-10 created Gold; 2026-05-08 closed"), something("2026-05-11 20260210- paid"))
	what := account.Issuing{Events: events, Catalogue: catalogue(gold()), Policy: policyOf("settle_days=5", "bill_changes=immediately"), By: at("2026-05-14T12:00:00Z")}
	first := must(account.Issue(what))
	require.Equal(t, date("2026-05-08"), first.Invoices[len(first.Invoices)-1].Date)
	require.Equal(t, cycle.Date{}, first.Stands)
}
