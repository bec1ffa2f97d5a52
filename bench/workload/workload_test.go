package workload_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/bench/workload"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// sizes are workloads of every shape: the smallest, crowded and lonely accounts, one month and many years.
var sizes = []workload.Options{
	{Accounts: 1, Months: 1, Events: 1},
	{Accounts: 1, Months: 3, Events: 2000, Seed: 3},
	{Accounts: 50, Months: 1, Events: 50},
	{Accounts: 7, Months: 2, Events: 9000, Seed: 9},
	{Accounts: 300, Months: 24, Events: 15000, Seed: 1},
	{Accounts: 300, Months: 24, Events: 15000, Seed: 2},
	{Accounts: 20, Months: 120, Events: 20000, Seed: 5},
	{Accounts: 5000, Months: 12, Events: 20000, Seed: 4},
	{Accounts: 300, Months: 24, Events: 15000, Seed: 1, Corrections: true},
	{Accounts: 7, Months: 2, Events: 9000, Seed: 9, Corrections: true},
}

// lines makes a whole workload.
func lines(t *testing.T, o workload.Options) []byte {
	t.Helper()
	b, _, err := workload.All(o)
	require.NoError(t, err)
	return b
}

// read reads a workload, which has no bad line, and gathers its events by account.
func read(t *testing.T, o workload.Options) map[string][]account.Event {
	t.Helper()
	text := lines(t, o)
	require.Equal(t, o.Events, bytes.Count(text, []byte("\n")))
	accounts, ids := map[string][]account.Event{}, map[string]bool{}
	line, rest := []byte(nil), text
	for e, err := range eventlog.Read(bytes.NewReader(text), "workload", invoice.Policy{}) {
		require.NoError(t, err)
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		require.Equal(t, string(line), string(e.AppendJSON(nil)), "a line is not as the program writes it")
		require.False(t, ids[e.ID], "id %s is used twice", e.ID)
		ids[e.ID] = true
		accounts[e.Account] = append(accounts[e.Account], e)
	}
	require.Len(t, ids, o.Events)
	return accounts
}

func catalogue(t *testing.T, o workload.Options) *invoice.Catalogue {
	t.Helper()
	packages, err := invoice.ParsePackages("packages", o.Packages(), money.USD)
	require.NoError(t, err)
	for _, list := range []invoice.PriceList{invoice.Distributor, invoice.Retail} {
		c, err := invoice.NewCatalogue(packages, list)
		require.NoError(t, err)
		if list == invoice.Retail {
			return &c
		}
	}
	return nil
}

func TestSameBytes(t *testing.T) {
	for _, o := range sizes {
		require.Equal(t, lines(t, o), lines(t, o))
		other := o
		other.Seed++
		require.NotEqual(t, lines(t, o), lines(t, other))
	}
}

func TestCounts(t *testing.T) {
	for _, o := range sizes {
		accounts := read(t, o)
		require.Len(t, accounts, o.Accounts)
		usage := 0
		for _, events := range accounts {
			for _, e := range events {
				if e.Type == account.UsageRecorded {
					usage++
				}
			}
		}
		require.Equal(t, o.Events-max(o.Accounts, o.Events/10), usage, "%+v", o)
	}
}

func TestNoAnomalies(t *testing.T) {
	for _, o := range sizes {
		list := catalogue(t, o)
		for _, events := range read(t, o) {
			bill, err := account.BillAccount(events, *list, invoice.Policy{}, cycle.MustDate("2034-01-01"))
			require.NoError(t, err)
			require.Empty(t, bill.Anomalies, "%+v", o)
		}
	}
}

// A workload has every kind of event, late ones and ones out of order, and lasts as long as it is said to.
func TestMix(t *testing.T) {
	o := workload.Options{Accounts: 400, Months: 24, Events: 40000, Seed: 7}
	seen, latest, last := map[string]int{}, time.Time{}, time.Time{}
	list := catalogue(t, o)
	for e, err := range eventlog.Read(bytes.NewReader(lines(t, o)), "workload", invoice.Policy{}) {
		require.NoError(t, err)
		seen[e.Type.String()+" "+e.Effective.String()]++
		if !e.RecordedAt.IsZero() {
			seen["late"]++
		}
		if known := e.Known(); known.Before(latest) {
			seen["out of order"]++
			require.Less(t, latest.Sub(known), 24*time.Hour, "%s", e.ID)
		} else {
			latest = known
		}
		if e.At.After(last) {
			last = e.At
		}
		require.True(t, e.Package == "" || list.Has(e.Package), e.Package)
	}
	for _, kind := range []string{
		"account.created immediately", "account.package_changed immediately", "account.package_changed period_end",
		"account.closed immediately", "account.closed period_end", "account.change_cancelled immediately",
		"usage.recorded immediately", "charge.added immediately", "invoice.status_changed immediately",
	} {
		require.Positive(t, seen[kind], "%s: %v", kind, seen)
	}
	require.Greater(t, seen["account.created immediately"], o.Accounts, "no account was created again")
	require.InDelta(t, 400, seen["late"], 200)
	require.InDelta(t, 1000, seen["out of order"], 500)
	end, err := cycle.DateOf(last, nil)
	require.NoError(t, err)
	require.Equal(t, "2025-12-31", end.String())
}

// Without corrections a workload is the one that was measured before there were any.
func TestWithoutCorrections(t *testing.T) {
	text := lines(t, workload.Options{Accounts: 300, Months: 24, Events: 15000, Seed: 1})
	require.Equal(t, "fb03f3778d952ebebd533a2828b0ab23dba7f400c4f16fb4d593e14e4e22c3f4", fmt.Sprintf("%x", sha256.Sum256(text)))
}

// With corrections there are events voided, of both kinds, each once and after it was recorded, and charges of each price list.
func TestCorrections(t *testing.T) {
	known, kinds, lists, voids := map[string]account.Event{}, map[account.Type]int{}, map[account.PriceLists]int{}, 0
	text := lines(t, workload.Options{Accounts: 400, Months: 24, Events: 40000, Seed: 7, Corrections: true})
	for e, err := range eventlog.Read(bytes.NewReader(text), "workload", invoice.Policy{}) {
		require.NoError(t, err)
		known[e.ID] = e
		if e.Type == account.ChargeAdded {
			lists[e.PriceList]++
		}
		if e.Type != account.EventVoided {
			continue
		}
		voided, found := known[e.Voids]
		require.True(t, found, "%s voids %s", e.ID, e.Voids)
		require.Equal(t, voided.Account, e.Account)
		require.True(t, voided.Known().Before(e.At))
		delete(known, e.Voids)
		kinds[voided.Type]++
		voids++
	}
	require.InDelta(t, 600, voids, 150, "a sixth of a tenth")
	require.Len(t, kinds, 2)
	require.Positive(t, kinds[account.UsageRecorded])
	require.Positive(t, kinds[account.ChargeAdded])
	require.Len(t, lists, 3)
	for list, n := range lists {
		require.Greater(t, n, 150, "%v", list)
	}
}

func TestRefuses(t *testing.T) {
	for _, row := range []struct {
		options workload.Options
		want    string
	}{
		{workload.Options{Accounts: 0, Months: 1, Events: 1}, "0 accounts, expected 1 to 1073741824"},
		{workload.Options{Accounts: 1, Months: 0, Events: 1}, "0 months, expected 1 to 1200"},
		{workload.Options{Accounts: 2, Months: 1, Events: 1}, "1 events, expected at least one for each of 2 accounts, and at most 1099511627776"},
	} {
		_, err := workload.New(row.options)
		require.EqualError(t, err, row.want)
	}
}

func BenchmarkAppend(b *testing.B) {
	g, err := workload.New(workload.Options{Accounts: 100_000, Months: 24, Events: 1 << 40})
	require.NoError(b, err)
	line := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		line = g.Append(line[:0])
	}
	b.SetBytes(int64(len(line)))
}
