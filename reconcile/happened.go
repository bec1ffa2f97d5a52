package reconcile

import (
	"fmt"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// maxShift is how many days earlier or later an event is tried.
const maxShift = 10

// each visits the events that may shape the row: those not long before or after it. A
// creation, a cancellation and what was scheduled always may.
func (l *candidates) each(visit func(i int, e *account.Event, day cycle.Date)) {
	l.visit(func(i int, e *account.Event, day cycle.Date, recent bool) {
		if recent {
			visit(i, e, day)
		}
	})
}

// visit visits the events up to not long after the row, and says whether they may shape it by when they happened.
func (l *candidates) visit(visit func(i int, e *account.Event, day cycle.Date, recent bool)) {
	period := l.row.either().period
	from, to := period.Start.AddDays(-62), period.End.AddDays(62)
	for i := range l.world.events {
		e := &l.world.events[i]
		day, err := cycle.DateOf(e.At, l.world.policy.TimeZone)
		if err != nil || day.After(to) {
			continue
		}
		visit(i, e, day, !day.Before(from) || e.Type == account.Created || e.Type == account.ChangeCancelled || e.Effective == account.PeriodEnd || e.Known().After(from.Start(nil)))
	}
}

func dropping(i int) func(w world) world {
	return func(w world) world { return w.with(without(w.events, i)) }
}

func changing(i int, change func(e *account.Event)) func(w world) world {
	return func(w world) world { return w.with(replacing(w.events, i, change)) }
}

// events are those that are missing on their side, that they have twice, or that they learned
// of at another time than we.
func (l *candidates) events() {
	l.visit(func(i int, e *account.Event, day cycle.Date, recent bool) {
		if !recent && e.Type != account.PackageChanged { // an upgrade that they never made, however long ago
			return
		}
		switch e.Type {
		case account.Created:
			if l.row.theirs == nil || i > 0 { // they bill something: an earlier life then
				l.add(existence, "creation_missing", onAny, fmt.Sprintf("as if the account had not been created on %s", day), dropping(i))
			}
			return
		case account.Closed:
			l.add(existence, "closed_still_billed", onAny, fmt.Sprintf("as if the close of %s had not happened", day), dropping(i))
		case account.PackageChanged:
			l.add(price, "change_ignored", onAny, fmt.Sprintf("as if the change to %s on %s had not happened", e.Package, day), dropping(i))
		case account.ChargeAdded:
			l.charge(i, e, day)
			return
		case account.ChangeCancelled:
			l.add(existence, "cancellation_missing", onAny, fmt.Sprintf("as if the cancellation of %s had not happened", day), dropping(i))
		default:
			return
		}
		if day.Before(l.row.either().period.Start.AddDays(-93)) && !recent { // nobody learns of it so late
			return
		}
		if e.Known().After(e.At) {
			l.add(existence, "known_at_once", onAny, fmt.Sprintf("as if the %s of %s had been known at once", noun(e), day),
				changing(i, func(e *account.Event) { e.RecordedAt = time.Time{} }))
			return
		}
		cut := l.row.either().date.AddDays(l.world.policy.SettleDays)
		if !day.After(l.row.either().date) {
			l.add(price, "known_late", onAny, fmt.Sprintf("as if the %s of %s had become known after this invoice", noun(e), day),
				changing(i, func(e *account.Event) { e.RecordedAt = cut.AddDays(2).Start(nil) }))
		}
		if l.row.theirs == nil {
			for _, s := range l.byAccount[fold(l.row.account)] {
				if s.date.After(l.row.ours.date) && s.date.Sub(l.row.ours.date) <= 62 {
					l.add(price, "known_late", onAny, fmt.Sprintf("as if the %s of %s had become known after their invoice of %s", noun(e), day, s.date),
						changing(i, func(e *account.Event) { e.RecordedAt = s.date.AddDays(l.world.policy.SettleDays + 2).Start(nil) }))
				}
			}
		}
		if eve := cut.AddDays(-1); day.Before(eve) {
			id := e.ID // the index is another in the whole world, where the credits of the days since are
			l.add(price, "known_late", onAny, fmt.Sprintf("as if the %s of %s had become known just before this invoice", noun(e), day),
				func(w world) world {
					i := slices.IndexFunc(l.whole.events, func(e account.Event) bool { return e.ID == id })
					return changing(i, func(e *account.Event) { e.RecordedAt = eve.Start(w.policy.TimeZone) })(*l.whole)
				})
		}
	})
}

// unknownClose is a close that we know nothing of: they bill no more, though another row was due. Of the days of their last row, one
// may print it.
func (l *candidates) unknownClose() {
	open := false
	for i := range l.world.events {
		switch l.world.events[i].Type {
		case account.Created:
			open = true
		case account.Closed:
			open = false
		}
	}
	if !open && l.row.theirs != nil {
		return // it is our own close then, on another day
	}
	var last *side
	for _, s := range l.byAccount[fold(l.row.account)] {
		if last == nil || s.date.After(last.date) || s.date == last.date && s.period.End.After(last.period.End) {
			last = s
		}
	}
	if last != nil && (l.row.theirs == nil || l.row.theirs == last && (last.date.AddMonths(1).Before(l.through) || l.row.ours != nil && !l.row.ours.period.Start.Before(last.period.End))) {
		for day := last.period.End; !day.Before(last.period.Start); day = day.AddDays(-1) {
			for _, after := range []time.Duration{time.Second, 24*time.Hour - time.Second} { // without that day's credits, and with them
				l.add(existence, "close_extra", onAny, fmt.Sprintf("as if closed on %s", day), closing(day, after))
			}
		}
	} else if last == nil {
		start := l.row.ours.period.Start
		l.add(existence, "close_extra", onAny, fmt.Sprintf("as if closed before %s", start), closing(start, 0))
	}
}

// closing is the world in which the account closes on a day, so long after its start.
func closing(day cycle.Date, after time.Duration) func(w world) world {
	return func(w world) world {
		at := day.Start(w.policy.TimeZone).Add(after)
		var events []account.Event
		for _, e := range w.events {
			if e.Type == account.Created && e.At.After(at) || e.Type != account.Closed && e.At.Before(at) {
				events = append(events, e)
			}
		}
		if len(events) == 0 {
			return w.with(nil)
		}
		return w.with(append(events, account.Event{ID: "(a close)", Type: account.Closed, Account: events[0].Account, At: at}))
	}
}

func noun(e *account.Event) string {
	switch e.Type {
	case account.Closed:
		return "close"
	case account.PackageChanged:
		return "change to " + e.Package
	case account.ChangeCancelled:
		return "cancellation"
	}
	return "event"
}

// charge is a one-off charge or credit that is missing on their side, or there twice.
func (l *candidates) charge(i int, e *account.Event, day cycle.Date) {
	text := fmt.Sprintf("the charge %q of %s on %s", e.Description, e.Amount.Number(), day)
	code := "charge_missing"
	if e.Amount.Sign() < 0 {
		code, text = "credit_missing", fmt.Sprintf("the credit %q of %s on %s", e.Description, e.Amount.Number(), day)
	}
	l.add(existence, code, onCharges, "as if "+text+" had not been made", dropping(i))
	l.add(existence, "charged_twice", onCharges, "as if "+text+" had been made twice", func(w world) world {
		again := w.events[i]
		again.ID += " (again)"
		return w.with(append(w.events[:len(w.events):len(w.events)], again))
	})
}

// lines are those of our invoice that they bill twice, or credits that they do not give.
func (l *candidates) lines() {
	if l.row.ours == nil || l.row.theirs == nil {
		return
	}
	for i := range l.row.ours.ours.Lines {
		line := &l.row.ours.ours.Lines[i]
		c := component(line.Kind)
		if c == charges || line.Amount.IsZero() || 1<<c&l.differs == 0 {
			continue
		}
		code, words, times := "charged_twice", "there twice", int64(+1)
		if line.Amount.Sign() < 0 {
			code, words, times = "credit_missing", "left out", -1
		}
		change := fmt.Sprintf("as if the line of %s for %s, %s, were %s", line.Amount.Number(), line.Package, line.Dates, words)
		l.list = append(l.list, candidate{tier: existence, code: code, change: change, may: 1 << c,
			invoice: func(inv *invoice.Invoice) *Figures { return plus(inv, i, times) }})
	}
}

// plus is an invoice's figures with one of its lines there once more, or not at all.
func plus(inv *invoice.Invoice, line int, times int64) *Figures {
	f := ofInvoice(inv).Figures
	l := &inv.Lines[line]
	at := [components]*money.Amount{&f.Recurring, &f.Overage, &f.Charges}[l.Kind]
	sum, err := at.Add(l.Amount)
	if times < 0 {
		sum, err = at.Sub(l.Amount)
	}
	if err != nil {
		return nil
	}
	*at = sum
	return &f
}

// neighbours are charges that they put on the invoice before or after.
func (l *candidates) neighbours() {
	l.each(func(i int, e *account.Event, day cycle.Date) {
		if e.Type != account.ChargeAdded {
			return
		}
		for _, months := range []int{-1, +1} {
			l.add(existence, "neighbouring_invoice", onCharges, fmt.Sprintf("as if the charge %q of %s on %s belonged to the neighbouring invoice", e.Description, e.Amount.Number(), day),
				changing(i, func(e *account.Event) { e.At, e.RecordedAt = e.At.AddDate(0, months, 0), time.Time{} }))
		}
	})
}

// shifts take an event some days earlier or later, the fewest first.
func (l *candidates) shifts() {
	for k := 1; k <= maxShift; k++ {
		for _, days := range []int{-k, k} {
			l.each(func(i int, e *account.Event, day cycle.Date) {
				if e.Effective == account.PeriodEnd {
					return
				}
				shift := func(code, verb string) {
					l.add(existence, code, onAny, fmt.Sprintf("as if %s on %s", verb, day.AddDays(days)), changing(i, func(e *account.Event) { moved(e, days) }))
				}
				switch e.Type {
				case account.Created:
					// Another creation is another grid: not where the periods agree.
					if l.row.ours != nil && l.row.theirs != nil && l.row.ours.period != l.row.theirs.period {
						shift("creation_date", "created")
					}
				case account.Closed:
					shift("close_date", "closed")
				case account.PackageChanged:
					shift("change_date", "changed to "+e.Package)
				}
			})
		}
	}
}
