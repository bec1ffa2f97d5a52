package account_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// picker picks a number from 0 to n−1: from a seed, from rapid, or from a fuzzer's bytes.
type picker func(n int) int

func drawn(t *rapid.T) picker {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
}

func one[T any](pick picker, of ...T) T { return of[pick(len(of))] }

// chance is true so many times in a hundred.
func (pick picker) chance(percent int) bool { return pick(100) >= 100-percent }

// history is everything that a bill is a function of.
type history struct {
	policy   invoice.Policy
	year     int // in which it begins
	packages []invoice.Package
	events   []account.Event
}

// through is later than anything that a history can be billed for.
func (h *history) through() cycle.Date { return must(cycle.NewDate(h.year+1, 2, 15)) }

func (h *history) catalogue() invoice.Catalogue { return catalogue(h.packages...) }

// randomHistory is the life of one account under a random policy.
func randomHistory(pick picker) *history {
	h := &history{year: 2026}
	h.randomPolicy(pick)
	h.randomPackages(pick)
	h.events = randomEvents(pick, h, "a", 16)
	return h
}

// zones are some with odd clocks, in the years in which they are: midnight is skipped in
// Santiago and comes twice in Havana, in St. John's a minute of the new day is followed by an
// hour of the old, and Apia has no 30 December 2011.
var zones = []struct {
	name string
	year int
}{
	{"UTC", 2026}, {"America/Los_Angeles", 2026}, {"Asia/Tokyo", 2026}, {"Europe/Berlin", 2026}, {"America/Santiago", 2026},
	{"America/Havana", 2026}, {"Pacific/Auckland", 2024}, {"Pacific/Apia", 2011}, {"UTC", 2028}, {"Asia/Beirut", 2026}, {"America/St_Johns", 2010}, {"America/Sao_Paulo", 2018},
}

// randomPolicy sets about half the keys.
func (h *history) randomPolicy(pick picker) {
	set := func(percent int, key string, values ...string) {
		if pick.chance(percent) {
			if err := h.policy.Set(key, one(pick, values...)); err != nil {
				panic(err)
			}
		}
	}
	set(50, "timing", "advance")
	set(50, "day_count", "thirty", "year_365")
	set(50, "round_part", "unused", "each")
	set(50, "close_day", "charged")
	set(50, "rounding", "half_even", "down", "up")
	set(50, "bill_changes", "immediately")
	set(40, "included_credits", "prorated")
	set(40, "free_upgrade", "keep_cycle")
	set(30, "daily_rate", "2:half_up", "4:down", "0:up", "3:half_even", "2:up", "6:half_up", "1:down")
	set(30, "settle_days", "1", "2", "3", "7", "31")
	set(25, "currency", "JPY", "BHD")
	if pick.chance(40) {
		z := zones[pick(len(zones))]
		set(100, "time_zone", z.name)
		h.year = z.year
	}
}

// randomPackages is a list with a free package, two of one price, one whose terms change, and
// one that is free at first.
func (h *history) randomPackages(pick picker) {
	currency := h.policy.MoneyCurrency()
	pack := func(name string, cents, credits int64, overage, from string) {
		minor := []int64{cents / 10, 0, cents, cents*10 + 5}[currency.Digits()]
		if cents == 0 {
			minor = 0
		}
		p := invoice.Package{Name: name, Price: money.New(minor, currency), Credits: credits, Overage: must(money.ParseRate(overage))}
		if from != "" {
			p.EffectiveFrom = date(fmt.Sprintf("%d-%s", h.year, from))
		}
		h.packages = append(h.packages, p)
	}
	pack("Free", 0, 200, "0", "")
	pack("Small", 995, 1000, "0.00047", "")
	pack("Gold", 7995, 5000, "0.001", "")
	pack("Twin", 7995, 8000, "0.002", "")
	pack("Third", one[int64](pick, 10000, 100, 3333, 10), 700, "0.0123", "")
	pack("Terms", 2995, 2000, "0.01", "")
	pack("Terms", 3995, 2500, "0.015", one(pick, "03-01", "03-30", "04-15", "05-28"))
	pack("Terms", 1995, 1500, "0.005", one(pick, "06-01", "06-30", "07-15", "07-28"))
	pack("Trial", 0, 100, "0.01", "")
	pack("Trial", 1295, 100, "0.01", one(pick, "02-28", "03-15", "04-01"))
}

// teller makes up the events of one account. Its days cluster: on boundaries, around them,
// and on days that something else happened on.
type teller struct {
	picker
	*history
	account string
	start   cycle.Date
	hot     []cycle.Date
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
	if pick.chance(35) {
		closed := t.someDay()
		t.add(account.Event{Type: account.Closed}, closed)
		t.create(closed.AddDays(one(pick, 0, 0, 1, 5, 40)))
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
	case r < 31:
		e := account.Event{Type: account.PackageChanged, Package: t.somePackage(3)}
		if t.chance(25) {
			e.Effective = account.PeriodEnd
		}
		t.add(e, t.someDay())
	case r < 41:
		e := account.Event{Type: account.Closed}
		if t.chance(35) {
			e.Effective = account.PeriodEnd
		}
		t.add(e, t.someDay())
	case r < 50:
		t.create(t.someDay())
	case r < 56:
		t.add(account.Event{Type: account.ChangeCancelled}, t.someDay())
	case r < 84:
		t.add(account.Event{Type: account.UsageRecorded, Credits: one[int64](t.picker, 0, 1, 100, 700, 1500, 2500, 6000, int64(t.pick(9000)))}, t.someDay())
	case r < 96:
		amount := money.New(one[int64](t.picker, 2500, 999, -500, -1250, 0), t.policy.MoneyCurrency())
		t.add(account.Event{Type: account.ChargeAdded, Amount: amount, Description: "extra"}, t.someDay())
	default:
		number := invoice.NumbersOf(t.account).On(t.someDay()).String()
		t.add(account.Event{Type: account.InvoiceStatusChanged, Invoice: number, Status: invoice.Status(t.pick(5))}, t.someDay())
	}
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
		e.BillingDate = date("0001-01-01") // add knows the day
	}
	t.add(e, d)
}

// add dates an event and adds it.
func (t *teller) add(e account.Event, d cycle.Date) {
	start := d.Start(t.policy.TimeZone)
	noon := d.Start(nil).Add(12 * time.Hour)
	e.At = one(t.picker, start, start, start.Add(30*time.Second), start.Add(30*time.Minute), start.Add(-time.Second), noon, noon, noon.Add(-12*time.Hour),
		noon.Add(-4*time.Hour), noon.Add(4*time.Hour+30*time.Minute), noon.Add(12*time.Hour-time.Second))
	switch {
	case t.chance(20):
		late := d.AddDays(one(t.picker, 1, 2, 3, 10, 20, 35, 65, t.pick(70)))
		if t.chance(50) {
			late = t.hot[t.pick(len(t.hot))]
		}
		e.RecordedAt = late.Start(t.policy.TimeZone).Add(time.Duration(t.pick(2)*12) * time.Hour)
	case t.chance(6):
		e.RecordedAt = e.At.AddDate(0, 0, -1-t.pick(40))
	}
	if !e.BillingDate.IsZero() {
		day := dayIn(e.At, t.policy.TimeZone)
		most := day.AddMonths(1).Sub(day)
		e.BillingDate = day.AddDays(one(t.picker, 1, 2, most, most-1, 1+t.pick(most)))
	}
	e.ID = fmt.Sprintf("%d-%s-%d", t.pick(10), t.account, len(t.made))
	e.Account = t.account
	t.made = append(t.made, e)
}

// String writes a history as a scenario file.
func (h *history) String() string {
	var b strings.Builder
	for _, key := range invoice.PolicyKeys() {
		if v := h.policy.Value(key); v != (invoice.Policy{}).Value(key) {
			fmt.Fprintf(&b, "set: %s=%s\n", key, v)
		}
	}
	fmt.Fprintf(&b, "through: %s\n\n", h.through())
	for _, p := range h.packages {
		if slices.ContainsFunc(h.events, func(e account.Event) bool { return e.Package == p.Name }) {
			fmt.Fprintf(&b, "%s | %s | %d | %s | %s\n", p.Name, p.Price.Number(), p.Credits, p.Overage, p.EffectiveFrom)
		}
	}
	b.WriteByte('\n')
	sorted := slices.SortedFunc(slices.Values(h.events), func(x, y account.Event) int { return x.Compare(&y) })
	for _, e := range sorted {
		fmt.Fprintf(&b, "event | %s | %s | id=%s", e.At.UTC().Format(time.RFC3339), e.Type, e.ID)
		for name, value := range map[string]string{"package": e.Package, "billing_date": e.BillingDate.String(), "invoice": e.Invoice} {
			if value != "" {
				fmt.Fprintf(&b, "; %s=%s", name, value)
			}
		}
		switch e.Type {
		case account.UsageRecorded:
			fmt.Fprintf(&b, "; credits=%d", e.Credits)
		case account.ChargeAdded:
			fmt.Fprintf(&b, "; amount=%s; description=%s", e.Amount.Number(), e.Description)
		case account.InvoiceStatusChanged:
			fmt.Fprintf(&b, "; status=%s", e.Status.Key())
		}
		if e.Effective == account.PeriodEnd {
			b.WriteString("; effective=period_end")
		}
		if !e.RecordedAt.IsZero() {
			fmt.Fprintf(&b, "; recorded_at=%s", e.RecordedAt.UTC().Format(time.RFC3339))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
