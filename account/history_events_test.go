package account_test

import (
	"fmt"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// teller makes up the events of one account. Its days cluster: on boundaries, around them,
// and on days that something else happened on.
type teller struct {
	picker
	*history
	account string
	start   cycle.Date
	hot     []cycle.Date
	billed  []cycle.Date // days that invoices are known to be of
	made    []account.Event
}

func randomEvents(pick picker, h *history, name string, most int) []account.Event {
	first := must(cycle.NewDate(h.year, 1, 1))
	t := &teller{picker: pick, history: h, account: name, start: first.AddDays(one(pick, 0, 27, 28, 29, 30, 57, 58, pick(75)))}
	for k := range 8 {
		t.hot = append(t.hot, t.start.AddMonths(k))
	}
	t.create(t.start)
	for range pick(most + 1) {
		t.something()
	}
	t.habits()
	if pick.chance(35) {
		closed := t.someDay()
		t.add(account.Event{Type: account.Closed}, closed)
		t.create(closed.AddDays(one(pick, 0, 0, 1, 5, 40)))
	}
	if pick.chance(35) {
		t.billed = t.invoiceDays()
	}
	for len(t.billed) > 0 && pick.chance(60) {
		t.status()
	}
	for pick.chance(20) {
		t.void()
	}
	if pick.chance(10) {
		t.made = append(t.made, t.made[pick(len(t.made))])
	}
	for i := len(t.made) - 1; i > 0; i-- {
		j := pick(i + 1)
		t.made[i], t.made[j] = t.made[j], t.made[i]
	}
	return t.made
}

func (t *teller) something() {
	switch r := t.pick(100); {
	case r < 29:
		e := account.Event{Type: account.PackageChanged, Package: t.somePackage(3)}
		if t.chance(25) {
			e.Effective = account.PeriodEnd
		}
		t.add(e, t.someDay())
	case r < 38:
		e := account.Event{Type: account.Closed}
		if t.chance(35) {
			e.Effective = account.PeriodEnd
		}
		t.add(e, t.someDay())
	case r < 46:
		t.create(t.someDay())
	case r < 51:
		t.add(account.Event{Type: account.ChangeCancelled}, t.someDay())
	case r < 77:
		t.add(t.usage(), t.someDay())
	case r < 88:
		t.add(t.charge(), t.someDay())
	case r < 96:
		t.status()
	default:
		t.void()
	}
}

// habits are what random days seldom make: some accounts have one.
func (t *teller) habits() {
	switch t.pick(9) {
	case 0: // to and fro on one day
		day := t.someDay()
		at := day.Start(t.policy.TimeZone)
		a, b := t.somePackage(0), t.somePackage(0)
		for range 2 + t.pick(6) {
			if at = at.Add(time.Duration(t.pick(5)*30) * time.Minute); t.chance(60) {
				t.addAt(t.usage(), at.Add(time.Duration(t.pick(30))*time.Minute))
			}
			t.addAt(account.Event{Type: account.PackageChanged, Package: one(t.picker, a, b, b, t.somePackage(0))}, at)
		}
	case 1: // opened and closed, day after day
		day := t.someDay()
		t.add(account.Event{Type: account.Closed}, day)
		for range 1 + t.pick(4) {
			day = day.AddDays(one(t.picker, 0, 1, 1, 1, 2))
			at := day.Start(t.policy.TimeZone)
			at = at.Add(time.Duration(t.pick(12)) * time.Hour)
			t.addAt(account.Event{Type: account.Created, Package: t.somePackage(0)}, at)
			t.addAt(t.usage(), at.Add(time.Hour))
			t.addAt(account.Event{Type: account.Closed}, at.Add(time.Duration(1+t.pick(9))*time.Hour))
		}
	case 2: // free to paid on a boundary
		k := t.pick(len(t.hot))
		t.add(account.Event{Type: account.PackageChanged, Package: one(t.picker, "Free", "Trial")}, t.hot[k].AddDays(-t.pick(20)))
		t.add(account.Event{Type: account.PackageChanged, Package: t.somePackage(0)}, t.hot[k])
	case 3: // plain dates, day after day
		day := t.someDay()
		for range 2 + t.pick(4) {
			e := one(t.picker, account.Event{Type: account.PackageChanged, Package: t.somePackage(0)}, t.usage(), t.charge(),
				account.Event{Type: account.Closed}, account.Event{Type: account.Created, Package: t.somePackage(0)})
			t.addAt(e, day.Start(t.policy.TimeZone))
			day = day.AddDays(1)
		}
	case 4: // something recorded at the instant of a cut, or a moment from it
		e := t.usage()
		e.RecordedAt = t.someDay().AddDays(t.policy.SettleDays + t.pick(2)).Start(t.policy.TimeZone).Add(time.Duration(t.pick(3)-1) * time.Nanosecond)
		t.addAt(e, e.RecordedAt.AddDate(0, 0, -t.pick(40)))
	}
}

func (t *teller) usage() account.Event {
	return account.Event{Type: account.UsageRecorded, Credits: one[int64](t.picker, 0, 1, 100, 700, 1500, 2500, 6000, int64(t.pick(9000)))}
}

func (t *teller) charge() account.Event {
	e := account.Event{Type: account.ChargeAdded, Description: "extra", Amount: money.New(one[int64](t.picker, 2500, 999, -500, -1250, 0), t.policy.MoneyCurrency())}
	if t.chance(30) {
		e.PriceList = one(t.picker, account.RetailOnly, account.DistributorOnly)
	}
	return e
}

// status is one of an invoice that is likely there.
func (t *teller) status() {
	day := t.start.AddMonths(t.pick(8))
	if t.chance(50) {
		of := dayIn(t.made[t.pick(len(t.made))].At, t.policy.TimeZone).AddDays(one(t.picker, 0, 0, 1))
		if of.Before(t.start.AddDays(300)) { // long before the last day billed
			day = of
		}
	}
	if len(t.billed) > 0 {
		day = one(t.picker, t.billed...)
	}
	status := one(t.picker, invoice.Canceled, invoice.Canceled, invoice.Refunded, invoice.Refunded, invoice.Paid, invoice.Unpaid, invoice.Deferred)
	e := account.Event{Type: account.InvoiceStatusChanged, Invoice: invoice.NumbersOf(t.account).On(day).String(), Status: status}
	t.add(e, day.AddDays(one(t.picker, 0, 1, 4, 20, 31, 45, t.pick(90)-5)))
}

// invoiceDays are the days of the invoices that the events so far make.
func (t *teller) invoiceDays() []cycle.Date {
	so := *t.history
	so.events = t.made
	var days []cycle.Date
	for _, b := range newOracle(&so).bill(civilDate(t.start.AddDays(300))) {
		days = append(days, dateOf(b.cut.day))
	}
	return days
}

// void says that an event was entered by mistake: mostly one that is there, on a day after it.
func (t *teller) void() {
	of := &t.made[t.pick(len(t.made))]
	if of.Type == account.Created && t.chance(60) {
		of = &t.made[t.pick(len(t.made))]
	}
	e := account.Event{Type: account.EventVoided, Voids: of.ID}
	if t.chance(5) {
		e.Voids = "nonesuch"
	}
	at := of.At
	if t.chance(60) && !of.RecordedAt.IsZero() {
		at = of.RecordedAt
	}
	if t.chance(40) {
		t.addAt(e, at.Add(time.Duration(t.pick(16))*time.Hour))
		return
	}
	t.add(e, dayIn(at, t.policy.TimeZone).AddDays(one(t.picker, 0, 1, 1, 10, 33, t.pick(70))))
}

func (t *teller) pick(n int) int { return t.picker(n) }

func (t *teller) somePackage(unknown int) string {
	if t.chance(unknown) {
		return "Nonesuch"
	}
	return one(t.picker, "Free", "Small", "Gold", "Twin", "Third", "Terms", "Trial", "Free")
}

func (t *teller) someDay() cycle.Date {
	var d cycle.Date
	switch r := t.pick(100); {
	case r < 55:
		d = t.hot[t.pick(len(t.hot))].AddDays(one(t.picker, 0, 0, 0, 0, 1, -1, 2))
	case r < 75:
		d = t.start.AddDays(t.pick(40))
	default:
		d = t.start.AddDays(t.pick(240))
	}
	if d.Before(t.start) && t.chance(97) {
		d = t.start
	}
	if t.chance(40) {
		t.hot = append(t.hot, d)
	}
	return d
}

func (t *teller) create(d cycle.Date) {
	e := account.Event{Type: account.Created, Package: t.somePackage(2)}
	if t.chance(30) {
		e.BillingDate = date("0001-01-01") // addAt knows the day
	}
	t.add(e, d)
}

// add adds an event of a day, some of them recorded late or early.
func (t *teller) add(e account.Event, d cycle.Date) {
	start := d.Start(t.policy.TimeZone)
	noon := d.Start(nil).Add(12 * time.Hour)
	switch {
	case t.chance(20):
		late := d.AddDays(one(t.picker, 1, 2, 3, 10, 20, 35, 65, t.pick(70)))
		if t.chance(50) {
			late = t.hot[t.pick(len(t.hot))]
		}
		e.RecordedAt = late.Start(t.policy.TimeZone).Add(time.Duration(t.pick(2)*12) * time.Hour)
	case t.chance(6):
		e.RecordedAt = start.AddDate(0, 0, -1-t.pick(40))
	}
	t.addAt(e, one(t.picker, start, start, start, start, start.Add(30*time.Second), start.Add(30*time.Minute), start.Add(-time.Second), noon, noon,
		noon.Add(-12*time.Hour), noon.Add(-4*time.Hour), noon.Add(4*time.Hour+30*time.Minute), noon.Add(12*time.Hour-time.Second)))
}

func (t *teller) addAt(e account.Event, at time.Time) {
	e.At = at
	if !e.BillingDate.IsZero() {
		day := dayIn(e.At, t.policy.TimeZone)
		most := day.AddMonths(1).Sub(day)
		e.BillingDate = day.AddDays(one(t.picker, 1, 2, most, most-1, 1+t.pick(most)))
	}
	e.ID = fmt.Sprintf("%d-%s-%d", t.pick(10), t.account, len(t.made))
	e.Account = t.account
	t.made = append(t.made, e)
}
