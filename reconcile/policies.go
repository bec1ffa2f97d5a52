package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/proration"
)

// grid is every policy that the upstream is compared with: our own and those with one or two keys of what happens when changed, each
// with either close_day, and each of those in every arithmetic of shares.
type grid struct {
	structures  []structure
	arithmetics []invoice.Policy // ours first; day_count, daily_rate, round_part and rounding count
	policies    []gridPolicy     // all of them, the nearest to ours first
}

// structure is a policy in our own arithmetic: it says which days and credits are billed.
type structure struct {
	policy  invoice.Policy
	changed [keys]bool // arithmetic is only close_day here
}

// gridPolicy is a structure in an arithmetic.
type gridPolicy struct {
	invoice.Policy
	structure, arithmetic int
}

// key is what a policy can differ in from ours. The keys of the arithmetic are told by groups for part of a period, each other by
// the groups that it changes.
type key uint8

const (
	arithmetic key = iota // day_count, daily_rate, round_part, rounding, close_day
	timing
	billChanges
	includedCredits
	freeUpgrade
	timeZone
	keys // how many there are
)

// keyChange is a change of one key.
type keyChange struct {
	key
	apply func(p *invoice.Policy)
}

func newGrid(ours invoice.Policy, zones []*time.Location) *grid {
	g := &grid{arithmetics: arithmetics(ours)}
	changes := []keyChange{
		{timing, func(p *invoice.Policy) { p.Timing = other(p.Timing, invoice.Arrears, invoice.Advance) }},
		{billChanges, func(p *invoice.Policy) {
			p.BillChanges = other(p.BillChanges, invoice.NextBill, invoice.Immediately)
		}},
		{includedCredits, func(p *invoice.Policy) {
			p.IncludedCredits = other(p.IncludedCredits, invoice.FullCredits, invoice.ProratedCredits)
		}},
		{freeUpgrade, func(p *invoice.Policy) {
			p.FreeUpgrade = other(p.FreeUpgrade, invoice.RestartCycle, invoice.KeepCycle)
		}},
	}
	tried := map[string]bool{zoneOf(ours).String(): true}
	for _, zone := range zones {
		if !tried[zone.String()] {
			tried[zone.String()] = true
			changes = append(changes, keyChange{timeZone, func(p *invoice.Policy) { p.TimeZone = zone }})
		}
	}
	add := func(changes ...keyChange) {
		s := structure{policy: ours}
		for _, c := range changes {
			c.apply(&s.policy)
			s.changed[c.key] = true
		}
		g.structures = append(g.structures, s)
		s.policy.CloseDay = other(s.policy.CloseDay, proration.Free, proration.Charged)
		g.structures = append(g.structures, s)
	}
	add()
	for _, c := range changes {
		add(c)
	}
	for i, a := range changes {
		for _, b := range changes[i+1:] {
			if a.key != b.key {
				add(a, b)
			}
		}
	}
	for s := range g.structures {
		for a := range g.arithmetics {
			g.policies = append(g.policies, gridPolicy{g.of(s, a), s, a})
		}
	}
	slices.SortStableFunc(g.policies, func(a, b gridPolicy) int { return cmp.Compare(distance(ours, a.Policy), distance(ours, b.Policy)) })
	return g
}

// of is a structure's policy in an arithmetic.
func (g *grid) of(s, a int) invoice.Policy {
	p, sums := g.structures[s].policy, &g.arithmetics[a]
	p.DayCount, p.DailyRate, p.RoundPart, p.Rounding = sums.DayCount, sums.DailyRate, sums.RoundPart, sums.Rounding
	return p
}

// other is whichever of two values it is not.
func other[T comparable](is, a, b T) T {
	if is == a {
		return b
	}
	return a
}

// arithmetics are the ways to share a price out over days, ours first.
func arithmetics(ours invoice.Policy) []invoice.Policy {
	rates := []proration.DailyRate{{}}
	for digits := 2; digits <= 4; digits++ {
		for _, mode := range roundings {
			rate, _ := proration.RoundedDailyRate(digits, mode) // the digits are in range
			rates = append(rates, rate)
		}
	}
	list := []invoice.Policy{ours}
	for _, days := range []proration.DayCount{proration.Actual, proration.Thirty, proration.Year365} {
		for _, rate := range rates {
			for _, part := range []proration.RoundPart{proration.Used, proration.Unused, proration.Each} {
				for _, mode := range roundings {
					p := ours
					p.DayCount, p.DailyRate, p.RoundPart, p.Rounding = days, rate, part, mode
					if p != ours {
						list = append(list, p)
					}
				}
			}
		}
	}
	return list
}

// differences are the keys in which two policies of the grid differ, and how many of a policy file's they are.
func differences(a, b invoice.Policy) (set [keys]bool, n int) {
	for _, d := range [...]struct {
		key
		differs bool
	}{
		{arithmetic, a.DayCount != b.DayCount}, {arithmetic, a.DailyRate != b.DailyRate}, {arithmetic, a.RoundPart != b.RoundPart},
		{arithmetic, a.Rounding != b.Rounding}, {arithmetic, a.CloseDay != b.CloseDay}, {timing, a.Timing != b.Timing},
		{billChanges, a.BillChanges != b.BillChanges}, {includedCredits, a.IncludedCredits != b.IncludedCredits},
		{freeUpgrade, a.FreeUpgrade != b.FreeUpgrade}, {timeZone, zoneOf(a).String() != zoneOf(b).String()},
	} {
		if d.differs {
			set[d.key] = true
			n++
		}
	}
	return set, n
}

// distance is the number of keys in which two policies differ.
func distance(a, b invoice.Policy) int {
	_, n := differences(a, b)
	return n
}
