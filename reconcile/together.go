package reconcile

import (
	"slices"
	"strings"
)

// maxTogether is how many causes of two changes are listed.
const maxTogether = 5

// tryTogether tries one change of time or price with one of day count or rounding, which cannot make more than a part of the price of
// a difference.
func (s *search) tryTogether() {
	singles := len(s.hits)
	near := max(s.seen[Recurring].most/8, 100)
	for i := range s.list {
		a := &s.list[i]
		if a.tier > prices || a.apply == nil || a.cause == CreationDate || !s.billed[i] {
			continue
		}
		if s.nets[i] == s.group.OurFigures[Recurring] || abs(s.nets[i]-s.group.TheirFigures[Recurring]) > near {
			continue
		}
		changed := a.apply(s.trying())
		if s.trial != nil {
			changed.room = &s.trial.second
		}
		var apart *parts
		if s.own != nil {
			apart = s.takeApart(changed.bill(s.through), changed)
		}
		for j := range s.list {
			b := &s.list[j]
			if b.tier != days && b.tier != rounding || b.cause == Timing || b.cause == BillChanges || b.cause == MonthEnd { // of which the last is about the whole history
				continue
			}
			c := change{cause: a.cause, with: b.cause, tier: together, fact: a.fact + ", and " + b.fact, may: a.may | b.may}
			if c.arithmetic = b.arithmetic; apart != nil && b.arithmetic != nil && !s.mayPrint(apart, changed, &c) {
				continue
			}
			c.arithmetic = nil
			c.apply = func(assumptions) assumptions { return b.apply(changed) }
			s.try(&c, -1)
			if len(s.hits) >= singles+maxTogether {
				return
			}
		}
	}
}

// says reports that a single change leads to the very lines that two do: closed a day earlier with the day of the close charged is closed
// that day.
func (s *search) says(h *Hit, c *change) bool {
	sums := strings.TrimPrefix(h.Text, "They bill "+c.fact)
	return slices.ContainsFunc(s.hits, func(o Hit) bool { return o.With == NoCause && strings.HasSuffix(o.Text, sums) })
}
