package eventtest

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
	picker  Picker
	history *History
	account string
	start   cycle.Date
	hot     []cycle.Date
	billed  []cycle.Date // days that invoices are known to be of
	made    []account.Event
}

// RandomEvents are those of one account, of which so many are at random and the others what follows from them.
func (h *History) RandomEvents(pick Picker, name string, most int) []account.Event {
	first := Must(cycle.NewDate(h.Year, 1, 1))
	t := &teller{picker: pick, history: h, account: name, start: first.AddDays(One(pick, 0, 27, 28, 29, 30, 57, 58, pick(75)))}
	for k := range 8 {
		t.hot = append(t.hot, t.start.AddMonths(k))
	}
	t.create(t.start)
	for range pick(most + 1) {
		t.something()
	}
	t.habits()
	if pick.Chance(35) {
		closed := t.someDay()
		t.add(account.Event{Type: account.Closed}, closed)
		t.create(closed.AddDays(One(pick, 0, 0, 1, 5, 40)))
	}
	if pick.Chance(35) {
		t.billed = t.invoiceDays()
	}
	for len(t.billed) > 0 && pick.Chance(60) {
		t.status()
	}
	for pick.Chance(20) {
		t.void()
	}
	if pick.Chance(10) {
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
		if t.picker.Chance(25) {
			e.Effective = account.PeriodEnd
		}
		t.add(e, t.someDay())
	case r < 38:
		e := account.Event{Type: account.Closed}
		if t.picker.Chance(35) {
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
		at := day.Start(t.history.Policy.TimeZone)
		a, b := t.somePackage(0), t.somePackage(0)
		for range 2 + t.pick(6) {
			if at = at.Add(time.Duration(t.pick(5)*30) * time.Minute); t.picker.Chance(60) {
				t.addAt(t.usage(), at.Add(time.Duration(t.pick(30))*time.Minute))
			}
			t.addAt(account.Event{Type: account.PackageChanged, Package: One(t.picker, a, b, b, t.somePackage(0))}, at)
		}
	case 1: // opened and closed, day after day
		day := t.someDay()
		t.add(account.Event{Type: account.Closed}, day)
		for range 1 + t.pick(4) {
			day = day.AddDays(One(t.picker, 0, 1, 1, 1, 2))
			at := day.Start(t.history.Policy.TimeZone)
			at = at.Add(time.Duration(t.pick(12)) * time.Hour)
			t.addAt(account.Event{Type: account.Created, Package: t.somePackage(0)}, at)
			t.addAt(t.usage(), at.Add(time.Hour))
			t.addAt(account.Event{Type: account.Closed}, at.Add(time.Duration(1+t.pick(9))*time.Hour))
		}
	case 2: // free to paid on a boundary
		k := t.pick(len(t.hot))
		t.add(account.Event{Type: account.PackageChanged, Package: One(t.picker, "Free", "Trial")}, t.hot[k].AddDays(-t.pick(20)))
		t.add(account.Event{Type: account.PackageChanged, Package: t.somePackage(0)}, t.hot[k])
	case 3: // plain dates, day after day
		day := t.someDay()
		for range 2 + t.pick(4) {
			e := One(t.picker, account.Event{Type: account.PackageChanged, Package: t.somePackage(0)}, t.usage(), t.charge(),
				account.Event{Type: account.Closed}, account.Event{Type: account.Created, Package: t.somePackage(0)})
			t.addAt(e, day.Start(t.history.Policy.TimeZone))
			day = day.AddDays(1)
		}
	case 4: // something recorded at the instant of a cut, or a moment from it
		e := t.usage()
		e.RecordedAt = t.someDay().AddDays(t.history.Policy.SettleDays + t.pick(2)).Start(t.history.Policy.TimeZone).Add(time.Duration(t.pick(3)-1) * time.Nanosecond)
		t.addAt(e, e.RecordedAt.AddDate(0, 0, -t.pick(40)))
	}
}

func (t *teller) usage() account.Event {
	return account.Event{Type: account.UsageRecorded, Credits: One[int64](t.picker, 0, 1, 100, 700, 1500, 2500, 6000, int64(t.pick(9000)))}
}

func (t *teller) charge() account.Event {
	e := account.Event{Type: account.ChargeAdded, Description: "extra", Amount: money.New(One[int64](t.picker, 2500, 999, -500, -1250, 0), t.history.Policy.MoneyCurrency())}
	if t.picker.Chance(30) {
		e.PriceList = One(t.picker, account.RetailOnly, account.DistributorOnly)
	}
	return e
}

// status is one of an invoice that is likely there.
func (t *teller) status() {
	day := t.start.AddMonths(t.pick(8))
	if t.picker.Chance(50) {
		of := DayIn(t.made[t.pick(len(t.made))].At, t.history.Policy.TimeZone).AddDays(One(t.picker, 0, 0, 1))
		if of.Before(t.start.AddDays(300)) { // long before the last day billed
			day = of
		}
	}
	if len(t.billed) > 0 {
		day = One(t.picker, t.billed...)
	}
	status := One(t.picker, invoice.Canceled, invoice.Canceled, invoice.Refunded, invoice.Refunded, invoice.Paid, invoice.Unpaid, invoice.Deferred)
	e := account.Event{Type: account.InvoiceStatusChanged, Invoice: invoice.NumbersOf(t.account).On(day).String(), Status: status}
	t.add(e, day.AddDays(One(t.picker, 0, 1, 4, 20, 31, 45, t.pick(90)-5)))
}

// invoiceDays are the days of the invoices that the events so far make.
func (t *teller) invoiceDays() []cycle.Date {
	so := *t.history
	so.Events = t.made
	through := t.start.AddDays(300)
	if so.InvoiceDays != nil {
		return so.InvoiceDays(&so, through)
	}
	bill := Must(account.BillAccount(so.Events, so.Catalogue(), so.Policy, through))
	var days []cycle.Date
	for i := range bill.Invoices {
		days = append(days, bill.Invoices[i].Date)
	}
	return days
}

// void says that an event was entered by mistake: mostly one that is there, on a day after it.
func (t *teller) void() {
	of := &t.made[t.pick(len(t.made))]
	if of.Type == account.Created && t.picker.Chance(60) {
		of = &t.made[t.pick(len(t.made))]
	}
	e := account.Event{Type: account.EventVoided, Voids: of.ID}
	if t.picker.Chance(5) {
		e.Voids = "nonesuch"
	}
	at := of.At
	if t.picker.Chance(60) && !of.RecordedAt.IsZero() {
		at = of.RecordedAt
	}
	if t.picker.Chance(40) {
		t.addAt(e, at.Add(time.Duration(t.pick(16))*time.Hour))
		return
	}
	t.add(e, DayIn(at, t.history.Policy.TimeZone).AddDays(One(t.picker, 0, 1, 1, 10, 33, t.pick(70))))
}

func (t *teller) pick(n int) int { return t.picker(n) }

func (t *teller) somePackage(unknown int) string {
	if t.picker.Chance(unknown) {
		return "Nonesuch"
	}
	return One(t.picker, "Free", "Small", "Gold", "Twin", "Third", "Terms", "Trial", "Free")
}

func (t *teller) someDay() cycle.Date {
	var d cycle.Date
	switch r := t.pick(100); {
	case r < 55:
		d = t.hot[t.pick(len(t.hot))].AddDays(One(t.picker, 0, 0, 0, 0, 1, -1, 2))
	case r < 75:
		d = t.start.AddDays(t.pick(40))
	default:
		d = t.start.AddDays(t.pick(240))
	}
	if d.Before(t.start) && t.picker.Chance(97) {
		d = t.start
	}
	if t.picker.Chance(40) {
		t.hot = append(t.hot, d)
	}
	return d
}

func (t *teller) create(d cycle.Date) {
	e := account.Event{Type: account.Created, Package: t.somePackage(2)}
	if t.picker.Chance(30) {
		e.BillingDate = cycle.MustDate("0001-01-01") // addAt knows the day
	}
	t.add(e, d)
}

// add adds an event of a day, some of them recorded late or early.
func (t *teller) add(e account.Event, d cycle.Date) {
	start := d.Start(t.history.Policy.TimeZone)
	noon := d.Start(nil).Add(12 * time.Hour)
	switch {
	case t.picker.Chance(20):
		late := d.AddDays(One(t.picker, 1, 2, 3, 10, 20, 35, 65, t.pick(70)))
		if t.picker.Chance(50) {
			late = t.hot[t.pick(len(t.hot))]
		}
		e.RecordedAt = late.Start(t.history.Policy.TimeZone).Add(time.Duration(t.pick(2)*12) * time.Hour)
	case t.picker.Chance(6):
		e.RecordedAt = start.AddDate(0, 0, -1-t.pick(40))
	}
	t.addAt(e, One(t.picker, start, start, start, start, start.Add(30*time.Second), start.Add(30*time.Minute), start.Add(-time.Second), noon, noon,
		noon.Add(-12*time.Hour), noon.Add(-4*time.Hour), noon.Add(4*time.Hour+30*time.Minute), noon.Add(12*time.Hour-time.Second)))
}

func (t *teller) addAt(e account.Event, at time.Time) {
	e.At = at
	if !e.BillingDate.IsZero() {
		day := DayIn(e.At, t.history.Policy.TimeZone)
		most := day.AddMonths(1).Sub(day)
		e.BillingDate = day.AddDays(One(t.picker, 1, 2, most, most-1, 1+t.pick(most)))
	}
	e.ID = fmt.Sprintf("%d-%s-%d", t.pick(10), t.account, len(t.made))
	e.Account = t.account
	t.made = append(t.made, e)
}
