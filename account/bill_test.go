package account_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

func TestBillNothing(t *testing.T) {
	b, err := account.BillAccount(nil, invoice.Catalogue{}, invoice.Policy{}, date("2026-01-01"))
	require.NoError(t, err)
	require.Empty(t, b.Invoices)

	created := account.Event{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"}
	require.Empty(t, bill(t, []account.Event{created}, catalogue(gold()), policyOf(), "2026-01-31").Invoices, "nothing is due yet")
	require.Empty(t, bill(t, []account.Event{created}, catalogue(gold()), policyOf("timing=advance"), "2025-12-31").Invoices)
	require.Len(t, bill(t, []account.Event{created}, catalogue(gold()), policyOf("timing=advance"), "2026-01-01").Invoices, 1, "through is included")
	require.Empty(t, bill(t, []account.Event{created}, catalogue(small()), policyOf(), "2026-06-01").Invoices, "an unknown package bills nothing")
}

// TestBillErrors: what cannot be billed is an error, never a wrong figure.
func TestBillErrors(t *testing.T) {
	const most = math.MaxInt64
	created := account.Event{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"}
	used := func(id string, credits int64) account.Event {
		return account.Event{ID: id, Type: account.UsageRecorded, Account: "a", At: at("2026-01-05"), Credits: credits}
	}
	charged := func(id string, a money.Amount) account.Event {
		return account.Event{ID: id, Type: account.ChargeAdded, Account: "a", At: at("2026-01-05"), Amount: a, Description: "x"}
	}
	dear, yen, wide := gold(), gold(), gold()
	dear.Price = money.New(most, money.USD)
	yen.Price = money.New(7995, money.JPY)
	wide.Overage = must(money.ParseRate(strings.Repeat("9", 40)))
	tests := []struct {
		name   string
		events []account.Event
		list   invoice.Package
		policy string
		is     error
		says   string
	}{
		{"credits beyond 64 bits", []account.Event{created, used("2", most), used("3", 1)}, gold(), "", money.ErrOverflow, `account "a": period 2026-01-01 … 2026-01-31`},
		{"overage beyond 64 bits", []account.Event{created, used("2", most)}, wide, "", money.ErrOverflow, `package "Gold"`},
		{"charges beyond 64 bits", []account.Event{created, charged("2", money.New(most, money.USD)), charged("3", money.New(1, money.USD))}, gold(), "", money.ErrOverflow, "invoice of 2026-02-01"},
		{"a charge and a price beyond 64 bits", []account.Event{created, charged("2", money.New(1, money.USD))}, dear, "", money.ErrOverflow, "invoice of 2026-02-01"},
		{"a daily rate beyond 64 bits", []account.Event{created, {ID: "2", Type: account.Closed, Account: "a", At: at("2026-01-20")}}, dear, "daily_rate=9:up", money.ErrOverflow, `package "Gold"`},
		{"a price in yen", []account.Event{created}, yen, "", money.ErrCurrency, "JPY"},
		{"a charge in yen", []account.Event{created, charged("2", money.New(1, money.JPY))}, gold(), "", nil, "a charge in JPY, but the policy bills in USD"},
		{"a charge of no currency", []account.Event{created, charged("2", money.Amount{})}, gold(), "", nil, "a charge in XXX"},
		{"two accounts", []account.Event{created, {ID: "2", Type: account.Closed, Account: "b", At: at("2026-01-20")}}, gold(), "", nil, `events of two accounts, "a" and "b"`},
		{"one id twice", []account.Event{created, used("1", 5)}, gold(), "", nil, `id "1" is used twice`},
		{"no id", []account.Event{{Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"}}, gold(), "", nil, "needs an id"},
		{"credits below zero", []account.Event{created, used("2", -1)}, gold(), "", nil, "-1 credits"},
		{"an unknown type", []account.Event{created, {ID: "2", Type: 99, Account: "a", At: at("2026-01-20")}}, gold(), "", nil, "unknown type 99"},
		{"a billing date too late", []account.Event{{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-31"), Package: "Gold", BillingDate: date("2026-03-01")}}, gold(), "", nil, "2026-02-28"},
		{"before the year 1", []account.Event{{ID: "1", Type: account.Created, Account: "a", At: at("0001-01-01").AddDate(0, 0, -1), Package: "Gold"}}, gold(), "", nil, "years 1 to 9999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var settings []string
			if tt.policy != "" {
				settings = append(settings, tt.policy)
			}
			b, err := account.BillAccount(tt.events, catalogue(tt.list), policyOf(settings...), date("2026-06-01"))
			require.Error(t, err)
			require.Empty(t, b.Invoices, "no invoices beside an error")
			require.ErrorContains(t, err, tt.says)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
		})
	}
}

func TestBillLargest(t *testing.T) {
	dear := gold()
	dear.Price = money.New(math.MaxInt64/2, money.USD) // and as much again is the discount after the close
	for _, timing := range []string{"arrears", "advance"} {
		h := &history{eventtest.History{Policy: policyOf("timing=" + timing), Packages: []invoice.Package{dear}, Year: 2026, Events: []account.Event{
			{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"},
			{ID: "2", Type: account.Closed, Account: "a", At: at("2026-03-18")},
		}}}
		require.Empty(t, disagreement(h), "prices of 63 bits are billed to the cent")
	}
}

// TestDistributorPrice: the same history, billed by what the reseller owes upstream.
func TestDistributorPrice(t *testing.T) {
	wholesale := money.MustParse("50.00 USD")
	with, without := gold(), gold()
	with.DistributorPrice = &wholesale
	events := []account.Event{{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"},
		{ID: "2", Type: account.UsageRecorded, Account: "a", At: at("2026-01-05"), Credits: 60000}}
	list, err := invoice.NewCatalogue([]invoice.Package{with}, invoice.Distributor)
	require.NoError(t, err)
	b := bill(t, events, list, policyOf(), "2026-02-01")
	require.Equal(t, money.MustParse("60.00 USD"), b.Invoices[0].FinalAmount)

	list, err = invoice.NewCatalogue([]invoice.Package{without}, invoice.Distributor)
	require.NoError(t, err)
	_, err = account.BillAccount(events, list, policyOf(), date("2026-02-01"))
	require.ErrorContains(t, err, `package "Gold" has no distributor_price`)
}

func TestCheck(t *testing.T) {
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"},
		{ID: "2", Type: account.PackageChanged, Account: "a", At: at("2026-01-05"), Package: "Platinum", Place: source.Place{File: "f", Line: 2, Column: 1}},
		{ID: "3", Type: account.Created, Account: "a", At: at("2026-01-06"), Package: "Gold"},
	}
	list := catalogue(gold())
	anomalies, err := account.Check(events, &list, policyOf())
	require.NoError(t, err)
	require.Len(t, anomalies, 2)
	require.Equal(t, events[1], anomalies[0].Event, "the event is kept whole, its place too")
	require.Equal(t, `anomaly: event "2" (account.package_changed of "a"): package "Platinum" is not in the package list`, anomalies[0].String())
	require.Equal(t, bill(t, events, list, policyOf(), "2026-06-01").Anomalies, anomalies)

	anomalies, err = account.Check(events, nil, policyOf())
	require.NoError(t, err)
	require.Len(t, anomalies, 1, "without a catalogue any package will do")
	_, err = account.Check([]account.Event{events[0], {ID: "1", Type: account.Closed, Account: "a", At: at("2026-01-01")}}, nil, policyOf())
	require.ErrorContains(t, err, `id "1"`)
}

// No events are nothing to check.
func TestCheckNothing(t *testing.T) {
	anomalies, err := account.Check(nil, nil, invoice.Policy{})
	require.NoError(t, err)
	require.Empty(t, anomalies)
}

func TestStatuses(t *testing.T) {
	number := invoice.NumbersOf("a")
	status := func(id, when, of string, s invoice.Status) account.Event {
		return account.Event{ID: id, Type: account.InvoiceStatusChanged, Account: "a", At: at(when), Invoice: of, Status: s}
	}
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"},
		status("2", "2026-02-03", number.On(date("2026-02-01")).String(), invoice.Paid),
		status("3", "2026-02-20", number.On(date("2026-02-01")).String(), invoice.Refunded),
		status("4", "2026-03-03", number.On(date("2026-03-01")).String(), invoice.Paid),
		status("5", "2026-03-03", number.On(date("2026-03-02")).String(), invoice.Paid),
		status("6", "2026-03-03", invoice.NumbersOf("b").On(date("2026-03-01")).String(), invoice.Paid),
		status("7", "2026-03-03", number.On(date("2026-05-01")).String(), invoice.Paid),
	}
	b := bill(t, events, catalogue(gold()), policyOf(), "2026-04-01")
	var got []string
	for _, inv := range b.Invoices {
		got = append(got, inv.Status.String())
	}
	require.Equal(t, []string{"Refunded", "Paid", "Unpaid"}, got, "the latest holds")
	var odd []string
	for _, a := range b.Anomalies {
		odd = append(odd, a.Event.ID)
		require.Contains(t, a.Reason, "has no invoice")
	}
	require.Equal(t, []string{"5", "6"}, odd, "one for an invoice that may come later is none")
}
