package account

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// Law: going back to a mark undoes everything since, whatever it was.
func TestLawTimelineGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var packages []invoice.Package
		for _, name := range []string{"Free", "Gold", "Small"} {
			packages = append(packages, invoice.Package{Name: name, Price: money.New(int64(len(name)-4)*5, money.USD)})
		}
		packages[1].Price = money.New(7995, money.USD)
		catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
		require.NoError(t, err)
		var policy invoice.Policy
		policy.FreeUpgrade = invoice.FreeUpgrade(rapid.IntRange(0, 1).Draw(t, "free_upgrade"))
		policy.CloseDay = proration.CloseDay(rapid.IntRange(0, 1).Draw(t, "close_day"))
		terms := newTerms(catalogue, policy)

		now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
		next := func() *entry {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 12, 600}).Draw(t, "hours")) * time.Hour)
			e := &Event{ID: "e", Account: "a", At: now, Type: rapid.SampledFrom([]Type{Created, PackageChanged, ChangeCancelled, Closed}).Draw(t, "type"),
				Package: rapid.SampledFrom([]string{"Free", "Gold", "Small"}).Draw(t, "package"), Effective: Effective(rapid.IntRange(0, 1).Draw(t, "effective"))}
			day, err := cycle.DateOf(now, nil)
			require.NoError(t, err)
			return &entry{made: e, kind: e.Type, at: instantOf(now), known: instantOf(now), day: day}
		}
		// The one stays as it is; the other goes on, and back.
		stays, goes := newTimeline(terms), newTimeline(terms)
		for range rapid.IntRange(0, 6).Draw(t, "before") {
			e := next()
			stays.apply(e)
			goes.apply(e)
		}
		m, then := goes.mark(), now
		for range rapid.IntRange(1, 6).Draw(t, "after") {
			goes.apply(next())
		}
		goes.goBack(m)
		require.Equal(t, stays, goes)
		// Both go on from there in the same way.
		now = then
		for range 3 {
			e := next()
			require.Equal(t, stays.apply(e), goes.apply(e))
		}
		require.Equal(t, stays, goes)
	})
}
