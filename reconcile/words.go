package reconcile

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/invoice"
)

// sentence is a hit as a sentence: what they did, then both sums.
func (s *search) sentence(h *Hit, c *change, invoices []invoice.Invoice) string {
	var sums []string
	for k := range Kinds {
		if !h.fixes.has(k) {
			continue
		}
		theirs, ours := s.group.TheirFigures[k], s.group.OurFigures[k]
		text := s.group.number(theirs)
		lines := s.explain(invoices, k)
		switch {
		case c.figures != nil && theirs != ours && c.cause != Quantity: // it is our own invoice, with a line more or less
			text += fmt.Sprintf(" = %s + %s", s.group.number(ours), s.group.number(theirs-ours))
		case lines != "":
			text += " = " + lines
		case k == Overage && (c.cause == CalendarMonthUsage || c.cause == NeighbouringUsage):
			text += fmt.Sprintf(" for %s credits used", group(s.creditsOf(invoices)))
		}
		text += ", expected " + s.group.number(ours)
		if lines := sentences(s.group.lines(k)); lines != "" {
			text += " = " + lines
		}
		if h.fixes&(h.fixes-1) != 0 || k != Recurring {
			text = k.String() + " " + text
		}
		sums = append(sums, text)
	}
	return "They bill " + c.fact + ": " + strings.Join(sums, "; ") + "."
}

// explain joins what explains a bill's lines of one kind for the group's periods, where they are all of the figure.
func (s *search) explain(invoices []invoice.Invoice, k Kind) string {
	if s.rest[k] != 0 {
		return ""
	}
	var lines []*invoice.Line
	s.lines(invoices, func(_ *invoice.Invoice, l *invoice.Line, c *charge) {
		if c.kind == k {
			lines = append(lines, l)
		}
	})
	return sentences(lines)
}

func (s *search) creditsOf(invoices []invoice.Invoice) (n int64) {
	for _, o := range s.group.Ours {
		for i := range invoices {
			if invoices[i].Date == o.Date {
				n += invoices[i].Credits
			}
		}
	}
	return n
}

// lines are our lines of a kind.
func (g *Group) lines(k Kind) (lines []*invoice.Line) {
	for _, o := range g.Ours {
		for i := range o.charges {
			if c := &o.charges[i]; c.kind == k && c.line != nil {
				lines = append(lines, c.line)
			}
		}
	}
	return lines
}

// maxLines is how many lines a sentence explains.
const maxLines = 6

// sentences joins what explains lines.
func sentences(lines []*invoice.Line) string {
	var parts []string
	for i, l := range lines {
		if i == maxLines {
			parts = append(parts, fmt.Sprintf("%d more", len(lines)-maxLines))
			break
		}
		parts = append(parts, l.Explanation())
	}
	return strings.Join(parts, " + ")
}
