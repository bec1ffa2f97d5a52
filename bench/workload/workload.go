// Package workload makes the events that the benchmarks bill: a log of many accounts over some
// months, one JSON object a line, in the order of the days on which it was written.
//
//   - Nine events in ten are usage. The rest are the creation of each account, changes of package,
//     at once and at the period's end, closes, cancellations, re-creations, one-off charges, and
//     statuses of invoices. Three accounts in five are created in the first month. A package costs
//     more from the middle of the time on.
//
//   - One usage event in a hundred, and one charge in ten, was recorded hours to weeks after it
//     happened, some of them after the account was closed. One usage event in 25 stands up to a
//     minute and a half, or four places, too late in the log. Changes and closes are known when they happen.
//
//   - A tenth of the accounts gets more than a quarter of the usage. What is used in a period is
//     about four fifths of what a package includes, so that part of the periods have overage.
//
//   - With corrections, one event in six of those that are neither usage nor a first creation voids a usage event or a
//     charge of the last ones, and two charges in three are kept to one price list.
//
// No event is an anomaly. The same options give the same bytes, on every machine. What is kept
// follows the number of accounts, not of events.
package workload

import (
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Options say how large a workload is.
type Options struct {
	Accounts int
	Months   int
	Events   int // in all; nine in ten are usage, fewer when there are not enough for the accounts
	Seed     uint64

	Corrections bool // events are voided, and charges kept to a price list
}

const (
	maxMonths = 1200
	maxEvents = 1 << 40
	day       = 24 * 3600 // seconds
)

// Generator makes the events of a workload one after the other.
type Generator struct {
	options Options
	random  random
	dates   []string // of the days, as text
	seconds int64    // the length of the whole time

	made    int // events so far
	usage   int // usage events to come
	created int // accounts so far, which are the first ones of accounts

	accounts []account
	open     []int32 // accounts, in no order
	closed   []int32
	waiting  [1024]int32  // accounts that had a change or close waiting, the latest of them
	waited   int          // how many there have been
	mistakes [256]mistake // usage and charges that may be voided, the latest of them
	noted    int          // how many there have been
	perUse   int64        // a usage event has up to this many thousandths of the credits included
}

// mistake is an event that may be voided.
type mistake struct {
	account int32
	event   int   // its number, 0 when there is none
	known   int64 // when it was recorded
}

// account is what an account is like after the events made so far. Instants are seconds from the
// start of the first day.
type account struct {
	began   int64 // when its present or last life began
	last    int64 // its latest creation, change, close, cancellation or status
	pending int64 // when a waiting change or close takes effect; 0 while there is none
	anchor  cycle.Date
	final   cycle.Date // of the last invoice canceled or refunded, which no later status changes
	place   int32      // where it stands in open or closed
	pkg     uint8      // of offers
	next    uint8      // of offers, what it changes to; none is a close
	closed  bool
}

const none = 255

// New returns the generator of a workload.
func New(o Options) (*Generator, error) {
	switch {
	case o.Accounts < 1 || o.Accounts > 1<<30:
		return nil, fmt.Errorf("%d accounts, expected 1 to %d", o.Accounts, 1<<30)
	case o.Months < 1 || o.Months > maxMonths:
		return nil, fmt.Errorf("%d months, expected 1 to %d", o.Months, maxMonths)
	case o.Events < o.Accounts || o.Events > maxEvents:
		return nil, fmt.Errorf("%d events, expected at least one for each of %d accounts, and at most %d", o.Events, o.Accounts, maxEvents)
	}
	g := &Generator{options: o, random: random(mix(o.Seed)), usage: o.Events - max(o.Accounts, o.Events/10)}
	end := first.AddMonths(o.Months)
	g.seconds = int64(end.Sub(first)) * day
	for d := first; d.Before(end); d = d.AddDays(1) {
		g.dates = append(g.dates, d.String())
	}
	g.accounts = make([]account, 0, o.Accounts)
	g.open = make([]int32, 0, o.Accounts)
	g.perUse = max(1, 1600*int64(o.Accounts)*int64(o.Months)/int64(max(1, g.usage)))
	return g, nil
}

// All makes all events of a workload, and the packages that they go with, at their retail prices.
func All(o Options) (log []byte, catalogue invoice.Catalogue, err error) {
	g, err := New(o)
	if err != nil {
		return nil, catalogue, err
	}
	for range o.Events {
		log = g.Append(log)
	}
	packages, err := invoice.ParsePackages("packages.json", o.Packages(), money.USD)
	if err != nil {
		return nil, catalogue, err
	}
	catalogue, err = invoice.NewCatalogue(packages, invoice.Retail)
	return log, catalogue, err
}

// Append appends the line of the next event. There are as many as the options say.
func (g *Generator) Append(b []byte) []byte {
	total := int64(g.options.Events)
	now := (int64(g.made)*g.seconds + g.random.below(g.seconds)) / total
	b = g.head(b)
	g.made++
	left := g.options.Events - g.made + 1
	toCreate := g.options.Accounts - g.created
	switch {
	case toCreate > 0 && (toCreate >= left || g.created < g.due()):
		return g.create(b, now)
	case g.random.below(int64(left-toCreate)) < int64(g.usage):
		g.usage--
		return g.use(b, now)
	}
	return g.other(b, now)
}

// due is how many accounts there should be by now: three in five are created in the first month,
// the others up to the last tenth of the time.
func (g *Generator) due() int {
	o := g.options
	early := (3*o.Accounts + 4) / 5
	late := o.Accounts - early
	return min(early, int(int64(early)*int64(g.made)*int64(o.Months)/int64(o.Events))+1) +
		min(late, int(int64(late)*int64(g.made)*10/(9*int64(o.Events))))
}

func (g *Generator) create(b []byte, now int64) []byte {
	i := int32(g.created)
	g.created++
	g.accounts = append(g.accounts, account{place: int32(len(g.open))})
	g.open = append(g.open, i)
	return g.begin(b, i, now)
}

// begin starts a life of an account.
func (g *Generator) begin(b []byte, i int32, now int64) []byte {
	a := &g.accounts[i]
	a.began, a.last, a.anchor, a.pkg = now, now, dateOf(now), g.choose()
	b = g.common(b, "account.created", i, now, now)
	return text(b, `,"package":"`, offers[a.pkg].name)
}

// choose chooses a package.
func (g *Generator) choose() uint8 {
	n := g.random.below(100)
	for i := range offers {
		if n -= offers[i].weight; n < 0 {
			return uint8(i)
		}
	}
	return starter
}

// other makes an event that is no usage and no first creation. What cannot be where an account
// stands is a charge instead.
func (g *Generator) other(b []byte, now int64) []byte {
	if g.options.Corrections && g.random.oneIn(6) {
		if m := g.pickMistake(now); m != nil {
			return g.void(b, m, now)
		}
	}
	n := g.random.below(100)
	if n < 8 {
		if i, found := g.pickClosed(now); found {
			g.reopen(i)
			return g.begin(b, i, now)
		}
	}
	if n < 14 {
		if i, found := g.pickWaiting(now); found {
			a := &g.accounts[i]
			a.pending, a.last = 0, now
			return end(g.common(b, "account.change_cancelled", i, now, now))
		}
	}
	i := g.pickOpen(now)
	switch {
	case g.accounts[i].last == now: // events of one instant have an order of their own
	case n < 40:
		return g.change(b, i, now)
	case n < 54:
		return g.changeLater(b, i, now)
	case n < 60 && i != 0: // the first account stays open, so that there is always one
		g.close(i, now)
		return end(g.common(b, "account.closed", i, now, now))
	case n < 66 && i != 0:
		g.wait(i, now, none)
		b = g.common(b, "account.closed", i, now, now)
		return text(b, `,"effective":"`, "period_end")
	case n < 82:
		a := &g.accounts[i]
		if cut := g.periodOf(i, dateOf(now)).Start; cut.After(a.anchor) && cut != a.final {
			return g.status(b, i, now, cut)
		}
	}
	return g.charge(b, i, now)
}

// another chooses a package other than the one an account has.
func (g *Generator) another(i int32) uint8 {
	for {
		if p := g.choose(); p != g.accounts[i].pkg {
			return p
		}
	}
}

// change changes the package at once. From a free package to one with a price, it starts a new cycle.
func (g *Generator) change(b []byte, i int32, now int64) []byte {
	a := &g.accounts[i]
	to := g.another(i)
	if today := dateOf(now); a.pkg == free && g.periodOf(i, today).Start != today {
		a.anchor = today
	}
	a.pkg, a.last, a.pending = to, now, 0
	b = g.common(b, "account.package_changed", i, now, now)
	return text(b, `,"package":"`, offers[to].name)
}

func (g *Generator) changeLater(b []byte, i int32, now int64) []byte {
	to := g.another(i)
	g.wait(i, now, to)
	b = g.common(b, "account.package_changed", i, now, now)
	b = append(append(b, `,"package":"`...), offers[to].name...)
	return text(b, `","effective":"`, "period_end")
}

// wait lets an account change or close at the end of its period.
func (g *Generator) wait(i int32, now int64, to uint8) {
	a := &g.accounts[i]
	a.last, a.next = now, to
	a.pending = int64(g.periodOf(i, dateOf(now)).End.Sub(first)) * day
	g.waiting[g.waited%len(g.waiting)] = i
	g.waited++
}

// status says what became of the account's last invoice, which was cut when its period began.
func (g *Generator) status(b []byte, i int32, now int64, cut cycle.Date) []byte {
	status := "paid"
	if g.random.oneIn(5) {
		status = []string{"unpaid", "refunded", "deferred", "canceled"}[g.random.below(4)]
	}
	a := &g.accounts[i]
	a.last = now
	if status == "refunded" || status == "canceled" {
		a.final = cut
	}
	b = g.common(b, "invoice.status_changed", i, now, now)
	b = invoice.NumbersOf(string(appendName(nil, i))).On(cut).Append(append(b, `,"invoice":"`...))
	return text(b, `","status":"`, status)
}

func (g *Generator) charge(b []byte, i int32, now int64) []byte {
	at := now
	if g.random.oneIn(10) {
		at = max(g.accounts[i].began, now-g.delay())
	}
	what := []string{"Dedicated address", "Template design", "Goodwill for an outage", "Address validation"}[g.random.below(4)]
	cents := 100 + g.random.below(9900)
	b = g.common(b, "charge.added", i, at, now)
	b = append(b, `,"amount":"`...)
	if what == "Goodwill for an outage" {
		b = append(b, '-')
	}
	b = appendNumber(b, cents/100)
	b = append(b, '.', byte('0'+cents/10%10), byte('0'+cents%10))
	if g.options.Corrections {
		g.note(i, now)
		if list := []string{"", "retail", "distributor"}[g.random.below(3)]; list != "" {
			b = append(append(append(b, `","description":"`...), what...), `","price_list":"`...)
			return append(append(b, list...), "\"}\n"...)
		}
	}
	return text(b, `","description":"`, what)
}

// note notes the event being made as one that may turn out to be a mistake.
func (g *Generator) note(i int32, known int64) {
	g.mistakes[g.noted%len(g.mistakes)] = mistake{account: i, event: g.made, known: known}
	g.noted++
}

// pickMistake chooses an event to void, if it finds one.
func (g *Generator) pickMistake(now int64) *mistake {
	n := min(g.noted, len(g.mistakes))
	if n == 0 {
		return nil
	}
	if m := &g.mistakes[g.random.below(int64(n))]; m.event > 0 && m.known < now {
		return m
	}
	return nil
}

// void voids an event, which is not voided again.
func (g *Generator) void(b []byte, m *mistake, now int64) []byte {
	b = g.common(b, "event.voided", m.account, now, now)
	b = g.id(append(b, `,"event":"evt-`...), m.event-1)
	m.event = 0
	return append(b, "\"}\n"...)
}

func (g *Generator) use(b []byte, now int64) []byte {
	var i int32
	at, known := now, now
	if n := g.random.below(100); n == 0 {
		i, at = g.late(now)
	} else {
		i = g.pickOpen(now)
		if n < 5 { // recorded in time, and written late
			at = max(g.accounts[i].began, now-g.random.below(max(90, 4*g.seconds/int64(g.options.Events))))
			known = at
		}
	}
	if g.options.Corrections {
		g.note(i, known)
	}
	credits := 1 + g.random.below(max(1, offers[g.accounts[i].pkg].credits*g.perUse/1000))
	b = g.common(b, "usage.recorded", i, at, known)
	return append(appendNumber(append(b, `,"credits":`...), credits), "}\n"...)
}

// late chooses an account and an instant before now at which it was open. It may be closed now.
func (g *Generator) late(now int64) (int32, int64) {
	if g.random.oneIn(10) {
		if i, found := g.pickClosed(now); found && now-g.accounts[i].last < 30*day {
			a := &g.accounts[i]
			return i, max(a.began, a.last-1-g.random.below(2*day))
		}
	}
	i := g.pickOpen(now)
	return i, max(g.accounts[i].began, now-g.delay())
}

// delay is how long an event is on its way: up to five days, one in ten up to six weeks.
func (g *Generator) delay() int64 {
	if g.random.oneIn(10) {
		return 3600 + g.random.below(42*day)
	}
	return 3600 + g.random.below(5*day)
}

// pickOpen chooses an open account; what was waiting by now has taken effect.
func (g *Generator) pickOpen(now int64) int32 {
	for {
		n := int64(len(g.open))
		if g.random.oneIn(5) {
			n = (n + 9) / 10 // a tenth of them is busier
		}
		i := g.open[g.random.below(n)]
		g.takeEffect(i, now)
		if !g.accounts[i].closed {
			return i
		}
	}
}

// pickClosed chooses an account that was closed before now, if it finds one.
func (g *Generator) pickClosed(now int64) (int32, bool) {
	if len(g.closed) == 0 {
		return 0, false
	}
	i := g.closed[g.random.below(int64(len(g.closed)))]
	return i, g.accounts[i].last < now
}

// pickWaiting chooses an account whose change or close still waits, if it finds one.
func (g *Generator) pickWaiting(now int64) (int32, bool) {
	n := min(g.waited, len(g.waiting))
	if n == 0 {
		return 0, false
	}
	i := g.waiting[g.random.below(int64(n))]
	g.takeEffect(i, now)
	a := &g.accounts[i]
	return i, a.pending != 0 && a.last < now
}

// takeEffect lets a change or close that was waiting take effect by now.
func (g *Generator) takeEffect(i int32, now int64) {
	a := &g.accounts[i]
	if a.pending == 0 || a.pending > now {
		return
	}
	at := a.pending
	if a.next == none {
		g.close(i, at)
		return
	}
	a.pending, a.last, a.pkg = 0, at, a.next
}

func (g *Generator) close(i int32, at int64) {
	a := &g.accounts[i]
	a.pending, a.last, a.closed = 0, at, true
	g.open, g.closed = g.move(i, g.open, g.closed)
}

func (g *Generator) reopen(i int32) {
	g.accounts[i].closed = false
	g.closed, g.open = g.move(i, g.closed, g.open)
}

// move takes an account out of one list and appends it to another.
func (g *Generator) move(i int32, from, to []int32) ([]int32, []int32) {
	a, last := &g.accounts[i], len(from)-1
	from[a.place] = from[last]
	g.accounts[from[last]].place = a.place
	a.place = int32(len(to))
	return from[:last], append(to, i)
}

func (g *Generator) periodOf(i int32, day cycle.Date) cycle.Period {
	s, err := cycle.NewSchedule(g.accounts[i].anchor, 1)
	if err != nil {
		panic(err) // no anchor is later than the months allow
	}
	k, _ := s.Index(day)
	return s.Period(k)
}

func dateOf(second int64) cycle.Date { return first.AddDays(int(second / day)) }
