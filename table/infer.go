package table

import (
	"io"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// What a mapping does not name is taken from the file only where the file shows it: some number or date in it can be read in one
// way only, and none in another. Where all of them could be either, the question is the error.

// exhibit is a cell that shows something, as an error tells it.
type exhibit struct {
	text, cell string
	at         source.Place
}

func (r *reading) exhibit(column int, text string) *exhibit {
	return &exhibit{names.Clip(trimSpace(text)), r.stored.inSheet() + "cell " + address(column, r.cells.number) + " (" + names.Clip(r.header.cells[column]) + ")", r.grid.place(column)}
}

// infer finds the marks of numbers and the form of dates that the mapping does not name.
func (t *Table) infer() error {
	t.marks = marks{decimal: t.mapping.decimal, exponents: t.mapping.exponents, currency: t.currency}
	group := t.mapping.group
	if group != 0 {
		t.marks.groups = string(group)
	}
	if t.marks.decimal == 0 && (group == '.' || group == ',') {
		t.marks.decimal = '.' ^ ',' ^ group // the other one
	}
	var numbers, dates []int
	for i := range t.bound {
		b := &t.bound[i]
		switch {
		case b.constant != nil:
		case t.marks.decimal == 0 && (b.form.isNumber() || b.formula != nil):
			numbers = append(numbers, b.columns...)
		case b.form.isDate() && b.date == nil && t.mapping.date == nil:
			dates = append(dates, b.columns...)
		}
	}
	if len(numbers)+len(dates) == 0 {
		return t.settleMarks(nil, nil, nil)
	}
	g, err := t.start()
	if err != nil {
		return err
	}
	n, d := numberEvidence{table: t}, newDateEvidence(t)
	r := newReading(t, g)
	for {
		row, err := g.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if r.cells = row; row.blank() {
			continue
		}
		if what, _ := r.judge(); what == skipRow {
			continue
		}
		for _, column := range numbers {
			if c := r.cell(column); c.kind == cellText && !r.isEmpty(c) {
				n.look(r, column, c.text)
			}
		}
		for _, column := range dates {
			if c := r.cell(column); (c.kind == cellText || c.kind == cellNumber && len(c.text) == len("20260309")) && !r.isEmpty(c) {
				d.look(r, column, c.text)
			}
		}
	}
	if err := t.settleMarks(n.point, n.comma, n.either); err != nil {
		return err
	}
	t.date, err = d.settle()
	return err
}

// numberEvidence is what the numbers of a file show of its marks: the first that can be read only with a decimal point, only with a
// comma, and with both but not as the same number.
type numberEvidence struct {
	table                *Table
	point, comma, either *exhibit
}

// withPoint and withComma are the two ways to read numbers whose marks are not named.
func (t *Table) candidates() (point, comma marks) {
	point = marks{decimal: '.', groups: ",' ", exponents: t.marks.exponents, currency: t.currency}
	comma = marks{decimal: ',', groups: ".' ", exponents: t.marks.exponents, currency: t.currency}
	if t.marks.groups != "" {
		point.groups, comma.groups = t.marks.groups, t.marks.groups
	}
	return point, comma
}

func (e *numberEvidence) look(r *reading, column int, s string) {
	if strings.IndexByte(s, '.') < 0 && strings.IndexByte(s, ',') < 0 {
		return
	}
	point, comma := e.table.candidates()
	a, errA := point.plain(s)
	b, errB := comma.plain(s)
	to := &e.either
	switch {
	case errA != nil && errB != nil, errA == nil && errB == nil && a == b:
		return
	case errB != nil:
		to = &e.point
	case errA != nil:
		to = &e.comma
	}
	if *to == nil {
		*to = r.exhibit(column, s)
	}
}

// settleMarks takes the marks that the numbers show, or asks.
func (t *Table) settleMarks(point, comma, either *exhibit) error {
	withPoint, withComma := t.candidates()
	switch {
	case t.marks.decimal != 0:
	case point != nil && comma != nil:
		return source.Errorf(comma.at, "%s: %q has a decimal comma, and %q in %s a decimal point: which is it? Expected the mapping to name the one of this file, as \"decimal\": \".\" or \"decimal\": \",\"",
			comma.cell, comma.text, point.text, point.cell)
	case point != nil:
		t.marks = withPoint
	case comma != nil:
		t.marks = withComma
	case either != nil:
		a, _ := withPoint.plain(either.text)
		b, _ := withComma.plain(either.text)
		return source.Errorf(either.at, "%s: is %q the number %s or %s? Nothing in the file tells; expected the mapping to say \"decimal\": \".\"%s for %s, or \"decimal\": \",\"%s for %s",
			either.cell, either.text, a, b, groupHint(either.text, a, ','), a, groupHint(either.text, b, '.'), b)
	default:
		t.marks = withPoint
	}
	return nil
}

// groupHint is what besides the decimal mark a mapping has to name for a text to be that number.
func groupHint(text, value string, group rune) string {
	if strings.ContainsRune(text, group) && !strings.Contains(value, ".") {
		return ` and "group": "` + string(group) + `"`
	}
	return ""
}

// dateForms are the ways to write dates that a file may show.
var dateForms = func() (list []*dateFormat) {
	for _, s := range []string{"M/D/YYYY", "D/M/YYYY", "D.M.YYYY", "D-M-YYYY", "M-D-YYYY", "YYYY/M/D", "YYYY.M.D", "YYYYMMDD", "D MMM YYYY", "D-MMM-YYYY", "MMM D, YYYY"} {
		f, _ := parseDateFormat(s)
		list = append(list, f)
	}
	return list
}()

// dateEvidence is what the dates of a file show: the forms that read all of them, and a date that two of those read as two days.
type dateEvidence struct {
	table       *Table
	alive       []*dateFormat
	first, last *exhibit // the first date, and the one that left no form
	either      *exhibit
}

func newDateEvidence(t *Table) *dateEvidence { return &dateEvidence{table: t, alive: dateForms} }

func (e *dateEvidence) look(r *reading, column int, s string) {
	s = trimSpace(s)
	if e.last != nil || len(s) >= len(isoFormat) && s[4] == '-' && s[7] == '-' {
		return
	}
	if e.first == nil {
		e.first = r.exhibit(column, s)
	}
	var left []*dateFormat
	differ := false
	var one when
	for _, f := range e.alive {
		w, err := f.parse(s, false)
		if err != nil {
			continue
		}
		if len(left) == 0 {
			one = w
		}
		differ = differ || w.Date != one.Date
		left = append(left, f)
	}
	switch {
	case len(left) == 0:
		e.last = r.exhibit(column, s)
	case differ && e.either == nil:
		e.either = r.exhibit(column, s)
	}
	if len(left) < len(e.alive) && len(left) > 0 {
		e.alive = left
	}
}

// settle is the form that the dates show, nil for YYYY-MM-DD only.
func (e *dateEvidence) settle() (*dateFormat, error) {
	switch {
	case e.first == nil:
		return nil, nil
	case e.last != nil && e.last.at == e.first.at:
		return nil, source.Errorf(e.last.at, "%s: %q is no date that is known, expected one such as 2026-03-09, 3/9/2026 or 9.3.2026, or the mapping to name the form, as \"date\": \"D.M.YYYY\"", e.last.cell, e.last.text)
	case e.last != nil:
		return nil, source.Errorf(e.last.at, "%s: %q is written otherwise than %q in %s, expected dates of one form, or the mapping to name the form of each column, as {\"column\": …, \"date\": \"M/D/YYYY\"}", e.last.cell, e.last.text, e.first.text, e.first.cell)
	}
	if e.either != nil && len(e.alive) > 1 {
		a, b := e.alive[0], e.alive[1]
		dayA, _ := a.parse(e.either.text, false)
		dayB, _ := b.parse(e.either.text, false)
		if dayA.Date != dayB.Date {
			return nil, source.Errorf(e.either.at, "%s: is %q the day %s or %s? Nothing in the file tells; expected the mapping to say \"date\": %q or \"date\": %q",
				e.either.cell, e.either.text, dayA.Date, dayB.Date, a.text, b.text)
		}
	}
	return e.alive[0], nil
}
