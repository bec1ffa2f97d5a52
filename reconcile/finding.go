package reconcile

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/invoice"
)

// Finding is a cause with the figure it leads to: the one change under which our engine
// prints what the Distributor billed.
type Finding struct {
	Code     string // "close_date", "day_count", …
	Change   string // what is changed, in words
	Sentence string // the arithmetic

	// Tried is how many different figures were tried up to this one, the most plausible first;
	// Range is how many figures there could be. A figure made up at random would be hit Tried times
	// in Range.
	Tried, Range int64

	tier    tier
	fixes   [components]bool // which components become theirs
	full    bool             // all that differ
	dated   bool             // the period and the date are theirs too
	shared  bool             // other accounts may have it too
	sets    string           // the keys of a policy file that it changes
	certain bool             // it follows from the documents and events alone, no figure was tried
}

// Possible reports that the finding may well be an accident: it took two changes, or a figure
// at random would have been hit too easily.
func (f *Finding) Possible() bool {
	return !f.certain && (f.tier == together || f.Tried*accident > f.Range)
}

// accident: one in so many is the chance above which a hit is possible, not found. A wrong
// figure made up at random is then taken for a cause that was found less than once in so many.
const accident = 100

// Strength says how much a finding is worth.
func (f *Finding) Strength() string {
	word := "found"
	if f.Possible() {
		word = "possible"
	}
	switch {
	case f.certain:
		return word
	case f.Tried >= f.Range:
		return word + ": any figure would fit"
	}
	return fmt.Sprintf("%s: a figure at random fits 1 time in %d", word, f.Range/f.Tried)
}

// rank is lower for what is to be believed first: what explains all of the row, then what gives
// their dates too where those differ from ours, then by tier.
func (f *Finding) rank() int {
	rank := int(f.tier)
	if !f.full {
		rank += 100
	}
	if !f.dated {
		rank += 10
	}
	return rank
}

// sentence is the arithmetic of a finding: theirs, as the changed world explains it, and ours.
func (s *search) sentence(found *invoice.Invoice, f *Finding, c *candidate) string {
	var parts []string
	for k := range components {
		if !f.fixes[k] {
			continue
		}
		theirs := lineSentence(found, invoice.Kind(k))
		if c.invoice != nil { // it is our own invoice, with a line more or less
			theirs = s.lineMore(k)
		}
		part := "theirs " + s.row.theirs.of(k).Number()
		switch {
		case theirs != "":
			part += " = " + theirs
		case k == overage && (c.code == "calendar_month_usage" || c.code == "neighbouring_usage"):
			part += fmt.Sprintf(" for %d credits used", found.Credits)
		}
		if s.row.ours != nil {
			part += "; ours " + s.row.ours.of(k).Number()
			if ours := lineSentence(s.row.ours.ours, invoice.Kind(k)); ours != "" {
				part += " = " + ours
			}
		}
		parts = append(parts, part)
	}
	return c.change + ": " + strings.Join(parts, "; ")
}

// lineMore is our figure and the line that makes theirs of it.
func (s *search) lineMore(k component) string {
	ours := s.row.ours.of(k)
	line, err := s.row.theirs.of(k).Sub(ours)
	if err != nil {
		return ""
	}
	return ours.Number() + " + " + line.Number()
}

// lineSentence joins what explains an invoice's lines of one kind.
func lineSentence(inv *invoice.Invoice, kind invoice.Kind) string {
	var parts []string
	for i := range inv.Lines {
		if l := &inv.Lines[i]; l.Kind == kind {
			parts = append(parts, l.Explanation())
		}
	}
	return strings.Join(parts, " + ")
}
