package statement

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
)

// ReconcileHTML writes a reconciliation as a page: what both sides come to, the findings as a chart, and each group with the rows of
// both sides and its sentence. Those that differ are open; a filter finds groups by words, class and cause.
func ReconcileHTML(w io.Writer, rep *reconcile.Report, s *reconcile.Summary) error {
	part, err := ReconcileHTMLPart(rep, s)
	if err != nil {
		return err
	}
	return page(w, "en", "Reconciliation", part, true)
}

// ReconcileHTMLPart is the reconciliation that [ReconcileHTML] writes, for a page of the caller's own.
func ReconcileHTMLPart(rep *reconcile.Report, s *reconcile.Summary) (Part, error) {
	v := &reconcileView{Title: "Reconciliation", Dates: rep.Dates()}
	v.summarize(rep, s)
	v.findings(rep)
	if rep.Convention != nil {
		for _, text := range report.ConventionWords(rep) {
			v.Convention = append(v.Convention, shown(text))
		}
	}
	for _, g := range rep.Groups {
		v.group(g, rep.Currency)
	}
	slices.Sort(v.Causes)
	return render("reconcile", v)
}

// reconcileView is what the template of a reconciliation shows.
type reconcileView struct {
	Title, Dates, Complete string
	Figures                []namedFigure
	Classes                []shareView
	All                    shareView
	Notes                  []string
	Findings               []findingView
	MoreFindings           string
	Convention             []string
	Groups                 []groupView
	ClassNames, Causes     []string
}

type shareView struct {
	Name                     string
	Groups                   int
	Theirs, Ours, Difference string
}

type findingView struct {
	Difference, Strength, Text, Accounts, Class string
	X, Width                                    int
}

type groupView struct {
	Account, Days, Class, Cause, Tone, Difference, Explanation, Settles, Claimed, Words string
	Open                                                                                bool
	Rows                                                                                []rowView
	Rivals, Notes                                                                       []string
}

type rowView struct{ Side, Number, Date, Days, Package, Recurring, Overage, Charges, Total string }

// signed shows which way a difference goes.
func signed(a money.Amount) string {
	if a.Sign() > 0 {
		return "+" + figure(a)
	}
	return figure(a)
}

func (v *reconcileView) summarize(rep *reconcile.Report, s *reconcile.Summary) {
	v.Figures = []namedFigure{{"Theirs", figure(s.Theirs)}, {"Ours", figure(s.Ours)}, {"Difference", signed(s.Difference)},
		{"Without signs", figure(s.Gross)}, {"To be claimed", figure(s.Claimed)}}
	for _, c := range s.Classes {
		name := classWords(c.Name)
		v.Classes = append(v.Classes, shareView{name, c.Groups, figure(c.Theirs), figure(c.Ours), signed(c.Difference)})
		v.ClassNames = append(v.ClassNames, name)
	}
	v.All = shareView{"all", s.Groups, figure(s.Theirs), figure(s.Ours), signed(s.Difference)}
	v.Complete = fmt.Sprintf("Complete: %s of theirs and %s of ours are each in one group, and the groups add up to both totals.",
		report.Count(s.TheirRows, "row", "rows"), report.Count(s.OurRows, "invoice", "invoices"))
	if s.Added.Sign() != 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("Taxes and the like on their rows, which are not compared: %s.", figure(s.Added)))
	}
	for _, text := range rep.Problems {
		v.Notes = append(v.Notes, shown("Wrong with the documents: "+text+"."))
	}
	for _, text := range rep.Notes {
		v.Notes = append(v.Notes, shown("Note: "+text+"."))
	}
	if n := len(rep.Anomalies); n > 0 {
		v.Notes = append(v.Notes, report.Count(n, "event of ours makes", "events of ours make")+" no sense, and are left out of what is expected.")
	}
}

// maxFindings is how many findings of one group the page lists by themselves; each is with its group too.
const maxFindings = 50

// findings are bars right and left of a line, the longest of which takes its half.
func (v *reconcileView) findings(rep *reconcile.Report) {
	most := int64(1)
	for i := range rep.Findings {
		most = max(most, size(rep.Findings[i].Difference))
	}
	left := 0
	for i := range rep.Findings {
		f := &rep.Findings[i]
		if len(v.Findings) >= maxFindings && f.Groups == 1 {
			left++
			continue
		}
		width, _ := money.MulDiv(size(f.Difference), 98, most, money.Up)
		view := findingView{Difference: signed(f.Difference), Strength: f.Strength, Text: shown(f.Explanation), Class: "bar", X: 100, Width: int(width)}
		if f.Difference.Sign() < 0 {
			view.Class, view.X = "below", 100-int(width)
		}
		if view.Accounts = shown(namesOf(f.Accounts, 10)); f.Groups == 1 {
			view.Accounts = shown(f.Accounts[0])
		}
		v.Findings = append(v.Findings, view)
	}
	if left > 0 {
		v.MoreFindings = report.Count(left, "more finding of one group is", "more findings of one group each are") + " with the groups."
	}
}

// size is an amount without its sign, in minor units.
func size(a money.Amount) int64 {
	if a.Sign() < 0 {
		return -max(a.Minor(), -1<<63+1)
	}
	return a.Minor()
}

func (v *reconcileView) group(g *reconcile.Group, c money.Currency) {
	amount := func(minor int64) money.Amount { return money.New(minor, c) }
	different := g.Class > reconcile.Tolerated
	view := groupView{Account: shown(g.Account), Days: span(g.Period), Class: g.Class.Words(), Cause: shown(g.Cause()), Difference: signed(amount(g.Difference().Total())),
		Open: different, Settles: shown(g.Settles())}
	words := []string{g.Account, view.Days}
	if different {
		view.Explanation, view.Tone = shown(g.Explanation()), "warn"
		words = append(words, view.Explanation)
	}
	if g.Claimed() > 0 {
		view.Claimed = figure(amount(g.Claimed())) + " " + c.String()
	}
	if view.Cause != "" && !slices.Contains(v.Causes, view.Cause) {
		v.Causes = append(v.Causes, view.Cause)
	}
	for _, r := range slices.Concat(g.Theirs, g.Ours) {
		row := rowView{Side: "theirs", Number: shown(r.Number), Date: dateOf(r.Date), Days: span(r.Period), Package: shown(r.Package),
			Recurring: figure(amount(r.Figures[reconcile.Recurring])), Overage: figure(amount(r.Figures[reconcile.Overage])),
			Charges: figure(amount(r.Figures[reconcile.Other])), Total: figure(amount(r.Figures.Total()))}
		if r.Ours != nil {
			row.Side = "ours"
		}
		words = append(words, r.Number)
		view.Rows = append(view.Rows, row)
	}
	for _, h := range g.Rivals() {
		view.Rivals = append(view.Rivals, shown(h.Text))
	}
	for _, note := range g.Notes {
		if !strings.Contains(view.Explanation, note) {
			view.Notes = append(view.Notes, shown(note))
		}
	}
	view.Words = strings.Join(words, " ")
	v.Groups = append(v.Groups, view)
}

func dateOf(d cycle.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
