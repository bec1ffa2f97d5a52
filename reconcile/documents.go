package reconcile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Reason says why a row of theirs is compared with nothing.
type Reason uint8

const (
	Superseded Reason = iota // the same row, or a later one of its number, is in another document
	Withdrawn                // canceled, refunded or void
	OtherDates               // dated, or about days, outside the dates compared
)

var reasonNames = []string{"superseded", "withdrawn", "left_out"}

func (r Reason) String() string { return reasonNames[r] }

// LeftOut is a row of theirs that is listed and not compared.
type LeftOut struct {
	Row  *Row
	Why  Reason
	Note string
}

// documents are the Distributor's rows, once repeats, replaced rows and withdrawn rows are taken out.
type documents struct {
	rows      []*Row // that stand
	withdrawn []*Row
	leftOut   []LeftOut
	doubts    map[*Row]string // rows that stand, but may have been taken back: not claimed
	problems  []string
	notes     []string
}

// readDocuments reads all rows of end users, and decides which of them stand.
func readDocuments(in []distributor.Invoices, names *accounts, currency money.Currency) (*documents, error) {
	d := &documents{doubts: map[*Row]string{}}
	byDocument := make([][]*Row, len(in))
	var bad []error
	for i := range in {
		if in[i].Shape == distributor.Own || in[i].Shape == distributor.NumbersOnly {
			continue // the reseller's own invoices, not rows of end users
		}
		if err := checkCurrency(in[i].Fields, currency); err != nil {
			bad = append(bad, err)
		}
		for j := range in[i].Rows {
			row, err := readRow(&in[i].Rows[j], currency)
			if err != nil {
				bad = append(bad, source.At(in[i].Rows[j].Place, err))
				continue
			}
			row.document, row.owner = i, names.owner(row.Account)
			byDocument[i] = append(byDocument[i], row)
		}
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad[:min(maxProblems, len(bad))]...)
	}
	rows := d.replaced(in, byDocument)
	rows = d.repeated(in, rows)
	rows = d.repeatedInShort(in, rows)
	d.dropped(in, byDocument, rows)
	d.revised(rows)
	if err := d.checkTotals(in, byDocument, rows, currency); err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, compareRows)
	d.takeWithdrawn(rows)
	return d, nil
}

// maxProblems is how many unreadable rows are listed before giving up.
const maxProblems = 20

// compareRows is the order of rows of theirs, which does not depend on that of the documents.
func compareRows(a, b *Row) int {
	if c := cmp.Or(strings.Compare(a.Account, b.Account), a.Period.Start.Compare(b.Period.Start), a.Date.Compare(b.Date), a.Period.End.Compare(b.Period.End),
		strings.Compare(a.Number, b.Number), cmp.Compare(a.Figures.Total(), b.Figures.Total())); c != 0 {
		return c
	}
	return strings.Compare(a.text(), b.text())
}

// isLater reports that a row is of a later document than another: by its invoice date, or else as the documents were given. Of two of one
// date, the one that is withdrawn is the later: what was withdrawn does not come back under its number.
func isLater(a, b *Row) bool {
	withdrawn := func(r *Row) int {
		if r.isWithdrawn() {
			return 1
		}
		return 0
	}
	return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(withdrawn(a), withdrawn(b)), cmp.Compare(a.document, b.document)) > 0
}

// replaced takes out the rows that a later document replaces: those of the same number, account, type and days. It asks that numbers
// are one a row in each document, since else a number says nothing of a row.
func (d *documents) replaced(in []distributor.Invoices, byDocument [][]*Row) []*Row {
	type identity struct {
		number, account, kind string
		period                cycle.Period
	}
	of := func(r *Row) identity { return identity{r.Number, r.owner, strings.ToLower(r.Type), r.Period} }
	latest := map[identity]*Row{}
	var numbered, rest []*Row
	for _, rows := range byDocument {
		if !numberedSingly(rows) {
			rest = append(rest, rows...)
			continue
		}
		for _, r := range rows {
			numbered = append(numbered, r)
			if was := latest[of(r)]; was == nil || isLater(r, was) {
				latest[of(r)] = r
			}
		}
	}
	for _, r := range numbered {
		switch by := latest[of(r)]; {
		case by == r:
			rest = append(rest, r)
		case r.Figures == by.Figures && r.added == by.added && r.status() == by.status():
			d.leaveOut(r, Superseded, "the same row stands in another document"+place(in, by))
		default:
			d.leaveOut(r, Superseded, "a later document has the row again, with other content"+place(in, by))
		}
	}
	return rest
}

// numberedSingly reports that each row has a number that no other has.
func numberedSingly(rows []*Row) bool {
	seen := make(map[string]bool, len(rows))
	for _, r := range rows {
		if r.Number == "" || seen[r.Number] {
			return false
		}
		seen[r.Number] = true
	}
	return true
}

// repeated takes out the rows that other documents have too. Equal rows count as often as in the document that has most of them.
func (d *documents) repeated(in []distributor.Invoices, rows []*Row) []*Row {
	type content struct {
		number, account, kind string
		period                cycle.Period
		figures               Figures
	}
	of := func(r *Row) content {
		return content{r.Number, r.owner, strings.ToLower(r.Type), r.Period, r.Figures}
	}
	equal := map[content][]*Row{}
	several := false
	for _, r := range rows {
		equal[of(r)] = append(equal[of(r)], r)
		several = several || r.document != rows[0].document
	}
	if !several {
		return rows
	}
	var stand []*Row
	for _, r := range rows {
		all := equal[of(r)]
		if all == nil {
			continue // done with the first of them
		}
		delete(equal, of(r))
		counts, best := map[int]int{}, r
		for _, e := range all {
			counts[e.document]++
		}
		for _, e := range all {
			if n, most := counts[e.document], counts[best.document]; n > most || n == most && isLater(e, best) {
				best = e
			}
		}
		for _, e := range all {
			if e.document == best.document {
				stand = append(stand, e)
			} else {
				d.leaveOut(e, Superseded, "the same row stands in another document"+place(in, best))
			}
		}
	}
	return stand
}

func (d *documents) leaveOut(r *Row, why Reason, note string) {
	d.leftOut = append(d.leftOut, LeftOut{r, why, note})
}

// place names the document of a row, where it has a name.
func place(in []distributor.Invoices, r *Row) string {
	if at := in[r.document].Place.File; at != "" {
		return ", " + at
	}
	return ""
}

// withdrawnStatuses are those of a row that is not owed, in lower case.
var withdrawnStatuses = []string{"canceled", "cancelled", "refunded", "void", "voided"}

func (r *Row) isWithdrawn() bool {
	return slices.Contains(withdrawnStatuses, strings.ToLower(strings.TrimSpace(r.status())))
}

// takeWithdrawn takes out the rows that are not owed by their status, and the reversal of each, where there is one: it gives back
// what is not asked for any more.
func (d *documents) takeWithdrawn(rows []*Row) {
	type opposite struct {
		account string
		period  cycle.Period
		figures Figures
	}
	of := func(r *Row, sign int64) opposite {
		return opposite{r.owner, r.Period, Figures{sign * r.Figures[0], sign * r.Figures[1], sign * r.Figures[2]}}
	}
	taken := map[opposite]int{}
	for _, r := range rows {
		if !r.isWithdrawn() {
			continue
		}
		d.withdrawn = append(d.withdrawn, r)
		d.leaveOut(r, Withdrawn, fmt.Sprintf("its status is %q", r.status()))
		if r.Figures.Total() > 0 {
			taken[of(r, 1)]++
		}
	}
	for _, r := range rows {
		if r.isWithdrawn() {
			continue
		}
		if key := of(r, -1); r.Figures.Total() < 0 && taken[key] > 0 {
			taken[key]--
			d.leaveOut(r, Withdrawn, "it reverses a row that is withdrawn")
			continue
		}
		d.rows = append(d.rows, r)
	}
}

// checkTotals holds the totals that documents state against the sums of their rows: a field final_amount beside the rows, or the
// reseller's own invoice of the same number in another document.
func (d *documents) checkTotals(in []distributor.Invoices, byDocument [][]*Row, rows []*Row, currency money.Currency) error {
	check := func(number string, total distributor.Number, sum int64) error {
		if total == "" {
			return nil
		}
		stated, err := total.Amount(currency)
		if err == nil && stated.Minor() != sum {
			d.problems = append(d.problems, fmt.Sprintf("invoice %s comes to %s, but its rows add up to %s", number, stated.Number(), money.New(sum, currency).Number()))
		}
		return err
	}
	sums, known := map[string]int64{}, map[string]bool{}
	for _, r := range rows {
		sums[in[r.document].Number] += r.Final()
	}
	for i := range in {
		doc := &in[i]
		if doc.Shape != distributor.Usage && doc.Shape != distributor.Current {
			continue
		}
		known[doc.Number] = known[doc.Number] || doc.Number != ""
		var sum int64
		for _, r := range byDocument[i] {
			sum += r.Final()
		}
		for _, f := range doc.Fields {
			if f.Name == "final_amount" && f.Text != "" {
				if err := check(doc.Number, distributor.Number(f.Text), sum); err != nil {
					return source.At(f.Place, fmt.Errorf("%s: %w", f.Name, err))
				}
			}
		}
	}
	for i := range in {
		if in[i].Shape != distributor.Own {
			continue
		}
		for j := range in[i].Rows {
			own := &in[i].Rows[j]
			if !known[own.Number] {
				d.notes = append(d.notes, fmt.Sprintf("the reseller's own invoice %s has no document of its rows here", own.Number))
			} else if err := check(own.Number, own.FinalAmount, sums[own.Number]); err != nil {
				return source.At(own.Place, fmt.Errorf("final_amount: %w", err))
			}
		}
	}
	slices.Sort(d.problems)
	slices.Sort(d.notes)
	d.problems, d.notes = slices.Compact(d.problems), slices.Compact(d.notes)
	return nil
}
