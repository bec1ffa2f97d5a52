package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/reconcile"
)

// TestSharedCauseLeads: what explains several accounts is believed before what would explain each of them by itself.
func TestSharedCauseLeads(t *testing.T) {
	charged := func(p *invoice.Policy) { p.CloseDay = proration.Charged }
	for _, row := range []struct {
		name     string
		accounts int
		change   func(p *invoice.Policy)
		cause    string
	}{
		{"the convention", 12, charged, "close_day"},
		{"one account is no convention", 1, charged, "close_date"},
		{"the zone", 12, func(p *invoice.Policy) { p.TimeZone = losAngeles }, "time_zone"},
		{"a mistake that is no key", 6, func(p *invoice.Policy) { *p = p.WithMistakes(mistake.Set{Cut: mistake.LastLess}) }, "one_day_less"},
		{"two keys at once", 12, func(p *invoice.Policy) { p.CloseDay, p.DayCount = proration.Charged, proration.Thirty }, "convention"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 12))
			in := reconcile.Input{Zones: []*time.Location{time.UTC, losAngeles}}
			var events [][]account.Event
			for i := range row.accounts {
				s := newStory(r, fmt.Sprintf("%d@example.com", i))
				s.create(s.day("2025-08-01", "2025-08-30"), s.pick(paid[2:]))
				e := s.close(s.day("2025-11-02", "2025-11-25"))
				e.At = date("2025-11-03").AddDays(i).Start(nil).Add(3 * time.Hour)
				u := s.upstream(in.Policy)
				row.change(&u.policy)
				events, in.Documents = append(events, s.events), append(in.Documents, u.document())
			}
			in.Events = gather(t, events...)
			rep := run(t, in)
			differ := 0
			for i := range rep.Rows {
				if got := &rep.Rows[i]; got.Class > reconcile.Tolerated && got.Theirs != nil && got.Ours != nil {
					differ++
					if row.cause == "convention" && got.Cause() != row.cause { // one key of the two is enough where the other changes nothing
						require.Contains(t, []string{"close_day", "day_count"}, got.Cause(), brief(got))
						continue
					}
					require.Equal(t, row.cause, got.Cause(), brief(got))
					require.Equal(t, reconcile.Explained, got.Class, brief(got))
				}
			}
			require.Positive(t, differ)
		})
	}
}

// TestEstablishedConventionExplains: a row that an established convention prints is explained by it, however little the row alone could tell.
func TestEstablishedConventionExplains(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	rate := must(proration.RoundedDailyRate(2, money.HalfUp))
	in := reconcile.Input{Packages: packages()[2:3], Prices: invoice.Distributor} // figures are few, so that a hit says little
	var events [][]account.Event
	for i := range 24 {
		s := newStory(r, fmt.Sprintf("%d@example.com", i))
		s.create(date("2025-08-01").AddDays(i), "Starter")
		s.close(date("2025-11-01").AddDays(i % 13))
		u := s.upstream(in.Policy)
		u.packages, u.policy.DailyRate = in.Packages, rate
		events, in.Documents = append(events, s.events), append(in.Documents, u.document())
	}
	in.Events = gather(t, events...)
	rep := run(t, in)
	require.True(t, rep.Convention.Established)
	differ := 0
	for i := range rep.Rows {
		if row := &rep.Rows[i]; row.Class > reconcile.Tolerated {
			differ++
			require.Equal(t, reconcile.Explained, row.Class, brief(row))
			require.Equal(t, "daily_rate", row.Cause(), brief(row))
			require.NotContains(t, row.Strength(), "possible")
		}
	}
	require.Greater(t, differ, 5)
}
