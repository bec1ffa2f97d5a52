package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Input is what is held against each other.
type Input struct {
	Events    *account.Events // required; without any events it is empty
	Packages  []invoice.Package
	Prices    invoice.PriceList // usually invoice.Distributor: what the reseller owes upstream
	Policy    invoice.Policy
	Documents []distributor.Invoices

	// Accounts are those in question, as we spell them; nil is all, those only the documents name included.
	Accounts []string

	// From and Through are the dates of the invoices in question, both inclusive; zero Dates
	// are the earliest and the latest date_invoiced of the documents. From after Through, given or
	// not, is an error.
	From, Through cycle.Date

	Tolerance money.Amount     // differences up to it in every figure are tolerated; the zero Amount is none
	Zones     []*time.Location // time zones tried for the upstream's days; nil is UTC and US Pacific
	Workers   int              // 0 for one a core; changes nothing in the report
}

// Class is what became of a row.
type Class uint8

const (
	Matched     Class = iota // the same money
	Tolerated                // differs by no more than the tolerance, or is nothing on one side and zero on the other
	Explained                // differs, and one change makes our engine print their figure
	Unexplained              // differs, and nothing tried does, or only by what may be an accident
	TheirsOnly
	OursOnly
	Duplicate // repeats another row of theirs
	Ambiguous // could be paired in two ways
	Broken    // a row of theirs that does not add up
	classes   // how many there are
)

var classNames = [classes]string{"matched", "tolerated", "explained", "unexplained", "theirs_only", "ours_only",
	"duplicate", "ambiguous", "broken"}

func (c Class) String() string { return classNames[c] }

// Row is one row of the result: a row of theirs, a row of ours, or both.
type Row struct {
	Account  string
	Theirs   *distributor.Invoice // nil when they have none
	Ours     *invoice.Invoice     // nil when we have none
	Figures  struct{ Theirs, Ours Figures }
	Class    Class
	Findings []Finding // causes, the one to believe first
	Implied  []string  // of an unexplained row: what its figure would follow from, where exactly one thing does
	Notes    []string
	Events   []string // ids of the account's events that shape the row

	Difference money.Amount // theirs − ours
	Other      *Row         // the row of the other side that may be the same invoice, under another name of the account

	outcomes []outcome // of the causes that other accounts may share
}

// Report is the result.
type Report struct {
	From, Through cycle.Date
	Currency      money.Currency
	Policy        invoice.Policy
	Rows          []Row             // by account, then date
	Problems      []string          // what is wrong with the documents as such
	Notes         []string          // what else there is to know of them
	Convention    *Convention       // nil when no prorated row speaks of one
	Anomalies     []account.Anomaly // events of ours that make no sense, and are left out of what we expect
}

// reconciler holds what explaining a row takes.
type reconciler struct {
	in        Input
	catalogue invoice.Catalogue
	zones     []*time.Location
	currency  money.Currency
	from      cycle.Date
	through   cycle.Date
	ourTotal  money.Amount
	byAccount map[string][]*side // rows of theirs, by folded account
	spelling  func() *spelling   // of our accounts; made when it is asked for
}

// Reconcile holds the Distributor's documents against what our engine bills for the same
// events. A disagreement is a result; an error is input that cannot be read as money.
func Reconcile(ctx context.Context, in Input) (*Report, error) {
	if in.Events == nil {
		return nil, errors.New("reconcile: Input.Events is nil, expected the events of the accounts")
	}
	r := &reconciler{in: in, zones: in.Zones, currency: in.Policy.MoneyCurrency(), byAccount: map[string][]*side{}}
	r.spelling = sync.OnceValue(func() *spelling { return newSpelling(in.Events.Accounts()) })
	var err error
	if r.catalogue, err = invoice.NewCatalogue(in.Packages, in.Prices); err != nil {
		return nil, err
	}
	if err := r.defaultZones(); err != nil {
		return nil, err
	}
	report := &Report{From: in.From, Through: in.Through, Currency: r.currency, Policy: in.Policy}
	theirs, err := r.theirs(report)
	if err != nil {
		return nil, err
	}
	r.from, r.through = report.From, report.Through
	ours, err := r.ours(ctx, report)
	if err != nil {
		return nil, err
	}
	if n := markRepeats(theirs, ours); n > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("of their rows, %d have a number that stands on a row for another account or period too", n))
	}
	for _, s := range theirs {
		r.byAccount[fold(s.account)] = append(r.byAccount[fold(s.account)], s)
	}
	pairs := match(theirs, ours, r.in.Events.Accounts())
	noteGaps(pairs)
	report.Rows = make([]Row, len(pairs))
	if err := r.classify(ctx, pairs, report.Rows); err != nil {
		return nil, err
	}
	r.underAnotherName(report.Rows)
	if report.Convention, err = r.convention(ctx, pairs); err != nil {
		return nil, err
	}
	if err := r.leadShared(ctx, pairs, report); err != nil {
		return nil, err
	}
	return report, report.complete(theirs, ours)
}

func (r *reconciler) defaultZones() error {
	if r.zones != nil {
		return nil
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	r.zones = []*time.Location{time.UTC, pacific}
	return nil
}

// asked reports that an account is in question.
func (r *reconciler) asked(name string) bool {
	if r.in.Accounts == nil || slices.Contains(r.in.Accounts, name) {
		return true
	}
	return !r.in.Events.Has(name) && slices.ContainsFunc(r.in.Accounts, func(a string) bool { return fold(a) == fold(name) })
}

// theirs are the rows of the documents that are dated in question, in an order that does not
// depend on that of the documents.
func (r *reconciler) theirs(report *Report) ([]*side, error) {
	var all []*side
	r.leaveOutCopies(report)
	for i := range r.in.Documents {
		d := &r.in.Documents[i]
		if d.Shape == distributor.Own || d.Shape == distributor.NumbersOnly {
			continue // the reseller's own invoices, not rows of end users
		}
		for j := range d.Rows {
			s, err := ofRow(&d.Rows[j], r.currency)
			if err != nil {
				return nil, source.At(d.Rows[j].Place, err)
			}
			all = append(all, s)
		}
	}
	if err := r.checkParents(report); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *side) int {
		return cmp.Or(strings.Compare(a.account, b.account), a.period.Start.Compare(b.period.Start), a.date.Compare(b.date),
			strings.Compare(a.number, b.number), cmp.Compare(a.Final.Minor(), b.Final.Minor()), strings.Compare(a.text(), b.text()))
	})
	for _, s := range all {
		if r.in.From.IsZero() && (report.From.IsZero() || s.date.Before(report.From)) {
			report.From = s.date
		}
		if r.in.Through.IsZero() && s.date.After(report.Through) {
			report.Through = s.date
		}
	}
	if err := r.checkDates(report); err != nil {
		return nil, err
	}
	left := len(all)
	all = slices.DeleteFunc(all, func(s *side) bool { return s.date.Before(report.From) || s.date.After(report.Through) })
	switch left -= len(all); {
	case left > 0 && len(all) == 0: // whoever asks for other dates than the documents' is to know it
		report.Problems = append(report.Problems, fmt.Sprintf("no row of theirs is dated from %s through %s, %d left out", report.From, report.Through, left))
	case left > 0:
		report.Notes = append(report.Notes, fmt.Sprintf("left out, as they are dated before %s or after %s: %d of their rows", report.From, report.Through, left))
	}
	return slices.DeleteFunc(all, func(s *side) bool { return !r.asked(s.account) }), nil
}

// checkDates refuses dates of which the first is after the last: nothing would be compared.
func (r *reconciler) checkDates(report *Report) error {
	if report.Through.IsZero() || !report.Through.Before(report.From) {
		return nil
	}
	whence := func(asked cycle.Date, which string) string {
		if asked.IsZero() {
			return "the " + which + " date_invoiced of the documents"
		}
		return "as asked for"
	}
	return fmt.Errorf("no dates to compare: from %s, %s, through %s, %s", report.From, whence(r.in.From, "earliest"), report.Through,
		whence(r.in.Through, "latest"))
}

// ours are our invoices dated in question.
func (r *reconciler) ours(ctx context.Context, report *Report) ([]*side, error) {
	var all []*side
	r.ourTotal = money.New(0, r.currency)
	if r.through.IsZero() {
		return nil, nil
	}
	for bill, err := range r.replay(ctx, r.in.Policy) {
		if err != nil {
			return nil, err
		}
		report.Anomalies = append(report.Anomalies, bill.Anomalies...)
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(r.from) {
				all = append(all, ofInvoice(inv))
				if r.ourTotal, err = r.ourTotal.Add(inv.FinalAmount); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// complete makes sure that every row of either side is in the report exactly once, and that
// the classes add up to both sides' totals.
func (rep *Report) complete(theirs, ours []*side) error {
	var rows [2]int
	var sums [2]money.Amount
	for i := range sums {
		sums[i] = money.New(0, rep.Currency)
	}
	add := func(i int, a money.Amount) (err error) {
		rows[i]++
		sums[i], err = sums[i].Add(a)
		return err
	}
	for i := range rep.Rows {
		row := &rep.Rows[i]
		if row.Theirs != nil {
			if err := add(0, row.Figures.Theirs.Final); err != nil {
				return err
			}
		}
		if row.Ours != nil {
			if err := add(1, row.Figures.Ours.Final); err != nil {
				return err
			}
		}
	}
	for i, sides := range [][]*side{theirs, ours} {
		total := money.New(0, rep.Currency)
		for _, s := range sides {
			var err error
			if total, err = total.Add(s.Final); err != nil {
				return err
			}
		}
		if rows[i] != len(sides) || sums[i] != total {
			return fmt.Errorf("reconcile: %d rows of %s in the report, %d of %s given", rows[i], sums[i], len(sides), total)
		}
	}
	return nil
}
