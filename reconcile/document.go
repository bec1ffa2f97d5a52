package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// leaveOutCopies leaves out documents that hold the very rows of another: the same document given twice is no second charge.
func (r *reconciler) leaveOutCopies(report *Report) {
	documents := slices.Clone(r.in.Documents)
	slices.SortStableFunc(documents, func(a, b distributor.Invoices) int {
		return cmp.Or(strings.Compare(a.Place.File, b.Place.File), strings.Compare(a.Number, b.Number))
	})
	first := map[string]*distributor.Invoices{}
	var kept []distributor.Invoices
	for i := range documents {
		d := &documents[i]
		key := r.content(d)
		was := first[key]
		if key == "" || was == nil || was.Number != d.Number && was.Number != "" && d.Number != "" {
			first[key] = d
			kept = append(kept, *d)
			continue
		}
		names := "two documents"
		if was.Place.File != "" {
			names = was.Place.File + " and " + d.Place.File
		}
		rows := fmt.Sprintf("%d rows, which are", len(d.Rows))
		if len(d.Rows) == 1 {
			rows = "row, which is"
		}
		report.Notes = append(report.Notes, fmt.Sprintf("%s hold the same %s counted once", names, rows))
	}
	r.in.Documents = kept
}

// content tells documents apart by what their rows say, in whatever order and format; empty where it cannot.
func (r *reconciler) content(d *distributor.Invoices) string {
	rows := make([]string, len(d.Rows))
	for i := range d.Rows {
		s, err := ofRow(&d.Rows[i], r.currency)
		if err != nil || s.number == "" {
			return ""
		}
		rows[i] = strings.Join([]string{s.account, s.number, s.kind, s.pkg, s.credits, s.theirs.Status, s.date.String(), s.period.String(),
			s.Recurring.Number(), s.Overage.Number(), s.Charges.Number(), s.Final.Number()}, "\x00")
	}
	slices.Sort(rows)
	return strings.Join(rows, "\n")
}

// checkParents holds the totals that documents state against the sums of their rows: a field
// final_amount beside the rows, or the reseller's own invoice of the same number in another
// document.
func (r *reconciler) checkParents(report *Report) error {
	sums := map[string]money.Amount{} // by number of the Distributor's invoice
	for i := range r.in.Documents {
		d := &r.in.Documents[i]
		if d.Shape != distributor.Usage && d.Shape != distributor.Current {
			continue
		}
		sum := money.New(0, r.currency)
		for j := range d.Rows {
			s, err := ofRow(&d.Rows[j], r.currency)
			if err == nil {
				sum, err = sum.Add(s.Final)
			}
			if err != nil {
				return source.At(d.Rows[j].Place, err)
			}
		}
		if d.Number != "" {
			total, seen := sums[d.Number]
			if !seen {
				total = money.New(0, r.currency)
			}
			var err error
			if sums[d.Number], err = total.Add(sum); err != nil {
				return err
			}
		}
		for _, f := range d.Fields {
			if f.Name == "final_amount" && f.Text != "" {
				if err := report.checkTotal(d.Number, distributor.Number(f.Text), sum); err != nil {
					return source.At(f.Place, fmt.Errorf("%s: %w", f.Name, err))
				}
			}
		}
	}
	for i := range r.in.Documents {
		d := &r.in.Documents[i]
		if d.Shape != distributor.Own {
			continue
		}
		for j := range d.Rows {
			own := &d.Rows[j]
			sum, known := sums[own.Number]
			if !known {
				report.Notes = append(report.Notes, fmt.Sprintf("the reseller's own invoice %s has no document of its rows here", own.Number))
				continue
			}
			if err := report.checkTotal(own.Number, own.FinalAmount, sum); err != nil {
				return source.At(own.Place, fmt.Errorf("final_amount: %w", err))
			}
		}
	}
	slices.Sort(report.Problems)
	slices.Sort(report.Notes)
	return nil
}

// checkTotal notes a total that is not the sum of its rows.
func (rep *Report) checkTotal(number string, total distributor.Number, sum money.Amount) error {
	if total == "" {
		return nil
	}
	stated, err := total.Amount(rep.Currency)
	if err != nil || stated == sum {
		return err
	}
	rep.Problems = append(rep.Problems, fmt.Sprintf("invoice %s comes to %s, but its rows add up to %s", number, stated.Number(), sum.Number()))
	return nil
}

// noteGaps notes where a period of theirs does not start where the one before it ended, and
// ours does, and periods that are no month. Pairs are sorted.
func noteGaps(pairs []pair) {
	before := map[string]*side{}
	for i := range pairs {
		p := &pairs[i]
		s := p.theirs
		if s == nil || s.repeats != nil {
			continue
		}
		name := fold(s.account)
		last := before[name]
		before[name] = s
		if p.ours != nil && p.ours.period == s.period {
			continue
		}
		if last != nil && s.period.Start != last.period.End {
			p.notes = append(p.notes, fmt.Sprintf("their period starts on %s, but the one before it ended with %s", s.period.Start, last.period.Last()))
		}
		if s.period.End.After(s.period.Start.AddMonths(1)) && s.period.Days() > 31 {
			p.notes = append(p.notes, fmt.Sprintf("their period is longer than a month: %d days", s.period.Days()))
		}
	}
}

// replay bills the accounts in question under a policy.
func (r *reconciler) replay(ctx context.Context, policy invoice.Policy) iter.Seq2[account.Bill, error] {
	names := slices.DeleteFunc(r.in.Events.Accounts(), func(name string) bool { return !r.asked(name) })
	events := r.in.Events
	if policy.TimeZone != r.in.Policy.TimeZone { // one that they may bill in
		events = events.InTimeZone(policy.TimeZone)
	}
	return events.Replay(ctx, names, r.catalogue, policy, r.through, r.in.Workers)
}

// monthOf is the calendar month that holds a day.
func monthOf(d cycle.Date) cycle.Period {
	year, month, _ := d.Civil()
	first, _ := cycle.NewDate(year, month, 1)
	return cycle.Period{Start: first, End: first.AddMonths(1)}
}
