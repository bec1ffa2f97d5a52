package eventtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Picker picks a number from 0 to n−1: from a seed, from rapid, or from a fuzzer's bytes.
type Picker func(n int) int

// Drawn picks by what rapid draws.
func Drawn(t *rapid.T) Picker {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
}

// One picks one of some.
func One[T any](pick Picker, of ...T) T { return of[pick(len(of))] }

// chance is true so many times in a hundred.
func (pick Picker) Chance(percent int) bool { return pick(100) >= 100-percent }

// History is everything that a bill is a function of.
type History struct {
	Policy   invoice.Policy
	Year     int // in which it begins
	Packages []invoice.Package
	List     invoice.PriceList
	Events   []account.Event

	// InvoiceDays are the days of the invoices of it through a day; nil for those that are billed.
	InvoiceDays func(h *History, through cycle.Date) []cycle.Date
}

// Through is later than anything that a history can be billed for.
func (h *History) Through() cycle.Date { return Must(cycle.NewDate(h.Year+1, 2, 15)) }

// Catalogue is that of the packages and the list.
func (h *History) Catalogue() invoice.Catalogue {
	return Must(invoice.NewCatalogue(h.Packages, h.List))
}

// Random makes a history the life of one account under a random policy, billed to end users or to
// the reseller.
func (h *History) Random(pick Picker) {
	h.Year = 2026
	if pick.Chance(25) {
		h.List = invoice.Distributor
	}
	h.RandomPolicy(pick)
	h.RandomPackages(pick)
	h.Events = h.RandomEvents(pick, "a", 16)
}

// Zones are some with odd clocks, in the years in which they are: midnight is skipped in
// Santiago and comes twice in Havana, in St. John's a minute of the new day is followed by an
// hour of the old, and Apia has no 30 December 2011.
var Zones = []struct {
	Name string
	Year int
}{
	{"UTC", 2026}, {"America/Los_Angeles", 2026}, {"Asia/Tokyo", 2026}, {"Europe/Berlin", 2026}, {"America/Santiago", 2026},
	{"America/Havana", 2026}, {"Pacific/Auckland", 2024}, {"Pacific/Apia", 2011}, {"UTC", 2028}, {"Asia/Beirut", 2026}, {"America/St_Johns", 2010}, {"America/Sao_Paulo", 2018},
}

// RandomPolicy sets about half the keys.
func (h *History) RandomPolicy(pick Picker) {
	set := func(percent int, key string, values ...string) {
		if pick.Chance(percent) {
			if err := h.Policy.Set(key, One(pick, values...)); err != nil {
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
	if pick.Chance(40) {
		z := Zones[pick(len(Zones))]
		set(100, "time_zone", z.Name)
		h.Year = z.Year
	}
}

// RandomPackages is a list with a free package, two of one price, one whose terms change, and
// one that is free at first. What the reseller pays is some two thirds, or nothing.
func (h *History) RandomPackages(pick Picker) {
	currency := h.Policy.MoneyCurrency()
	price := func(cents int64) money.Amount {
		if cents == 0 {
			return money.New(0, currency)
		}
		return money.New([]int64{cents / 10, 0, cents, cents*10 + 5}[currency.Digits()], currency)
	}
	pack := func(name string, cents, credits int64, overage, from string) {
		wholesale := price(One(pick, cents*2/3, cents*2/3, cents*2/3, 0))
		p := invoice.Package{Name: name, Price: price(cents), Credits: credits, Overage: Must(money.ParseRate(overage)), DistributorPrice: &wholesale}
		if pick.Chance(30) {
			rate := Must(money.ParseRate(One(pick, "0.0007", "0.00031", "0")))
			p.DistributorOverage = &rate
		}
		if from != "" {
			p.EffectiveFrom = cycle.MustDate(fmt.Sprintf("%d-%s", h.Year, from))
		}
		h.Packages = append(h.Packages, p)
	}
	pack("Free", 0, 200, "0", "")
	pack("Small", 995, 1000, "0.00047", "")
	pack("Gold", 7995, 5000, "0.001", "")
	pack("Twin", 7995, 8000, "0.002", "")
	pack("Third", One[int64](pick, 10000, 100, 3333, 10), 700, "0.0123", "")
	pack("Terms", 2995, 2000, "0.01", "")
	pack("Terms", 3995, 2500, "0.015", One(pick, "03-01", "03-30", "04-15", "05-28"))
	pack("Terms", 1995, 1500, "0.005", One(pick, "06-01", "06-30", "07-15", "07-28"))
	pack("Trial", 0, 100, "0.01", "")
	pack("Trial", 1295, 100, "0.01", One(pick, "02-28", "03-15", "04-01"))
}

// String writes a history as a scenario file.
func (h *History) String() string {
	var b strings.Builder
	for _, key := range invoice.PolicyKeys() {
		if v := h.Policy.Value(key); v != (invoice.Policy{}).Value(key) {
			fmt.Fprintf(&b, "set: %s=%s\n", key, v)
		}
	}
	if h.List == invoice.Distributor {
		b.WriteString("price: distributor\n")
	}
	fmt.Fprintf(&b, "through: %s\n\n", h.Through())
	for _, p := range h.Packages {
		if !slices.ContainsFunc(h.Events, func(e account.Event) bool { return e.Package == p.Name }) {
			continue
		}
		fmt.Fprintf(&b, "%s | %s | %d | %s | %s", p.Name, p.Price.Number(), p.Credits, p.Overage, p.EffectiveFrom)
		if p.DistributorPrice != nil {
			fmt.Fprintf(&b, " | %s", p.DistributorPrice.Number())
		}
		if p.DistributorOverage != nil {
			fmt.Fprintf(&b, " | %s", p.DistributorOverage)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	sorted := slices.SortedFunc(slices.Values(h.Events), func(x, y account.Event) int { return x.Compare(&y) })
	for _, e := range sorted {
		fmt.Fprintf(&b, "event | %s | %s", e.At.UTC().Format(time.RFC3339Nano), e.Type)
		separator := " | "
		for _, field := range EventFields(&e) {
			if field.Value != "" {
				fmt.Fprintf(&b, "%s%s=%s", separator, field.Name, field.Value)
				separator = "; "
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// EventField is what a scenario says of an event beyond its instant and type.
type EventField struct{ Name, Value string }

// EventFields are those of an event, some of them empty.
func EventFields(e *account.Event) []EventField {
	fields := []EventField{{"id", e.ID}, {"package", e.Package}, {"billing_date", e.BillingDate.String()}, {"invoice", e.Invoice},
		{"description", e.Description}, {"price_list", e.PriceList.String()}, {"event", e.Voids}}
	switch e.Type {
	case account.UsageRecorded:
		fields = append(fields, EventField{"credits", strconv.FormatInt(e.Credits, 10)})
	case account.ChargeAdded:
		fields = append(fields, EventField{"amount", e.Amount.Number()})
	case account.InvoiceStatusChanged:
		fields = append(fields, EventField{"status", e.Status.Key()})
	}
	if e.Effective == account.PeriodEnd {
		fields = append(fields, EventField{"effective", "period_end"})
	}
	if !e.RecordedAt.IsZero() {
		fields = append(fields, EventField{"recorded_at", e.RecordedAt.UTC().Format(time.RFC3339Nano)})
	}
	return fields
}
