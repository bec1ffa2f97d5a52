package books

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

// replay bills every account again, for each run that issued something to it as that run knew it, and for the last run: the invoices must
// be those that were issued, to the byte.
func (v *verifier) replay(ctx context.Context, tx store.Tx) error {
	if err := v.checkRecent(tx); err != nil || len(v.runs) == 0 {
		return err
	}
	all, err := tx.Terms()
	if err != nil {
		return err
	}
	billers := map[int64]*account.Biller{}
	for _, row := range all {
		terms, err := readTerms(row)
		if err != nil {
			return err
		}
		catalogue, err := terms.catalogue()
		if err != nil {
			return err
		}
		if billers[row.Number], err = account.NewBiller(catalogue, terms.Policy); err != nil {
			return err
		}
	}
	for i := range v.runs {
		v.through = cycle.Later(v.through, v.runs[i].Through)
	}
	reader := newReader(v.policy)
	return inChunks(tx, nil, func(accounts []store.Account) error {
		list, err := histories(tx, accounts, v.runs[len(v.runs)-1].Events)
		if err != nil {
			return err
		}
		for i := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := v.replayAccount(&list[i], reader, billers); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkRecent makes sure that the next run looks at the accounts of which something was recorded since the last one, as recording has it.
func (v *verifier) checkRecent(tx store.Tx) error {
	var known int64
	if n := len(v.runs); n > 0 {
		known = v.runs[n-1].Events
	}
	type recent struct {
		more  bool      // than what waits for a boundary
		known time.Time // the earliest instant from which any of that counts
	}
	recorded := map[int64]recent{}
	reader := newReader(v.policy)
	err := tx.Events(known, func(row store.Event) error {
		e, err := reader.event(&row)
		if err != nil {
			return err
		}
		r := recorded[row.Account]
		if !e.Type.Waits() {
			r.more = true
		} else if r.known.IsZero() || e.Known().Before(r.known) {
			r.known = e.Known()
		}
		recorded[row.Account] = r
		return nil
	})
	if err != nil {
		return err
	}
	accounts, err := tx.Numbered(slices.Sorted(maps.Keys(recorded)))
	for i := range accounts {
		a := &accounts[i]
		if r := recorded[a.Number]; a.Next != dueAtOnce && (r.more || !canWait(r.known, a)) {
			v.fault("account %q: something was recorded of it that no run has looked at, and the next day on which something may be billed is %s", names.Clip(a.Name), dayOrNone(a.Next))
		}
	}
	return err
}

func (v *verifier) replayAccount(h *history, reader *reader, billers map[int64]*account.Biller) error {
	events, err := reader.events(h.events)
	if err != nil {
		return err
	}
	last := v.runs[len(v.runs)-1].Number
	rows := h.invoices
	slices.SortStableFunc(rows, func(a, b store.Invoice) int { return int(a.Run - b.Run) })
	var before []invoice.Invoice
	for number := int64(0); number != last; {
		if number = last; len(rows) > 0 {
			number = rows[0].Run
		}
		run := &v.runs[number-1]
		knew, _ := slices.BinarySearchFunc(h.events, run.Events+1, func(e store.Event, seq int64) int { return int(e.Seq - seq) })
		is, err := billers[run.Terms].Issue(events[:knew], before, run.Through, run.At)
		if err != nil {
			v.fault("account %q, run %d: %v", names.Clip(h.Name), run.Number, err)
			return nil
		}
		for i := range is.Invoices {
			inv := &is.Invoices[i]
			if inv.Number, err = inv.Number.WithPrefix(v.books.prefix); err != nil {
				return err
			}
			if len(rows) == 0 || rows[0].Run != number {
				v.fault("account %q: run %d should have issued invoice %s too", names.Clip(h.Name), number, inv.Number)
				return nil
			}
			issued, err := reader.issued(&rows[0])
			if err != nil {
				return err
			}
			if v.sameMidnight(inv.CutAt, issued.CutAt) {
				inv.CutAt = issued.CutAt
			}
			if string(inv.AppendJSON(nil)) != string(rows[0].Body) {
				v.fault("%s: billed again from what the run knew, it differs", v.called(&rows[0]))
				return nil
			}
			before, rows = append(before, issued), rows[1:]
		}
		if number == last && is.Next.After(run.Through) && h.Next.After(is.Next) { // a run before, through a later day, may have left it for then
			if is, err = billers[run.Terms].Issue(events[:knew], before, h.Next.AddDays(-1), run.At); err != nil {
				v.fault("account %q, run %d: %v", names.Clip(h.Name), number, err)
				return nil
			}
			if len(is.Invoices) > 0 {
				is.Next = is.Invoices[0].Date
			}
		}
		switch {
		case len(rows) > 0 && rows[0].Run == number:
			v.fault("%s: billed again from what the run knew, there is none", v.called(&rows[0]))
			return nil
		case number == last && knew == len(h.events) && h.Next != dueAtOnce && h.Next != is.Next:
			settled, err := nothingLeft(billers[run.Terms], events, before, cycle.Later(is.Next, v.through))
			if err != nil {
				return err
			}
			if !settled || !h.Next.IsZero() {
				v.fault("account %q: the next day on which something may be billed is %s, and it says %s", names.Clip(h.Name), dayOrNone(is.Next), dayOrNone(h.Next))
			}
		case number == last && knew == len(h.events) && h.Next != dueAtOnce:
			if passed := passedBy(v.policies[run.Terms], &is); !v.sameMidnight(passed, h.Passed) {
				v.fault("account %q: boundaries were passed over without an invoice until %q, and it says %q", names.Clip(h.Name), optionalInstant(passed), optionalInstant(h.Passed))
			}
		}
	}
	return nil
}

// nothingLeft reports that nothing more is billed to an account through a day or later, if nothing more is recorded. Only on a boundary is
// that seen: so the run that settles a closed account leaves it without a next day, and one that looks at it again, or is through an earlier
// day, names its next boundary.
func nothingLeft(biller *account.Biller, events []account.Event, issued []invoice.Invoice, through cycle.Date) (bool, error) {
	is, err := biller.Issue(events, issued, through, endOfTime)
	return err == nil && len(is.Invoices) == 0 && is.Next.IsZero(), err
}

// endOfTime is when all is final.
var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

func dayOrNone(day cycle.Date) string {
	if day.IsZero() {
		return "none"
	}
	return day.String()
}
