package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// pair is a row of theirs and the row of ours that it is about; one of them may be missing.
type pair struct {
	account      string // as we spell it, if we know it
	theirs, ours *side
	ambiguous    bool
	notes        []string
}

// match pairs the rows of both sides one to one: by period and type, then by the largest
// overlap of periods, then by date within one cycle. What could be paired in two ways is
// left apart and marked.
func match(theirs, ours []*side, accounts []string) []pair {
	m := matcher{free: map[string][]*side{}, left: map[string][]*side{}, contested: map[*side]bool{}, known: map[string]bool{}, folded: map[string][]string{}}
	for _, name := range accounts {
		m.known[name] = true
		m.folded[fold(name)] = append(m.folded[fold(name)], name)
	}
	for _, s := range ours {
		m.free[s.account] = append(m.free[s.account], s)
	}
	byAccount := map[string][]*side{}
	for _, s := range theirs {
		byAccount[s.account] = append(byAccount[s.account], s)
	}
	var pairs []pair
	for _, name := range sortedKeys(byAccount) {
		pairs = append(pairs, m.account(name, byAccount[name])...)
	}
	for _, name := range sortedKeys(m.free) {
		for _, s := range append(m.free[name], m.left[name]...) {
			pairs = append(pairs, pair{account: name, ours: s, ambiguous: m.contested[s]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		x, y := a.either(), b.either()
		return cmp.Or(strings.Compare(a.account, b.account), x.date.Compare(y.date), x.period.Start.Compare(y.period.Start),
			strings.Compare(x.number, y.number), strings.Compare(x.text(), y.text()))
	})
	return pairs
}

func (p *pair) either() *side {
	if p.theirs != nil {
		return p.theirs
	}
	return p.ours
}

// fold is what is left of an account's name without regard to case and surrounding space.
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

type matcher struct {
	free      map[string][]*side  // rows of ours not yet paired, by account
	left      map[string][]*side  // rows of ours that could be paired in two ways
	known     map[string]bool     // our accounts
	folded    map[string][]string // the same by folded name
	contested map[*side]bool
}

// account pairs the rows of one account of theirs.
func (m *matcher) account(name string, theirs []*side) []pair {
	ourName, note := name, ""
	if !m.known[name] {
		switch near := m.folded[fold(name)]; len(near) {
		case 0:
		case 1:
			ourName, note = near[0], fmt.Sprintf("their name for the account is %q", name)
		default:
			note = "the account may be any of " + strings.Join(near, ", ")
		}
	}
	pairs := make([]pair, len(theirs))
	for i, s := range theirs {
		pairs[i] = pair{account: ourName, theirs: s}
		if note != "" {
			pairs[i].notes = []string{note}
			pairs[i].ambiguous = ourName == name
		}
	}
	for _, score := range []func(theirs, ours *side) int{sameStretch, overlap, sameCycle} {
		m.pairBest(pairs, ourName, score)
	}
	return pairs
}

// pairBest pairs rows by the highest score above zero, as long as that says which two; a
// tie pairs nothing and marks the rows.
func (m *matcher) pairBest(pairs []pair, ourName string, score func(theirs, ours *side) int) {
	for {
		best := 0
		for i := range pairs {
			if pairs[i].loose() {
				for _, o := range m.free[ourName] {
					best = max(best, score(pairs[i].theirs, o))
				}
			}
		}
		if best == 0 {
			return
		}
		m.pairAt(pairs, ourName, best, score)
	}
}

// loose reports that the row has not been paired, and may be.
func (p *pair) loose() bool { return p.ours == nil && !p.ambiguous && p.theirs.repeats == nil }

// pairAt pairs all rows of one score that fit one row only, and marks the others of it. It
// looks at all before it pairs any, so that their order means nothing.
func (m *matcher) pairAt(pairs []pair, ourName string, best int, score func(theirs, ours *side) int) {
	fits := map[*side][]*side{} // of either side, what it fits on the other
	for i := range pairs {
		if !pairs[i].loose() {
			continue
		}
		for _, o := range m.free[ourName] {
			if t := pairs[i].theirs; score(t, o) == best && !m.contested[o] {
				fits[t], fits[o] = append(fits[t], o), append(fits[o], t)
			}
		}
	}
	for i := range pairs {
		p := &pairs[i]
		switch ours := fits[p.theirs]; {
		case len(ours) == 0:
		case len(ours) == 1 && len(fits[ours[0]]) == 1:
			p.ours = ours[0]
			m.free[ourName] = slices.DeleteFunc(m.free[ourName], func(s *side) bool { return s == ours[0] })
		default:
			p.ambiguous = true
			for _, o := range ours {
				m.contested[o] = true
			}
		}
	}
	// A row of ours that nothing else can have is not looked at again.
	m.free[ourName], m.left[ourName] = split(m.free[ourName], m.left[ourName], m.contested)
}

// split moves the contested rows from one list to another.
func split(free, left []*side, contested map[*side]bool) (stay, moved []*side) {
	for _, s := range free {
		if contested[s] {
			left = append(left, s)
		} else {
			stay = append(stay, s)
		}
	}
	return stay, left
}

// sameStretch is for the same period: best with type and date, then with either; of two such, the one of the same money.
func sameStretch(a, b *side) int {
	if a.period != b.period {
		return 0
	}
	score := 0
	if strings.EqualFold(a.kind, b.kind) {
		score = 4
	}
	if a.date == b.date {
		score += 2
	}
	if score > 0 && a.same(&b.Figures) {
		score++
	}
	return score
}

// overlap is higher the more days two periods share, then the nearer the invoices' dates are.
func overlap(a, b *side) int {
	days := a.period.Intersect(b.period).Days()
	if days <= 0 {
		return 0
	}
	return 64*days + sameCycle(a, b)
}

// sameCycle is higher the nearer two invoices' dates are, and zero beyond a month.
func sameCycle(a, b *side) int {
	return max(0, 31-abs(a.date.Sub(b.date)))
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// markRepeats marks rows of theirs that repeat an account, period and amount more often than we bill them ourselves, or an account and
// number for the same days. Of a row that was canceled or refunded and one that was not, the latter is the original. A number that
// another account or period has too is no second charge: how many such rows there are is the answer.
func markRepeats(theirs, ours []*side) (shared int) {
	type claim struct {
		account string
		period  cycle.Period
		kind    string
		figures Figures
	}
	of := func(s *side) claim { return claim{fold(s.account), s.period, strings.ToLower(s.kind), s.Figures} }
	type numbered struct{ number, account string }
	numbers, ofAccount := map[string]bool{}, map[numbered][]*side{}
	expected, claims := map[claim]int{}, map[claim][]*side{}
	for _, s := range ours {
		expected[of(s)]++
	}
	for _, s := range slices.Concat(live(theirs, true), live(theirs, false)) {
		c, n := of(s), numbered{s.number, fold(s.account)}
		if before := claims[c]; len(before) >= max(1, expected[c]) {
			s.repeats = before[0]
		} else if i := slices.IndexFunc(ofAccount[n], func(o *side) bool { return !o.period.Intersect(s.period).IsEmpty() }); s.number != "" && i >= 0 {
			s.repeats = ofAccount[n][i]
		} else {
			claims[c] = append(before, s)
		}
		if s.number == "" {
			continue
		}
		if s.repeats == nil && numbers[s.number] {
			shared++
		}
		numbers[s.number] = true
		ofAccount[n] = append(ofAccount[n], s)
	}
	return shared
}

// repeat says of which row a row is the repetition.
func (s *side) repeat() string {
	switch o := s.repeats; {
	case !s.same(&o.Figures) || s.period != o.period:
		return fmt.Sprintf("its number is that of another row of theirs for this account: %s for %s", o.Final.Number(), o.period)
	case s.number == o.number:
		return "another row of theirs is the same, number, account, period and amounts"
	default:
		return "its account, period and amounts are those of their row " + o.number
	}
}

// live are the rows that still stand, or those that were taken back.
func live(rows []*side, want bool) []*side {
	var list []*side
	for _, s := range rows {
		if (s.theirs.Status != invoice.Canceled.String() && s.theirs.Status != invoice.Refunded.String()) == want {
			list = append(list, s)
		}
	}
	return list
}
