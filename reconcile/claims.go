package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
)

// Claim is what is asked back for one account and cause.
type Claim struct {
	ID      string // the same in every run
	Account string
	Cause   string // the cause, or the class where none was found
	Amount  int64  // above zero, in minor units
	Lines   []ClaimLine
}

// ClaimLine is what is asked back for one group.
type ClaimLine struct {
	Group    *Group
	Numbers  string     // of their rows
	Date     cycle.Date // of the newest of them
	Claimed  int64
	Until    cycle.Date // the last day to dispute it; the zero Date where that is not known
	Evidence string
}

// ClaimedRow names a line of an earlier dispute file.
type ClaimedRow struct{ Account, Numbers, Start, End string }

// ClaimID names what is claimed for one account and cause, the same in every run.
func ClaimID(account, cause string) string {
	sum := sha256.Sum256([]byte(account + "\x00" + cause))
	return hex.EncodeToString(sum[:6])
}

// tooMuch is what a group is billed too much at most, in minor units: a discount below its rows counts as taken off.
func (g *Group) tooMuch() int64 {
	d := g.Difference().Total()
	for _, t := range g.Theirs {
		d += t.discount
	}
	return d
}

// claim decides what is claimed. What is too little of an account is taken off what is too much, so that no account is asked for more
// than it was over-billed over all documents.
func (rep *Report) claim(r *reconciler) {
	credits := rep.outsideCredits()
	for i := 0; i < len(rep.Groups); {
		j := i
		for j < len(rep.Groups) && rep.Groups[j].Account == rep.Groups[i].Account {
			j++
		}
		rep.claimAccount(r, rep.Groups[i:j], credits[rep.Groups[i].Account])
		i = j
	}
	byID := map[string]int{}
	for _, g := range rep.Groups {
		if g.claim <= 0 {
			continue
		}
		cause := g.claimCause()
		id := ClaimID(g.Account, cause)
		n, known := byID[id]
		if !known {
			n = len(rep.Claims)
			byID[id] = n
			rep.Claims = append(rep.Claims, Claim{ID: id, Account: g.Account, Cause: cause})
		}
		c := &rep.Claims[n]
		c.Amount += g.claim
		c.Lines = append(c.Lines, rep.claimLine(g))
	}
}

// claimCause is the cause that a claim rests on: what may be an accident is no evidence.
func (g *Group) claimCause() string {
	if g.Found() {
		return g.Cause()
	}
	return g.Class.String()
}

// whyUnclaimed says why a group is not claimed, whatever it comes to.
func (r *reconciler) whyUnclaimed(g *Group) string {
	switch {
	case g.Unclaimed != "":
		return g.Unclaimed
	case g.Class == Ambiguous:
		return "the account may be any of several"
	case !g.isDifferent():
		return "it is not different"
	}
	for _, t := range g.Theirs {
		if d := cmp.Or(r.doubts[t], t.unsure); d != "" {
			return d
		}
	}
	if r.claimedBefore(g) {
		return "an earlier dispute claims it"
	}
	return ""
}

// claimedBefore reports that an earlier dispute claims the group, or one of its rows: more documents may have made a group larger.
func (r *reconciler) claimedBefore(g *Group) bool {
	if r.in.Claimed[ClaimedRow{g.Account, g.numbers(), g.Period.Start.String(), g.Period.Last().String()}] {
		return true
	}
	return slices.ContainsFunc(g.Theirs, func(t *Row) bool { return t.Number != "" && r.claimed[claimedNumber{g.Account, t.Number}] })
}

// claimedNumber is a row that an earlier dispute claims.
type claimedNumber struct{ account, number string }

// claimedNumbers are the rows that earlier disputes claim.
func claimedNumbers(lines map[ClaimedRow]bool) map[claimedNumber]bool {
	all := map[claimedNumber]bool{}
	for line := range lines {
		for _, number := range strings.Fields(line.Numbers) {
			all[claimedNumber{line.Account, number}] = true
		}
	}
	return all
}

func (rep *Report) claimAccount(r *reconciler, groups []*Group, credits []*Row) {
	var claims, less []*Group
	for _, g := range groups {
		if g.certainly() < 0 {
			less = append(less, g)
		}
		if d := g.tooMuch(); d > 0 {
			if g.isDifferent() || g.Unclaimed != "" {
				g.Unclaimed = r.whyUnclaimed(g)
			}
			if g.isDifferent() && g.Unclaimed == "" {
				g.claim = d
				claims = append(claims, g)
			}
		}
	}
	takeCredits(claims, credits)
	slices.SortStableFunc(less, func(a, b *Group) int { return cmp.Compare(a.certainly(), b.certainly()) })
	for _, l := range less {
		left := -l.certainly()
		if i := slices.IndexFunc(claims, func(g *Group) bool { return g.claim == left }); i >= 0 {
			claims[i].claim, claims[i].offset = 0, append(claims[i].offset, l)
			continue
		}
		slices.SortStableFunc(claims, func(a, b *Group) int { return cmp.Compare(b.claim, a.claim) })
		for _, g := range claims {
			if part := min(left, g.claim); part > 0 {
				g.claim, g.offset = g.claim-part, append(g.offset, l)
				left -= part
			}
		}
	}
	for _, g := range claims {
		switch {
		case g.claim > 0:
		case len(g.offset) > 0:
			g.Unclaimed = "they bill as much too little of the account elsewhere"
		default:
			g.Unclaimed = g.credits[0].Name() + " credits it, outside the dates compared"
		}
	}
}

// certainly is what a group is billed too much without the rows that a later document has left out: where that is below zero, other rows
// may be billed in their place.
func (g *Group) certainly() int64 {
	d := g.tooMuch()
	for _, t := range g.Theirs {
		if t.dropped {
			d -= max(0, t.Figures.Total())
		}
	}
	return d
}

// outsideCredits are the credits of each account that are in the documents, and outside the dates compared.
func (rep *Report) outsideCredits() map[string][]*Row {
	credits := map[string][]*Row{}
	for i := range rep.LeftOut {
		if row := rep.LeftOut[i].Row; rep.LeftOut[i].Why == OtherDates && row.Theirs != nil && !row.compared && row.Figures.Total() < 0 {
			credits[row.Account] = append(credits[row.Account], row)
		}
	}
	return credits
}

// takeCredits takes credits outside the dates compared off what is claimed for their days: it is given back already.
func takeCredits(claims []*Group, credits []*Row) {
	for _, row := range credits {
		left := -row.Figures.Total()
		for _, g := range claims {
			if part := min(left, g.claim); part > 0 && (row.far || !row.Period.Intersect(g.Period).IsEmpty()) {
				g.claim, g.credits, g.credited = g.claim-part, append(g.credits, row), g.credited+part
				left -= part
			}
		}
	}
}

// Claimed is what is claimed for the group, in minor units.
func (g *Group) Claimed() int64 { return g.claim }

// numbers are those of their rows.
func (g *Group) numbers() string {
	var list []string
	for _, t := range g.Theirs {
		if t.Number != "" && !slices.Contains(list, t.Number) && len(list) < maxEvents {
			list = append(list, t.Number)
		}
	}
	return strings.Join(list, " ")
}

func (rep *Report) claimLine(g *Group) ClaimLine {
	line := ClaimLine{Group: g, Numbers: g.numbers(), Claimed: g.claim, Evidence: g.evidence()}
	line.Date = g.lastDate()
	if len(g.Theirs) > 0 {
		line.Date = cycle.Date{}
	}
	for _, t := range g.Theirs {
		line.Date = cycle.Later(line.Date, t.Date)
	}
	for _, row := range g.credits {
		line.Evidence += fmt.Sprintf(" Less what %s credits, outside the dates compared.", row.Name())
	}
	if g.claim != g.tooMuch()-g.credited {
		var offs []string
		for _, o := range g.offset[:min(3, len(g.offset))] {
			offs = append(offs, o.Period.String())
		}
		line.Evidence += fmt.Sprintf(" Less %s that they bill too little for %s.", g.number(g.tooMuch()-g.credited-g.claim), strings.Join(offs, ", "))
	}
	if rep.disputeDays > 0 {
		line.Until = line.Date.AddDays(rep.disputeDays)
	}
	if !line.Date.Before(rep.newest) {
		line.Evidence += " It is on their newest invoice, and may still be credited."
	}
	return line
}

// maxEvidence is how many equally good rivals the evidence of a claim names.
const maxEvidence = 5

// evidence is what a claim rests on: the sentences of causes that were found with every rival that is as good, and else both sides'
// figures, since what may be an accident is no evidence.
func (g *Group) evidence() string {
	found := slices.DeleteFunc(slices.Clone(g.Believed()), func(h Hit) bool { return h.Possible() })
	parts := g.open(found)
	if text := joined(found, " ", func(h *Hit) string { return h.Text }); text != "" {
		parts = append([]string{text}, parts...)
	}
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("They bill %s, expected %s.", g.number(g.TheirFigures.Total()), g.number(g.OurFigures.Total())))
	}
	named := 0
	for _, h := range g.Rivals() {
		if len(found) > 0 && !h.Possible() && h.full == found[0].full && named < maxEvidence {
			parts = append(parts, "Or: "+h.Text)
			named++
		}
	}
	if n := len(g.Notes); n > 0 && len(found) == 0 {
		parts = append(parts, "Note: "+strings.Join(g.Notes[:min(n, 3)], "; ")+".")
	}
	return strings.Join(parts, " ")
}
