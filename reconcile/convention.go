package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// Convention is the policy that the Distributor seems to prorate by.
type Convention struct {
	Policy      invoice.Policy   // the member of the class nearest to ours
	Members     []invoice.Policy // all that print the same figures for all rows tested
	Tested      int              // prorated rows
	Reproduced  int              // of them, to the cent
	Ours        int              // reproduced by our own policy
	RunnerUp    *invoice.Policy  // of the next best class, nil when there is none
	Second      int              // rows it reproduces
	Better      bool             // it reproduces more than our own policy; else nothing in the grid does
	Established bool             // at least MinRows tested, and a lead of MinLead; else it is only suggested
	Against     []string         // numbers of the rows that contradict it
	Telling     string           // which row would tell the members apart; empty when nothing would

	// Theirs and OursTotal are what all rows in question come to under their convention and
	// under ours; the difference is what theirs costs.
	TheirsTotal, OursTotal, Cost money.Amount

	ourOwn bool // it is our own policy, and reproduces some
}

// What it takes to call a convention established.
const (
	MinRows = 5
	MinLead = 3
)

// maxRows is how many prorated rows are tested, spread over all of them.
const maxRows = 200

// sample is a prorated row with what billing its account takes.
type sample struct {
	*search
	number string
}

// policyClass are the policies that reproduce the same samples.
type policyClass struct {
	members []invoice.Policy
	score   int
	hits    []bool
}

// convention infers the upstream's policy from all prorated rows.
func (r *reconciler) convention(ctx context.Context, pairs []pair) (*Convention, error) {
	samples := r.samples(pairs)
	if len(samples) == 0 {
		return nil, nil
	}
	policies := grid(r.in.Policy)
	hits := make([][]bool, len(policies)) // of each policy, by sample
	for i := range hits {
		hits[i] = make([]bool, len(samples))
	}
	if err := r.parallel(ctx, len(samples), func(j int) {
		for i, hit := range samples[j].reproducedBy(policies) {
			hits[i][j] = hit
		}
	}); err != nil {
		return nil, err
	}
	byHits := map[string]*policyClass{}
	var found []*policyClass
	for i, policy := range policies {
		key := make([]byte, len(samples))
		score := 0
		for j, hit := range hits[i] {
			if hit {
				key[j] = 1
				score++
			}
		}
		c := byHits[string(key)]
		if c == nil {
			c = &policyClass{hits: hits[i], score: score}
			byHits[string(key)] = c
			found = append(found, c)
		}
		c.members = append(c.members, policy)
	}
	ours := found[0].score // the grid starts with our own policy
	// The grid is in order of distance from our policy, so a stable sort prefers the nearest.
	slices.SortStableFunc(found, func(a, b *policyClass) int { return cmp.Compare(b.score, a.score) })
	return r.conclude(ctx, samples, found, ours)
}

// conclude words the best class.
func (r *reconciler) conclude(ctx context.Context, samples []sample, found []*policyClass, ours int) (*Convention, error) {
	best := found[0]
	c := &Convention{Policy: best.members[0], Members: best.members, Tested: len(samples), Reproduced: best.score, Ours: ours,
		Better: best.score > ours, ourOwn: best.score > 0 && best.members[0] == r.in.Policy}
	lead := best.score
	if len(found) > 1 {
		c.RunnerUp, c.Second = &found[1].members[0], found[1].score
		lead -= c.Second
	}
	c.Established = c.Tested >= MinRows && lead >= MinLead && (c.Better || c.ourOwn)
	for i, hit := range best.hits {
		if !hit {
			c.Against = append(c.Against, samples[i].number)
		}
	}
	c.Telling = r.telling(best.members)
	return c, r.cost(ctx, c)
}

// samples are the rows that speak of proration: paired, theirs sound, and part of a price.
func (r *reconciler) samples(pairs []pair) []sample {
	var all []*pair
	for i := range pairs {
		p := &pairs[i]
		if p.theirs != nil && p.ours != nil && !p.ambiguous && !p.theirs.again && p.theirs.broken == "" && prorated(p.ours.ours) {
			all = append(all, p)
		}
	}
	if len(all) > maxRows {
		spread := make([]*pair, maxRows)
		for i := range spread {
			spread[i] = all[i*len(all)/maxRows]
		}
		all = spread
	}
	samples := make([]sample, len(all))
	for i, p := range all {
		w := r.worldOf(p.account)
		s := &search{row: p, through: p.ours.date}
		if p.theirs.date.After(s.through) {
			s.through = p.theirs.date
		}
		s.world = w.near(p.ours.period, s.through, false)
		samples[i] = sample{s, p.theirs.number}
	}
	return samples
}

// prorated reports that some line is for part of a period.
func prorated(inv *invoice.Invoice) bool {
	return slices.ContainsFunc(inv.Lines, func(l invoice.Line) bool {
		return l.Kind == invoice.Recurring && l.Days() != l.PeriodDays() && strings.Trim(l.UnitPrice(), "0.") != ""
	})
}

// grid lists every policy that prorates in another way, ours first, then by the number of
// keys that differ from it.
func grid(ours invoice.Policy) []invoice.Policy {
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
					for _, closeDay := range []proration.CloseDay{proration.Free, proration.Charged} {
						p := ours
						p.DayCount, p.DailyRate, p.RoundPart, p.Rounding, p.CloseDay = days, rate, part, mode, closeDay
						if p != ours {
							list = append(list, p)
						}
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b invoice.Policy) int { return cmp.Compare(distance(ours, a), distance(ours, b)) })
	return list
}

// distance is the number of the grid's keys in which two policies differ.
func distance(a, b invoice.Policy) int {
	n := 0
	for _, same := range [...]bool{a.DayCount == b.DayCount, a.DailyRate == b.DailyRate, a.RoundPart == b.RoundPart, a.Rounding == b.Rounding, a.CloseDay == b.CloseDay} {
		if !same {
			n++
		}
	}
	return n
}

// reproducedBy bills a sample under each policy, and says which print their figure.
func (s *sample) reproducedBy(policies []invoice.Policy) []bool {
	hits := make([]bool, len(policies))
	closes := slices.ContainsFunc(s.world.events, func(e account.Event) bool { return e.Type == account.Closed })
	known := map[invoice.Policy]bool{}
	for i, policy := range policies {
		if !closes { // the day of a close does not matter
			policy.CloseDay = proration.Free
			if hit, ok := known[policy]; ok {
				hits[i] = hit
				continue
			}
		}
		w := s.world
		w.policy = policy
		if inv := s.pick(w.bill(s.through)); inv != nil {
			hits[i] = ofInvoice(inv).Recurring == s.row.theirs.Recurring
		}
		if !closes {
			known[policy] = hits[i]
		}
	}
	return hits
}

// telling looks for the plainest close that members of a class would bill differently.
func (r *reconciler) telling(members []invoice.Policy) string {
	start := cycle.MustDate("2026-01-01")
	for _, months := range []int{0, 3, 1} { // a month of 31 days, one of 30, one of 28
		whole := cycle.Period{Start: start.AddMonths(months), End: start.AddMonths(months + 1)}
		for i := range r.in.Packages {
			price, err := r.catalogue.On(r.in.Packages[i].Name, whole.Start).PeriodPrice()
			if err != nil {
				continue
			}
			for day := 1; day < whole.Days(); day++ {
				if text := splits(members, price, whole, whole.Start.AddDays(day)); text != "" {
					return text
				}
			}
		}
	}
	return ""
}

// splits says how members bill a close, if not all alike.
func splits(members []invoice.Policy, price money.Amount, whole cycle.Period, closed cycle.Date) string {
	var first money.Amount
	for i := range members {
		m := &members[i]
		share, err := m.Rule().Share(price, whole, cycle.Period{Start: whole.Start, End: m.CloseDay.End(closed)})
		if err != nil {
			return ""
		}
		if i == 0 {
			first = share.Amount
			continue
		}
		if share.Amount != first {
			return fmt.Sprintf("a close on day %d of a period of %d days at %s: %s under %s, %s under %s", closed.Sub(whole.Start)+1, whole.Days(),
				price.Display(), first.Display(), differing(members[0], *m), share.Amount.Display(), differing(*m, members[0]))
		}
	}
	return ""
}

// differing words the keys of a policy in which it differs from another.
func differing(p, from invoice.Policy) string { return strings.Join(p.Changes(from), " ") }

// cost bills all accounts under their convention: what it costs against ours.
func (r *reconciler) cost(ctx context.Context, c *Convention) (err error) {
	if !c.Better {
		zero := money.New(0, r.currency)
		c.OursTotal, c.TheirsTotal, c.Cost = zero, zero, zero
		return nil
	}
	c.OursTotal = r.ourTotal
	if c.TheirsTotal, err = r.total(ctx, c.Policy); err != nil {
		return err
	}
	c.Cost, err = c.TheirsTotal.Sub(c.OursTotal)
	return err
}

// total is what all accounts are billed under a policy, on the dates in question.
func (r *reconciler) total(ctx context.Context, policy invoice.Policy) (money.Amount, error) {
	sum := money.New(0, r.currency)
	for bill, err := range r.replay(ctx, policy) {
		if err != nil {
			return sum, err
		}
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(r.from) {
				if sum, err = sum.Add(inv.FinalAmount); err != nil {
					return sum, err
				}
			}
		}
	}
	return sum, nil
}
