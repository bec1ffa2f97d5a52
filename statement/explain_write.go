package statement

import (
	"fmt"
	"io"

	"github.com/prorata-go/prorata/report"
)

// maxPeriods is how many periods a table has, the latest; a page has all.
const maxPeriods = 24

// Text writes the explanation as tables, within the width of a report.Terminal.
func (e *Explanation) Text(w io.Writer) error {
	rows := [][]string{{"", e.Title}, {"", e.Summary}}
	if err := report.Table(w, []bool{false, false}, rows); err != nil {
		return err
	}
	if len(e.Events) > 0 {
		rows = [][]string{{}, {"WHAT HAPPENED"}}
		for _, row := range e.Events {
			rows = append(rows, []string{row.Date, row.Text})
		}
		if err := report.Table(w, []bool{false, false}, rows); err != nil {
			return err
		}
	}
	if len(e.Periods) > 0 {
		if err := e.periodText(w); err != nil {
			return err
		}
	}
	if len(e.Lines) > 0 {
		rows = [][]string{{}, {"LINE", "PACKAGE", "DAYS", "AMOUNT", "HOW IT COMES ABOUT"}}
		for _, row := range e.Lines {
			how := row.How
			if row.Before != "" {
				how += " (before: " + row.Before + ")"
			}
			rows = append(rows, []string{row.Kind, row.Package, row.Days, row.Amount, how})
		}
		if err := report.Table(w, []bool{false, false, false, true, false}, rows); err != nil {
			return err
		}
	}
	if len(e.After) > 0 {
		rows = [][]string{{}, {"", "ADJUSTED LATER"}}
		for _, text := range e.After {
			rows = append(rows, []string{"", text})
		}
		return report.Table(w, []bool{false, false}, rows)
	}
	return nil
}

func (e *Explanation) periodText(w io.Writer) error {
	rows := [][]string{{}, {"PERIOD", "CREDITS", "OWED", "BILLED", "HOW IT COMES ABOUT"}}
	left := max(0, len(e.Periods)-maxPeriods)
	if left > 0 {
		rows = append(rows, []string{fmt.Sprintf("(%s)", report.Count(left, "earlier period", "earlier periods")), "", "", "", "--from DATE, or --format html, has them"})
	}
	for _, row := range e.Periods[left:] {
		rows = append(rows, []string{row.Days, row.Credits, row.Owed, row.Billed, row.How})
	}
	if e.Owed != "" {
		rows = append(rows, []string{"all", "", e.Owed, "", ""})
	}
	return report.Table(w, []bool{false, true, true, false, false}, rows)
}

// HTML writes explanations as a page that needs nothing else.
func (e *Explanation) HTML(w io.Writer) error {
	part, err := e.HTMLPart()
	if err != nil {
		return err
	}
	return page(w, "en", shown(e.Title), part, false)
}

// HTMLPart is the explanation that HTML writes, for a page of the caller's own.
func (e *Explanation) HTMLPart() (Part, error) {
	v := *e
	v.Title, v.Summary, v.Owed = shown(e.Title), withMinuses(shown(e.Summary)), withMinus(e.Owed)
	v.Events, v.Periods, v.Lines, v.After = nil, nil, nil, nil
	for _, row := range e.Events {
		v.Events = append(v.Events, EventRow{row.Date, shown(row.Text)})
	}
	for _, row := range e.Periods {
		row.Credits, row.Owed, row.How = withMinus(row.Credits), withMinus(row.Owed), shown(row.How)
		v.Periods = append(v.Periods, row)
	}
	for _, row := range e.Lines {
		row.Package, row.Amount, row.How, row.Before = shown(row.Package), withMinus(row.Amount), shown(row.How), withMinuses(row.Before)
		v.Lines = append(v.Lines, row)
	}
	for _, text := range e.After {
		v.After = append(v.After, shown(text))
	}
	return render("explain", &v)
}
