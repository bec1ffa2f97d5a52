package eventlog_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
)

// No method of a zero value panics, given zero values; nor does a function of the package.
func TestZeroValues(t *testing.T) {
	eventtest.CallZeroes(t, []any{
		eventlog.Billing{}, eventlog.Block{}, eventlog.Dates{}, eventlog.Decoder{}, eventlog.Events{}, eventlog.Far{}, eventlog.FileFailed{}, eventlog.Line{}, eventlog.Lines{},
		eventlog.LoadError{}, eventlog.Loaded{}, eventlog.Loading{}, eventlog.Packed{}, eventlog.Packing{}, eventlog.Part{}, eventlog.Scan{}, eventlog.Source{},
		eventlog.Span{}, eventlog.Written{},
	}, map[string]any{
		"BlockIDs": eventlog.BlockIDs, "BlockOf": eventlog.BlockOf, "ConflictIDs": eventlog.ConflictIDs, "FailedScan": eventlog.FailedScan, "NewDecoder": eventlog.NewDecoder, "Read": eventlog.Read, "ReadWritten": eventlog.ReadWritten, "ReplayInto": eventlog.ReplayInto[int], "Shard": eventlog.Shard,
	})
}

// What cannot be billed is refused, with what is wrong.
func TestRefusesToReplay(t *testing.T) {
	for _, tt := range []struct {
		at      time.Time
		through cycle.Date
		want    string
	}{
		{at("2026-01-31"), cycle.Date{}, "no last day is given"},
		{time.Time{}, date("2026-03-01"), "its At is not set"},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), date("2026-03-01"), "outside years 1 to 9999"},
	} {
		var events eventlog.Events
		require.NoError(t, events.Add(account.Event{ID: "1", Account: "a", Type: account.UsageRecorded, At: tt.at, Credits: 5}))
		n := 0
		for _, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: tt.through, Workers: 1}) {
			require.ErrorContains(t, err, tt.want)
			n++
		}
		require.Equal(t, 1, n)
	}
}

// A number of workers is no reason to fall over, nor is a function that is not there.
func TestReplayOfNoFunctions(t *testing.T) {
	events, found := load(t, eventlog.Loading{Workers: math.MaxInt}, opened+"}")
	require.NoError(t, found.err)
	for b, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: math.MaxInt}) {
		require.NoError(t, err)
		require.Len(t, b.Invoices, 1)
	}
	err := eventlog.ReplayInto[int](t.Context(), events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1}, nil, func(int) error { return nil })
	require.ErrorContains(t, err, "a function is nil")
	err = eventlog.ReplayInto(t.Context(), events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1}, func(int, *account.Bill) int { return 1 }, nil)
	require.ErrorContains(t, err, "a function is nil")
	for _, err := range eventlog.Read(nil, "f", invoice.Policy{}) {
		require.ErrorContains(t, err, "f:1:1: cannot read on: there is no reader")
	}
	for _, err := range eventlog.Read(io.MultiReader(), "f", invoice.Policy{}) {
		t.Fatal(err)
	}
}

// One shard, or none, has everything.
func TestShardOfNone(t *testing.T) {
	for _, shards := range []int{1, 0, -1, math.MinInt} {
		require.Zero(t, eventlog.Shard("acme", shards))
	}
	require.Less(t, eventlog.Shard("acme", math.MaxInt), math.MaxInt)
}
