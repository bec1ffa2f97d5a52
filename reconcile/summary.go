package reconcile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Summary is a report in short.
type Summary struct {
	Rows               int
	Theirs, Ours       money.Amount // totals of both sides
	Difference         money.Amount // theirs − ours: the net variance
	Gross              money.Amount // the sum of all differences without their signs
	AgainstUs, ForUs   money.Amount // what they bill too much, and too little
	Classes            []Share      // by class, in the order of the classes
	Causes             []Share      // of rows with a cause that was found, by Row.Cause, the greatest variance first
	Packages           []Share      // of rows that differ, by package, the greatest variance first
	Accounts           []Share      // the ten accounts with the greatest variance
	TheirRows, OurRows int
}

// Share is a part of a report.
type Share struct {
	Name       string
	Rows       int
	Theirs     money.Amount
	Ours       money.Amount
	Difference money.Amount
	Gross      money.Amount
}

// most is how many accounts a summary lists.
const most = 10

// Findings reports that there is something to look at: a row that is neither matched nor
// tolerated, something wrong with a document, or an event that is not billed.
func (rep *Report) Findings() bool {
	return len(rep.Problems)+len(rep.Anomalies) > 0 || slices.ContainsFunc(rep.Rows, func(r Row) bool { return r.Class > Tolerated })
}

// Believed are the findings to believe: the first, or where no one explains all of the row the
// first for each figure that differs.
func (row *Row) Believed() []Finding {
	if len(row.Findings) == 0 || row.Findings[0].full {
		return row.Findings[:min(1, len(row.Findings))]
	}
	var list []Finding
	var explained [components]bool
	for _, f := range row.Findings {
		adds := false
		for c := range components {
			adds = adds || f.fixes[c] && !explained[c]
			explained[c] = explained[c] || f.fixes[c]
		}
		if adds {
			list = append(list, f)
		}
	}
	return list
}

// Rivals are the other findings: other causes of the same figures, each sentence once.
func (row *Row) Rivals() []Finding {
	believed := row.Believed()
	var list []Finding
	for _, f := range row.Findings {
		same := func(o Finding) bool { return o.Sentence == f.Sentence }
		if !slices.ContainsFunc(believed, same) && !slices.ContainsFunc(list, same) {
			list = append(list, f)
		}
	}
	return list
}

// Cause is the code of the cause to believe, empty where there is none; two, where two figures
// differ for two reasons, are joined with a comma. A duplicate and a broken row are explained by
// what they are, so that their class is the cause.
func (row *Row) Cause() string {
	if row.itself() {
		return row.Class.String()
	}
	return row.joined(",", func(f *Finding) string { return f.Code })
}

// itself reports that the row is explained by what it is.
func (row *Row) itself() bool { return row.Class == Duplicate || row.Class == Broken }

// Found reports that the row has a cause that was found, not one that is only possible.
func (row *Row) Found() bool {
	return row.Class == Explained || row.itself() || (row.Class == TheirsOnly || row.Class == OursOnly) && len(row.Findings) > 0 && !row.Findings[0].Possible()
}

// Explanation is the sentence of the cause to believe, or what else there is to say.
func (row *Row) Explanation() string { return row.text(row.Believed()) }

// Evidence is what a claim rests on: the sentences of causes that were found, and else both sides' figures, since what may be an
// accident is no evidence.
func (row *Row) Evidence() string {
	found := slices.DeleteFunc(slices.Clone(row.Believed()), func(f Finding) bool { return f.Possible() })
	return row.text(found)
}

// text is what is said of some causes of the row, and what else there is to say where they do not explain it.
func (row *Row) text(causes []Finding) string {
	parts := append(said(causes, func(f *Finding) string { return f.Sentence }), row.figures(causes)...)
	if len(causes) == 0 {
		parts = slices.Concat(parts, row.Implied, row.Notes)
	}
	return strings.Join(parts, "; ")
}

// Open are the figures that differ and that no cause to believe explains, as both sides have them.
func (row *Row) Open() []string { return row.figures(row.Believed()) }

func (row *Row) figures(believed []Finding) []string {
	switch {
	case row.Class == TheirsOnly && len(believed) == 0:
		return []string{"we have no invoice that it could be, and nothing tried makes us bill it"}
	case row.Class != Unexplained:
		return nil
	}
	var list []string
	for c := range components {
		theirs, ours := row.Figures.Theirs.of(c), row.Figures.Ours.of(c)
		if theirs == ours || slices.ContainsFunc(believed, func(f Finding) bool { return f.fixes[c] }) {
			continue
		}
		text := fmt.Sprintf("%s: theirs %s, ours %s", c, theirs.Number(), ours.Number())
		if lines := lineSentence(row.Ours, invoice.Kind(c)); lines != "" {
			text += " = " + lines
		}
		list = append(list, text+"; no cause found")
	}
	return list
}

// Strength says how much the cause to believe is worth.
func (row *Row) Strength() string {
	if row.itself() {
		return "found"
	}
	return row.joined("; ", (*Finding).Strength)
}

func (row *Row) joined(sep string, of func(f *Finding) string) string {
	return strings.Join(said(row.Believed(), of), sep)
}

// said says something of each finding, the same once.
func said(findings []Finding, of func(f *Finding) string) []string {
	var parts []string
	for i := range findings {
		if text := of(&findings[i]); !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return parts
}

// Package is the package of the row, as we know it or else as they do.
func (row *Row) Package() string {
	if row.Ours != nil && row.Ours.Package != "" {
		return row.Ours.Package
	}
	if row.Theirs != nil {
		return row.Theirs.Package
	}
	return ""
}

// ClaimID names what is claimed for one account and cause, the same in every run.
func ClaimID(account, cause string) string {
	sum := sha256.Sum256([]byte(account + "\x00" + cause))
	return hex.EncodeToString(sum[:6])
}

// Summarize adds a report up. It fails when a sum overflows.
func (rep *Report) Summarize() (s Summary, err error) {
	all := share{Share: rep.share("")}
	byClass, byCause, byPackage, byAccount := shares{}, shares{}, shares{}, shares{}
	s.AgainstUs, s.ForUs = money.New(0, rep.Currency), money.New(0, rep.Currency)
	for i := range rep.Rows {
		row := &rep.Rows[i]
		if row.Theirs != nil {
			s.TheirRows++
		}
		if row.Ours != nil {
			s.OurRows++
		}
		parts := []*share{&all, byClass.at(row.Class.String(), rep)}
		if row.Class > Tolerated {
			parts = append(parts, byPackage.at(row.Package(), rep), byAccount.at(row.Account, rep))
		}
		if row.Found() {
			parts = append(parts, byCause.at(row.Cause(), rep))
		}
		for _, p := range parts {
			if err = p.add(row); err != nil {
				return s, err
			}
		}
		side := &s.AgainstUs
		if row.Difference.Sign() < 0 {
			side = &s.ForUs
		}
		if *side, err = side.Add(row.Difference); err != nil {
			return s, err
		}
	}
	s.Rows, s.Theirs, s.Ours, s.Difference, s.Gross = all.Rows, all.Theirs, all.Ours, all.Difference, all.Gross
	for c := range classes {
		if p, ok := byClass[c.String()]; ok {
			s.Classes = append(s.Classes, p.Share)
		}
	}
	s.Causes, s.Packages, s.Accounts = byCause.ranked(), byPackage.ranked(), byAccount.ranked()
	s.Accounts = s.Accounts[:min(most, len(s.Accounts))]
	return s, nil
}

type share struct{ Share }

func (rep *Report) share(name string) Share {
	zero := money.New(0, rep.Currency)
	return Share{Name: name, Theirs: zero, Ours: zero, Difference: zero, Gross: zero}
}

func (p *share) add(row *Row) (err error) {
	p.Rows++
	sum := func(to *money.Amount, a money.Amount) {
		if err == nil {
			*to, err = to.Add(a)
		}
	}
	sum(&p.Theirs, row.Figures.Theirs.Final)
	sum(&p.Ours, row.Figures.Ours.Final)
	sum(&p.Difference, row.Difference)
	gross := row.Difference
	if gross.Sign() < 0 && err == nil {
		gross, err = gross.Neg()
	}
	sum(&p.Gross, gross)
	return err
}

type shares map[string]*share

func (m shares) at(name string, rep *Report) *share {
	p := m[name]
	if p == nil {
		p = &share{rep.share(name)}
		m[name] = p
	}
	return p
}

// ranked lists the shares by what differs in them, the most first.
func (m shares) ranked() []Share {
	var list []Share
	for _, name := range sortedKeys(m) {
		list = append(list, m[name].Share)
	}
	slices.SortStableFunc(list, func(a, b Share) int { return cmp.Compare(b.Gross.Minor(), a.Gross.Minor()) })
	return list
}
