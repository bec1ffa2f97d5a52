package reconcile

import (
	"fmt"
	"slices"
	"strings"
)

// Hit is a cause with the figures it leads to: the one change under which our engine prints what the Distributor billed.
type Hit struct {
	Cause Cause
	With  Cause  // a second cause, where it takes both; else NoCause
	Fact  string // what they did, in words that follow "They bill": "as if closed on 2025-11-13"
	Text  string // the sentence, with both sums

	// Tried is how many different figures were tried up to this one, the most plausible first; Range is how many figures there could
	// be. A figure made up at random would be hit Tried times in Range.
	Tried, Range int64

	tier     tier
	fixes    kindSet // the kinds whose figures become theirs
	full     bool    // all that differ
	dated    bool    // the days are theirs too
	shared   bool    // other accounts may have it too
	unstated bool    // their rows state another package than it leads to
	sets     string  // the keys of a policy file that it changes
	certain  bool    // it follows from the documents and events alone, no figure was tried
}

// Code is the cause's code, or those of two causes joined by a plus.
func (h *Hit) Code() string {
	if h.With != NoCause {
		return h.Cause.String() + "+" + h.With.String()
	}
	return h.Cause.String()
}

// Possible reports that the hit may well be an accident: it took two changes, or a figure at random would have been hit too easily.
func (h *Hit) Possible() bool {
	return !h.certain && (h.tier == together || h.Tried*accident > h.Range)
}

// accident: one in so many is the chance above which a hit is possible, not found. A wrong figure made up at random is then taken for
// a cause that was found less than once in so many.
const accident = 100

// Odds say how easily a figure made up at random would have been hit; empty where none was tried.
func (h *Hit) Odds() string {
	switch {
	case h.certain || h.Range == 0:
		return ""
	case h.Tried >= h.Range:
		return "any figure would fit"
	}
	return fmt.Sprintf("a figure at random fits 1 time in %d", h.Range/h.Tried)
}

// rank is lower for what is to be believed first: what explains all of the group, what was found before what is only possible, what
// leads to the package that their rows state and to their days where those differ from ours, then by tier.
func (h *Hit) rank() int {
	rank := int(h.tier)
	if !h.dated && !h.certain && h.tier != stated {
		rank += 10
	}
	if h.unstated {
		rank += 20
	}
	if h.Possible() {
		rank += 100
	}
	if !h.full {
		rank += 1000
	}
	return rank
}

// rankHits sorts hits, the one to believe first, and leaves each sentence once.
func rankHits(hits []Hit) []Hit {
	slices.SortStableFunc(hits, func(a, b Hit) int { return a.rank() - b.rank() })
	type said struct{ code, text string }
	seen := map[said]bool{} // a package listed with two terms says the same twice
	return slices.DeleteFunc(hits, func(h Hit) bool {
		key := said{h.Code(), h.Text}
		again := seen[key]
		seen[key] = true
		return again
	})
}

// Believed are the causes to believe: the first, or where no one explains all of the group the first for each kind that differs.
func (g *Group) Believed() []Hit {
	if len(g.Causes) == 0 || g.Causes[0].full {
		return g.Causes[:min(1, len(g.Causes))]
	}
	var list []Hit
	var explained kindSet
	for _, h := range g.Causes {
		if h.fixes&^explained != 0 {
			list = append(list, h)
			explained |= h.fixes
		}
	}
	return list
}

// Rivals are the other causes of the same figures, each sentence once.
func (g *Group) Rivals() []Hit {
	believed := g.Believed()
	var list []Hit
	for _, h := range g.Causes {
		same := func(o Hit) bool { return o.Text == h.Text }
		if !slices.ContainsFunc(believed, same) && !slices.ContainsFunc(list, same) {
			list = append(list, h)
		}
	}
	return list
}

// Cause is the code of the cause to believe, empty where there is none; two, where two figures differ for two reasons, are joined with
// a comma.
func (g *Group) Cause() string {
	return joined(g.Believed(), ",", func(h *Hit) string { return h.Code() })
}

// Found reports that what to believe was found, and is not only possible.
func (g *Group) Found() bool {
	believed := g.Believed()
	return len(believed) > 0 && (g.Class == Explained || g.Class != Unexplained && !believed[0].Possible())
}

// Strength says how much the cause to believe is worth: certain (found, without a rival), likely (found, with rivals), possible; empty
// without a cause.
func (g *Group) Strength() string {
	believed := g.Believed()
	switch {
	case len(believed) == 0:
		return ""
	case slices.ContainsFunc(believed, func(h Hit) bool { return h.Possible() }):
		return "possible"
	case len(g.Rivals()) > 0:
		return "likely"
	}
	return "certain"
}

// Odds say how easily the figures of the cause to believe would have been hit at random.
func (g *Group) Odds() string { return joined(g.Believed(), "; ", (*Hit).Odds) }

// Explanation is the sentence of the cause to believe, or what else there is to say.
func (g *Group) Explanation() string {
	believed := g.Believed()
	parts := append(g.open(believed), g.Implied...)
	if text := joined(believed, " ", func(h *Hit) string { return h.Text }); text != "" {
		parts = append([]string{text}, parts...)
	}
	if len(parts) == 0 {
		parts = g.Notes
	}
	return strings.Join(parts, " ")
}

// joined says something of each hit, the same once.
func joined(hits []Hit, sep string, of func(h *Hit) string) string {
	var parts []string
	for i := range hits {
		if text := of(&hits[i]); text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, sep)
}

// open says which kinds differ that no cause to believe explains, as both sides have them.
func (g *Group) open(believed []Hit) []string {
	if g.Class != Unexplained {
		return nil
	}
	var list []string
	for k := range Kinds {
		theirs, ours := g.TheirFigures[k], g.OurFigures[k]
		if theirs == ours || slices.ContainsFunc(believed, func(h Hit) bool { return h.fixes.has(k) }) {
			continue
		}
		text := fmt.Sprintf("They bill %s of %s, expected %s", k, g.number(theirs), g.number(ours))
		if lines := sentences(g.lines(k)); lines != "" {
			text += " = " + lines
		}
		list = append(list, text+": no cause found.")
	}
	return list
}
