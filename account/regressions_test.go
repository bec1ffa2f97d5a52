package account_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
)

// These were mistakes of this engine, found by the tests beside this file.

// A free upgrade is an upgrade, also when the free package has a price by now. The period of
// 27 February is free; the change of 7 March restarts the cycle, and is called a downgrade
// because Trial's terms of 7 March are held against Small's.
func TestRegressionFreeUpgradeIsNoDowngrade(t *testing.T) {
	checkScenario(t, `
through: 2026-03-31
package | price | credits | overage | effective_from
Small   | 9.95  | 1000    | 0       |
Trial   | 0.00  | 100     | 0       |
Trial   | 12.95 | 100     | 0       | 2026-02-28
event | 2026-02-27 | account.created | package=Trial
event | 2026-03-07 | account.package_changed | package=Small
invoice | 2026-03-07 | Account Upgrade | 2026-02-27 | 2026-03-06 | Trial | 0.00 | 0.00 | 0.00 | 0.00 | 0.00`)
}

// The status of an invoice before the account was created makes no sense: it is reported once,
// and changes nothing. A creation that itself makes no sense must not count as one.
func TestRegressionStatusBeforeTheCreation(t *testing.T) {
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Nonesuch"},
		{ID: "2", Type: account.InvoiceStatusChanged, Account: "a", At: at("2026-01-02"), Invoice: invoice.NumbersOf("a").On(date("2026-03-01")).String(), Status: invoice.Canceled},
	}
	require.Len(t, bill(t, events, catalogue(gold()), policyOf(), "2026-06-01").Anomalies, 2, "one for each event")

	events = append(events, account.Event{ID: "3", Type: account.Created, Account: "a", At: at("2026-02-01"), Package: "Gold"})
	b := bill(t, events, catalogue(gold()), policyOf(), "2026-03-01")
	require.Len(t, b.Anomalies, 2)
	require.Equal(t, invoice.Unpaid, b.Invoices[0].Status)
}

// A phase that ended at the first instant of a period is not one of the period's. Counted as its
// first phase of that package it moves the second one, the same days at the same price, to
// another key: a late event then makes an invoice of two lines that cancel out, here for an
// account that closed in June.
func TestRegressionNoInvoiceOfLinesThatCancel(t *testing.T) {
	checkScenario(t, `
through: 2026-12-31
package | price | credits | overage | effective_from
Free    | 0.00  | 200     | 0       |
Third   | 9.99  | 700     | 0       |
event | 2026-04-12 | account.created | package=Third
event | 2026-05-12T23:59:59Z | account.package_changed | package=Free; effective=period_end; recorded_at=2026-07-12T12:00:00Z
event | 2026-06-12T12:00:00Z | account.package_changed | package=Third
event | 2026-06-28 | account.closed
invoice | 2026-05-12 | Recurring Bill | 2026-04-12 | 2026-05-11 | Third | 9.99 | 0.00 | 0.00 | 0.00 | 9.99
invoice | 2026-06-12 | Recurring Bill | 2026-05-12 | 2026-06-11 | Third | 9.99 | 0.00 | 0.00 | 0.00 | 9.99
invoice | 2026-07-12 | Recurring Bill | 2026-06-12 | 2026-07-11 | Third | 9.99 | 4.66 | 0.00 | 0.00 | 5.33`)
}

// Where a clock is put back across midnight, as in St. John's until 2011, a later event may be
// of an earlier day. 6 November must still be billed once: 31 days of Gold in a period of 31.
func TestRegressionClockPutBackAcrossMidnight(t *testing.T) {
	checkScenario(t, `
set: time_zone=America/St_Johns
through: 2010-11-20
package | price | credits | overage | effective_from
Gold    | 79.95 | 50000   | 0       |
Small   | 9.95  | 1000    | 0       |
event | 2010-10-20T12:00:00Z | account.created | package=Gold
event | 2010-11-07T02:30:30Z | account.package_changed | package=Small
event | 2010-11-07T03:00:00Z | account.package_changed | package=Gold
invoice | 2010-11-20 | Recurring Bill | 2010-10-20 | 2010-11-19 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95`)
}

func TestRegressionACommaAfterTheObject(t *testing.T) {
	_, err := readLines(closed+"},", policyOf())
	require.ErrorContains(t, err, fmt.Sprintf("events.jsonl:1:%d: something after the object", len(closed)+2))
}

// An instant of 9999-12-31 west of Greenwich is of the year 10000 in UTC.
func TestRegressionTheLastEveningIsReadBack(t *testing.T) {
	losAngeles := policyOf("time_zone=America/Los_Angeles")
	e := readAll(t, someAt+`"9999-12-31T20:00:00-08:00"}`, losAngeles)[0]
	require.True(t, readAll(t, string(e.AppendJSON(nil)), losAngeles)[0].Same(&e))
}

// An event made in a program has no place, and an error about it starts with what is wrong.
func TestRegressionErrorsWithoutAPlace(t *testing.T) {
	_, err := account.BillAccount([]account.Event{{ID: "1", Type: account.UsageRecorded, Account: "a", At: at("2026-01-01"), Credits: -1}}, catalogue(gold()), policyOf(), date("2026-02-01"))
	require.ErrorContains(t, err, `event "1": -1 credits`)
	require.NotRegexp(t, "^:", err.Error())
}

// Events of a program may hold any number where a status or an effective is meant.
func TestRegressionUnknownStatusAndEffective(t *testing.T) {
	created := account.Event{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"}
	for _, e := range []account.Event{
		{ID: "2", Type: account.Closed, Account: "a", At: at("2026-02-02"), Effective: 7},
		{ID: "2", Type: account.InvoiceStatusChanged, Account: "a", At: at("2026-02-02"), Invoice: invoice.NumbersOf("a").On(date("2026-02-01")).String(), Status: 77},
	} {
		_, err := account.BillAccount([]account.Event{created, e}, catalogue(gold()), policyOf(), date("2026-03-01"))
		require.ErrorContains(t, err, "unknown")
	}
}

// A phase with no days in a period must not number those that have some. The creation of
// 28 January became known late: it adds ten days of Gold, and changes nothing for those that
// were billed since the account was created again, on the day of its close.
func TestMendLinesThatCancel(t *testing.T) {
	checkScenario(t, `
through: 2026-04-08
package | price | credits | overage | effective_from
Gold    | 79.95 | 50000   | 0       |
event | 2026-01-28T05:00:00Z | account.created | package=Gold; billing_date=2026-02-28; recorded_at=2026-03-28
event | 2026-02-08T08:00:00Z | account.closed
event | 2026-02-08T16:30:00Z | account.created | package=Gold
invoice | 2026-03-08 | Recurring Bill | 2026-02-08 | 2026-03-07 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-04-08 | Recurring Bill | 2026-03-08 | 2026-04-07 | Gold | 79.95 | -28.37 | 0.00 | 0.00 | 108.32
line | recurring | Gold | 2026-01-28 | 2026-02-07 | 28.37 | adjustment
line | recurring | Gold | 2026-03-08 | 2026-04-07 | 79.95`)
}

// An account is open since it was created, not since its package was changed.
func TestRegressionOpenSinceItsCreation(t *testing.T) {
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-05"), Package: "Gold"},
		{ID: "2", Type: account.PackageChanged, Account: "a", At: at("2026-02-10"), Package: "Small"},
		{ID: "3", Type: account.Created, Account: "a", At: at("2026-03-01"), Package: "Gold"},
	}
	anomalies, err := account.Check(events, nil, invoice.Policy{})
	require.NoError(t, err)
	require.Len(t, anomalies, 1)
	require.Equal(t, "the account is already open, since 2026-01-05", anomalies[0].Reason)
}

// What was left of a refund is owed no more once the refunded invoice's own correction is refunded too: the line says so in the same words
// from invoices that were made as from those that were read. It said how much had been refunded, which an invoice that is read does not tell.
func TestRegressionRefundOwedNoMore(t *testing.T) {
	number := func(day string) string { return invoice.NumbersOf("a").On(date(day)).String() }
	refunded := func(id, when, day string) account.Event {
		return account.Event{ID: id, Type: account.InvoiceStatusChanged, Account: "a", At: at(when), Invoice: number(day), Status: invoice.Refunded}
	}
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("2026-03-01"), Package: "Gold"},
		{ID: "2", Type: account.EventVoided, Account: "a", At: at("2026-04-02"), Voids: "1"},
		refunded("3", "2026-05-13", "2026-04-01"), refunded("4", "2026-06-15", "2026-05-01"),
	}
	all := bill(t, events, catalogue(gold()), policyOf(), "2026-07-01").Invoices
	require.Len(t, all, 4)
	line := all[3].Lines[0]
	require.Equal(t, "-79.95 nothing owed, less $79.95 billed before", line.Amount.Number()+" "+line.Explanation())
	next := must(account.Issue(account.Issuing{Events: events, Issued: readAgain(all[:3]), Catalogue: catalogue(gold()), By: at("2026-07-02")}))
	require.Equal(t, invoicesJSON(all[3:]), invoicesJSON(next.Invoices))
}
