package account_test

import (
	"slices"
	"testing"
)

// untilMended is its second argument until TestMendLinesThatCancel passes. Then it can go, and
// phaseNumber too.
func untilMended[T any](_, until T) T { return until }

// phaseNumber is how the engine numbers the phases of a package in a period.
func (s *story) phaseNumber(st *stay, p stretch) int {
	n := 0
	for _, before := range s.stays {
		if before == st {
			break
		}
		reach := before.end
		if before.to.After(startOf(before.end, s.zone)) || slices.Contains(s.deaths, before) {
			reach = max(reach, dayOf(before.to, s.zone)+1)
		}
		if before.pkg == st.pkg && before.start < p.end && reach > p.start {
			n++
		}
	}
	return n
}

// A phase with no days in a period must not number those that have some. The creation of
// 28 January became known late: it adds ten days of Gold, and changes nothing for those that
// were billed since the account was created again, on the day of its close.
func TestMendLinesThatCancel(t *testing.T) {
	t.Skip("engine: two more lines for 2026-02-08 … 2026-03-07, 79.95 and -79.95")
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
