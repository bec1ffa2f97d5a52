package account_test

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
	list     invoice.PriceList
	events   []account.Event
}

// through is later than anything that a history can be billed for.
func (h *history) through() cycle.Date { return must(cycle.NewDate(h.year+1, 2, 15)) }

func (h *history) catalogue() invoice.Catalogue {
	return must(invoice.NewCatalogue(h.packages, h.list))
}

// randomHistory is the life of one account under a random policy, billed to end users or to the
// reseller.
func randomHistory(pick picker) *history {
	h := &history{year: 2026}
	if pick.chance(25) {
		h.list = invoice.Distributor
	}
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
// one that is free at first. What the reseller pays is some two thirds, or nothing.
func (h *history) randomPackages(pick picker) {
	currency := h.policy.MoneyCurrency()
	price := func(cents int64) money.Amount {
		if cents == 0 {
			return money.New(0, currency)
		}
		return money.New([]int64{cents / 10, 0, cents, cents*10 + 5}[currency.Digits()], currency)
	}
	pack := func(name string, cents, credits int64, overage, from string) {
		wholesale := price(one(pick, cents*2/3, cents*2/3, cents*2/3, 0))
		p := invoice.Package{Name: name, Price: price(cents), Credits: credits, Overage: must(money.ParseRate(overage)), DistributorPrice: &wholesale}
		if pick.chance(30) {
			rate := must(money.ParseRate(one(pick, "0.0007", "0.00031", "0")))
			p.DistributorOverage = &rate
		}
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

// String writes a history as a scenario file.
func (h *history) String() string {
	var b strings.Builder
	for _, key := range invoice.PolicyKeys() {
		if v := h.policy.Value(key); v != (invoice.Policy{}).Value(key) {
			fmt.Fprintf(&b, "set: %s=%s\n", key, v)
		}
	}
	if h.list == invoice.Distributor {
		b.WriteString("price: distributor\n")
	}
	fmt.Fprintf(&b, "through: %s\n\n", h.through())
	for _, p := range h.packages {
		if !slices.ContainsFunc(h.events, func(e account.Event) bool { return e.Package == p.Name }) {
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
	sorted := slices.SortedFunc(slices.Values(h.events), func(x, y account.Event) int { return x.Compare(&y) })
	for _, e := range sorted {
		fmt.Fprintf(&b, "event | %s | %s", e.At.UTC().Format(time.RFC3339Nano), e.Type)
		separator := " | "
		for _, field := range eventFields(&e) {
			if field.value != "" {
				fmt.Fprintf(&b, "%s%s=%s", separator, field.name, field.value)
				separator = "; "
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

type eventField struct{ name, value string }

func eventFields(e *account.Event) []eventField {
	fields := []eventField{{"id", e.ID}, {"package", e.Package}, {"billing_date", e.BillingDate.String()}, {"invoice", e.Invoice},
		{"description", e.Description}, {"price_list", e.PriceList.String()}, {"event", e.Voids}}
	switch e.Type {
	case account.UsageRecorded:
		fields = append(fields, eventField{"credits", strconv.FormatInt(e.Credits, 10)})
	case account.ChargeAdded:
		fields = append(fields, eventField{"amount", e.Amount.Number()})
	case account.InvoiceStatusChanged:
		fields = append(fields, eventField{"status", e.Status.Key()})
	}
	if e.Effective == account.PeriodEnd {
		fields = append(fields, eventField{"effective", "period_end"})
	}
	if !e.RecordedAt.IsZero() {
		fields = append(fields, eventField{"recorded_at", e.RecordedAt.UTC().Format(time.RFC3339Nano)})
	}
	return fields
}
