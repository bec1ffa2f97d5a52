package account_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// billed is an invoice that the oracle made.
type billed struct {
	statement
	cut     cut
	number  string
	created time.Time // the account, by what was known then
	of      map[key]booked
}

// booked is what an invoice billed of an item, or several did.
type booked struct {
	item            item
	amount, credits int64
}

// balance is what is owed, and what has been billed, on a day. What was billed on a canceled
// invoice counts for nothing, and what was refunded is gone from both sides.
type balance struct {
	items  map[key]item
	owed   map[key]int64
	billed map[key]booked
}

func (s *story) balance(items map[key]item, bills []*billed) balance {
	b := balance{items, map[key]int64{}, map[key]booked{}}
	for k, it := range items {
		b.owed[k] = it.amount
	}
	refunded := map[key]int64{}
	statuses, _ := s.statusesOf(bills)
	for _, bill := range bills {
		status := statuses[bill.number]
		if status == invoice.Canceled {
			continue
		}
		for k, line := range bill.of {
			sum, again := b.billed[k]
			if !again || line.amount != 0 || line.credits != 0 {
				sum.item = line.item
			}
			sum.credits += line.credits
			if status == invoice.Refunded {
				refunded[k] += line.amount
			} else {
				sum.amount += line.amount
			}
			b.billed[k] = sum
		}
	}
	for k, amount := range refunded {
		b.owed[k] -= amount
	}
	for k, amount := range refunded {
		if amount != 0 {
			b.atLeastZero(k)
		}
	}
	return b
}

// atLeastZero sees to it that for a period, kind and package at least zero is owed: a phase that
// owes less than nothing, because more of it was refunded, takes that from the package's others.
func (b balance) atLeastZero(of key) {
	var phases []key
	for k := range b.owed {
		if (key{k.period, of.life, k.kind, k.pkg, k.id, of.nth}) == of { // whichever life's
			phases = append(phases, k)
		}
	}
	slices.SortFunc(phases, func(x, y key) int { return cmp.Or(cmp.Compare(x.life, y.life), cmp.Compare(x.nth, y.nth)) })
	var debt int64
	for _, k := range phases {
		debt -= min(0, b.owed[k])
		b.owed[k] = max(0, b.owed[k])
	}
	for _, k := range phases {
		part := min(debt, b.owed[k])
		debt -= part
		b.owed[k] -= part
	}
}

// keys are those of everything owed or billed.
func (b balance) keys() []key {
	var keys []key
	for k := range b.owed {
		keys = append(keys, k)
	}
	for k := range b.billed {
		if _, both := b.owed[k]; !both {
			keys = append(keys, k)
		}
	}
	return keys
}

func (b balance) differs() bool {
	return slices.ContainsFunc(b.keys(), func(k key) bool { return b.owed[k] != b.billed[k].amount })
}

func (s *story) invoice(c cut, bills []*billed, b balance) *billed {
	made := &billed{cut: c, number: s.number(c.day), of: map[key]booked{}}
	if len(s.lives) > 0 {
		made.created = s.lives[0].created
	}
	start, end := s.itsPeriod(c.day, bills)
	for d := start; d < end; d++ {
		if st := s.on(d); st != nil {
			made.pkg, made.amount = st.pkg, s.prices.price(st.pkg, s.grid.period(d).start)
		}
	}
	sums := map[string]int64{}
	for _, k := range b.keys() {
		it, owed := b.items[k]
		before, adjusts := b.billed[k]
		if !owed {
			it = before.item
		}
		line := booked{it, b.owed[k] - before.amount, b.items[k].credits - before.credits}
		made.of[k] = line
		made.credits += line.credits
		sums[it.kind] += line.amount
		for _, earlier := range bills {
			adjusts = adjusts || it.dueBy(earlier.cut.day, earlier.cut.atEnd)
		}
		if line.amount != 0 {
			made.lines = append(made.lines, lineText(it.kind, it.pkg, it.start.String(), (it.end-1).String(), line.amount, adjusts))
		}
	}
	slices.Sort(made.lines)
	made.date, made.kind = c.day.String(), c.kind
	made.start, made.end = start.String(), (max(end, start+1) - 1).String() // of a day on which nothing is charged yet: the day itself
	made.prorated, made.overage, made.charges = made.amount-sums["recurring"], sums["overage"], sums["charge"]
	made.final = sums["recurring"] + sums["overage"] + sums["charge"]
	made.status = invoice.Unpaid.String()
	if made.final == 0 {
		made.status = invoice.Paid.String()
	}
	return made
}

// itsPeriod is the stretch that an invoice is about.
func (s *story) itsPeriod(x day, bills []*billed) (start, end day) {
	here := s.grid.period(x)
	if s.advance && s.on(x) != nil {
		return x, here.end
	}
	start = here.start
	if start == x && x > s.grid.first() {
		start = s.grid.period(x - 1).start
	}
	for _, b := range bills {
		start = max(start, b.cut.day)
	}
	return start, x
}

// statusesOf are what the known events make of invoices, by number, and the events that make no
// sense: of an invoice that is not there, from before the account was created, or after a status
// that is final.
func (s *story) statusesOf(bills []*billed) (statuses map[string]invoice.Status, odd []string) {
	statuses = map[string]invoice.Status{}
	for _, e := range s.statuses {
		i := slices.IndexFunc(bills, func(b *billed) bool { return b.number == e.Invoice })
		status := statuses[e.Invoice]
		switch {
		case i < 0, e.At.Before(bills[i].created) && (len(s.lives) == 0 || e.At.Before(s.lives[0].created)),
			status == invoice.Canceled, status == invoice.Refunded:
			odd = append(odd, e.ID)
		default:
			statuses[e.Invoice] = e.Status
		}
	}
	return statuses, odd
}

// statements are an account's invoices, with the statuses that events give them, and the ids
// of the events that make no sense. An invoice dated after through may still come, and so its status may make sense.
func (o *oracle) statements(through cycle.Date) (all []statement, strange []string) {
	bills := o.bill(civilDate(through))
	end := o.tell(o.sorted)
	statuses, strange := end.statusesOf(bills)
	last := o.number(civilDate(through))
	strange = slices.DeleteFunc(strange, func(id string) bool {
		e := end.statuses[slices.IndexFunc(end.statuses, func(e *account.Event) bool { return e.ID == id })]
		return strings.HasSuffix(e.Invoice, last[8:]) && e.Invoice > last && len(end.lives) > 0 && !e.At.Before(end.lives[0].created)
	})
	for _, b := range bills {
		if status, said := statuses[b.number]; said {
			b.status = status.String()
		}
		all = append(all, b.statement)
	}
	for id := range end.anomalies {
		strange = append(strange, id)
	}
	slices.Sort(strange)
	return all, strange
}

func (o *oracle) number(d day) string {
	return invoice.NumbersOf(o.sorted[0].Account).On(dateOf(d)).String()
}
