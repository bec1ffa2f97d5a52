package account_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// always is an instant by which everything is final.
var always = at("9000-01-01")

// bookkeeper issues invoices now and then, and notes events as they are recorded.
type bookkeeper struct {
	*history
	pick   picker
	biller *account.Biller
	issued []invoice.Invoice
	read   func([]invoice.Invoice) []invoice.Invoice // how what was issued is read each time

	// Of the run before, for one since what stands.
	stands      cycle.Date
	known, kept map[string]bool   // the events that it knew, and those of them that are not left out, by their ids
	lines       []invoice.Invoice // all that were issued, without what is left out
	wrong       string            // about a run since then
}

// runs are how many were made, and how many of them were again, of what is needed since what stood.
var runs, runsSince atomic.Int64

func newBookkeeper(h *history, pick picker) *bookkeeper {
	return &bookkeeper{history: h, pick: pick, biller: must(account.NewBiller(h.Catalogue(), h.Policy)),
		read: eventtest.One(pick, slices.Clone[[]invoice.Invoice], readAgain, readBilled)}
}

// recordedBy are the events recorded by an instant.
func (b *bookkeeper) recordedBy(by time.Time) (events []account.Event) {
	for i := range b.Events {
		if !recordedAt(&b.Events[i]).After(by) {
			events = append(events, b.Events[i])
		}
	}
	return events
}

// run issues what is new by an instant.
func (b *bookkeeper) run(by time.Time, through cycle.Date) account.Issuance {
	is := must(b.biller.Issue(b.recordedBy(by), b.read(b.issued), through, by))
	b.runSince(is, by, through)
	b.issued = append(slices.Clip(b.issued), is.Invoices...)
	if n := len(b.issued); n > 0 {
		from := account.CountsFrom(b.Policy, b.issued[n-1].Date)
		for i := range b.Events { // what is recorded from now on
			if e := &b.Events[i]; recordedAt(e).After(by) && recordedAt(e).Before(from) {
				e.RecordedAt = from
			}
		}
	}
	return is
}

// runSince does what a run did, by what is needed since what stood after the one before, and notes what stands now.
func (b *bookkeeper) runSince(want account.Issuance, by time.Time, through cycle.Date) {
	var events []account.Event
	for _, e := range b.recordedBy(by) {
		if !b.known[e.ID] || b.kept[e.ID] {
			events = append(events, e)
		}
	}
	runs.Add(1)
	if !b.stands.IsZero() {
		is, err := b.biller.IssueSince(account.Since{Stands: b.stands}, events, b.lines, through, by)
		switch {
		case errors.Is(err, account.ErrLeftOut):
		case err != nil:
			b.wrong = err.Error()
		case !slices.Equal(b.told(is), b.told(want)):
			b.wrong = fmt.Sprintf("at %s, since %s, it tells of %v, and of all, of %v", by, b.stands, b.told(is), b.told(want))
		case invoicesJSON(is.Invoices) != invoicesJSON(want.Invoices) || is.Next != want.Next || is.Passed != want.Passed:
			b.wrong = fmt.Sprintf("at %s, since %s, next %s and passed %s:\n%s\nand of all, next %s and passed %s:\n%s", by, b.stands, is.Next, is.Passed, invoicesJSON(is.Invoices), want.Next, want.Passed, invoicesJSON(want.Invoices))
		default:
			runsSince.Add(1)
			want.Stands = is.Stands
		}
	}
	if b.stands = want.Stands; b.stands.IsZero() {
		return
	}
	b.known, b.kept = map[string]bool{}, map[string]bool{}
	for _, e := range b.recordedBy(by) {
		b.known[e.ID] = true
		b.kept[e.ID] = !e.LeftOut(b.stands)
	}
	b.lines = neededSince(b.stands, slices.Concat(b.issued, want.Invoices))
}

// neededSince are invoices that were issued, without what is left out of them since a day.
func neededSince(day cycle.Date, issued []invoice.Invoice) []invoice.Invoice {
	needed := readAgain(issued)
	for i := range needed {
		needed[i].Lines = slices.DeleteFunc(needed[i].Lines, func(l invoice.Line) bool { return l.Key().Period.Before(day) })
	}
	return slices.DeleteFunc(needed, func(inv invoice.Invoice) bool { return inv.Date.Before(day) && len(inv.Lines) == 0 })
}

// told are the anomalies of events that the run before did not know.
func (b *bookkeeper) told(is account.Issuance) (ids []string) {
	for _, a := range is.Anomalies {
		if !b.known[a.Event.ID] {
			ids = append(ids, a.Event.ID+" "+a.Reason)
		}
	}
	return ids
}

func readAgain(invoices []invoice.Invoice) (read []invoice.Invoice) {
	for i := range invoices {
		var inv invoice.Invoice
		if err := json.Unmarshal(invoices[i].AppendJSON(nil), &inv); err != nil {
			panic(err)
		}
		read = append(read, inv)
	}
	return read
}

// readBilled reads what invoices billed, and nothing else of them.
func readBilled(invoices []invoice.Invoice) []invoice.Invoice {
	var text []byte
	for i := range invoices {
		text = invoices[i].AppendBilled(text)
	}
	rest, read := string(text), make([]invoice.Invoice, len(invoices))
	for i := range read {
		rest = must(read[i].ReadBilled(rest))
		read[i].Account = invoices[i].Account
	}
	return read
}

// instants are some at which to issue, in order: random ones, and those at which something happens or is recorded, or a moment
// from it.
func (b *bookkeeper) instants() (all []time.Time) {
	start := date(b.inYear("01-01"))
	for range 1 + b.pick(12) {
		day := start.AddDays(b.pick(400) - 20)
		t := day.Start(b.Policy.TimeZone).Add(time.Duration(b.pick(25)) * time.Hour)
		if b.pick.Chance(50) {
			e := &b.Events[b.pick(len(b.Events))]
			t = eventtest.One(b.pick, e.At, recordedAt(e), dayIn(e.At, b.Policy.TimeZone).AddDays(b.pick(2)+b.Policy.SettleDays).Start(b.Policy.TimeZone))
			t = t.Add(time.Duration(b.pick(3)-1) * time.Nanosecond)
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(x, y time.Time) int { return x.Compare(y) })
	return all
}

// asIssued are invoices with the statuses of their issue.
func asIssued(invoices []invoice.Invoice) (all []string) {
	for _, inv := range invoices {
		if inv.Status = invoice.Unpaid; inv.FinalAmount.IsZero() {
			inv.Status = invoice.Paid
		}
		all = append(all, string(inv.AppendJSON(nil)))
	}
	return all
}

// issuing is how runs at some instants are not what the laws say, or nothing.
func issuing(h *history, pick picker) string {
	b := newBookkeeper(h, pick)
	var last time.Time
	for _, by := range b.instants() {
		var through cycle.Date
		if pick.Chance(20) {
			through = date(h.inYear("01-01")).AddDays(pick(400))
		}
		is := b.run(by, through)
		if b.wrong != "" {
			return b.wrong
		}
		for _, inv := range is.Invoices {
			if inv.CutAt.After(by) {
				return fmt.Sprintf("issued at %s, before its cut: %s", by, inv.AppendJSON(nil))
			}
		}
		if again := b.run(by, through); len(again.Invoices) > 0 {
			return fmt.Sprintf("a second run at %s issues\n%s", by, invoicesJSON(again.Invoices))
		}
		if through.IsZero() {
			last = by
			if said := b.nothingUntil(is.Next, by); said != "" {
				return said
			}
		}
	}
	replayed := must(account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through().AddMonths(12))) // some instants are late
	all, have := asIssued(replayed.Invoices), asIssued(b.issued)
	n := min(len(all), len(have))
	if !slices.Equal(all[:n], have) {
		return fmt.Sprintf("replayed\n%s\nissued\n%s", strings.Join(all[:n], "\n"), strings.Join(have, "\n"))
	}
	if said := b.statuses(replayed.Invoices[:n]); said != "" {
		return said
	}
	for i, inv := range replayed.Invoices[n:] {
		if !account.CountsFrom(h.Policy, inv.Date).After(last) {
			return fmt.Sprintf("not issued by %s: %s", last, all[n+i])
		}
	}
	return ""
}

// statuses is how those that events give to what was issued, all of it or some, are not those of a replay, or nothing.
func (b *bookkeeper) statuses(replayed []invoice.Invoice) string {
	changes := slices.DeleteFunc(slices.Clone(b.Events), func(e account.Event) bool { return e.Type == account.UsageRecorded && b.pick.Chance(90) })
	var issued, want []invoice.Invoice
	for i := range replayed {
		if b.pick.Chance(70) {
			issued, want = append(issued, b.issued[i]), append(want, replayed[i])
		}
	}
	if err := b.biller.SetStatuses(changes, issued); err != nil {
		return err.Error()
	}
	for i := range issued {
		if issued[i].Status != want[i].Status {
			return fmt.Sprintf("%s is %s, but replayed it is %s", issued[i].Number, issued[i].Status, want[i].Status)
		}
	}
	return ""
}

// nothingUntil is what is issued, though nothing more is recorded, before the day on which something may be.
func (b *bookkeeper) nothingUntil(next cycle.Date, by time.Time) string {
	end := b.Through()
	if !next.IsZero() {
		end = next.AddDays(-1)
	}
	is := must(b.biller.Issue(b.recordedBy(by), b.issued, end, always))
	if len(is.Invoices) == 0 {
		return ""
	}
	return fmt.Sprintf("at %s the next day is %q, but there is\n%s", by, next, invoicesJSON(is.Invoices))
}

// Law: runs on any sequence of instants, each with the events recorded by then, issue together what one replay prints for the
// invoices final by then: the same bytes. A second run at the same instant issues nothing, an issued invoice never appears
// again, and numbers are those that replay prints. A run that leaves out what stands, where it may, issues the same.
func TestLawIssuedIsReplayed(t *testing.T) {
	checkHistories(t, issuing)
	if runs.Load() > 1000 {
		require.Greater(t, 10*runsSince.Load(), runs.Load(), "one in ten runs leaves out what stands")
	}
}

// sums is how what is issued does not add up to what is owed, after something was changed that is never to change, or nothing.
func sums(h *history, pick picker) string {
	h.without(account.InvoiceStatusChanged) // canceled and refunded invoices count otherwise
	if len(h.Events) == 0 {
		return ""
	}
	b := newBookkeeper(h, pick)
	for _, by := range b.instants() {
		if end := date(h.inYear("12-28")).Start(nil); by.After(end) { // so that a boundary is left to settle on
			by = end
		}
		b.run(by, cycle.Date{})
	}
	what := b.tamper()
	if len(h.Events) == 0 {
		return ""
	}
	is, err := account.Issue(account.Issuing{Events: h.Events, Issued: b.issued, Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), By: always})
	owed, wrong := account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through())
	if wrong != nil { // a billing date is too late in another time zone, say
		return ""
	}
	if err != nil {
		return err.Error()
	}
	for _, read := range []func([]invoice.Invoice) []invoice.Invoice{readAgain, readBilled} {
		again := must(account.Issue(account.Issuing{Events: h.Events, Issued: read(b.issued), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), By: always}))
		if want, have := invoicesJSON(is.Invoices), invoicesJSON(again.Invoices); have != want {
			return fmt.Sprintf("%s: new is\n%s\nand, with what was issued read again,\n%s", what, want, have)
		}
	}
	if was, new, is := sum(b.issued, finalAmount), sum(is.Invoices, finalAmount), sum(owed.Invoices, finalAmount); was+new != is {
		return fmt.Sprintf("%s: %d was issued and %d is new, but %d is owed", what, was, new, is)
	}
	return ""
}

// tamper changes what is never to change, and says what.
func (b *bookkeeper) tamper() string {
	switch b.pick(6) {
	case 0:
		other := randomHistory(b.pick)
		other.without(account.InvoiceStatusChanged)
		for i := range other.Events {
			if e := other.Events[i]; e.At.Year() == b.Year {
				e.ID += "-new"
				e.RecordedAt = time.Time{}
				e.Amount = money.New(e.Amount.Minor(), b.Policy.MoneyCurrency())
				b.Events = append(b.Events, e)
			}
		}
		return "events that nobody knew"
	case 1:
		kept := slices.Clone(b.Events)
		b.Events = slices.DeleteFunc(kept, func(account.Event) bool { return b.pick.Chance(30) })
		return "events that are gone"
	case 2:
		for i := range b.Packages {
			p := &b.Packages[i]
			p.Price = money.New(p.Price.Minor()/2+int64(b.pick(50)), p.Price.Currency())
			p.Credits /= 2
		}
		return "other prices"
	case 3:
		currency, year := b.Policy.Value("currency"), b.Year
		b.RandomPolicy(b.pick)
		b.Year, b.Policy = year, withKey(b.Policy, "currency="+currency)
		return "another policy"
	case 4:
		gone := b.Packages[b.pick(len(b.Packages))].Name
		b.Packages = slices.DeleteFunc(slices.Clone(b.Packages), func(p invoice.Package) bool { return p.Name == gone })
		return "a package that is gone"
	}
	b.issued = readAgain(b.issued)
	for i := range b.issued {
		inv := &b.issued[i]
		for n := range inv.Lines {
			off := money.New(int64(b.pick(1000)-500), inv.FinalAmount.Currency())
			inv.Lines[n].Amount = must(inv.Lines[n].Amount.Add(off))
			inv.FinalAmount = must(inv.FinalAmount.Add(off))
		}
	}
	return "figures altered by hand"
}

// Law: whatever is changed afterwards, what was issued and what is new add up to what is owed.
func TestLawIssuedAndNewAreOwed(t *testing.T) {
	checkHistories(t, sums)
}

// checkHistories looks at random histories, and shows the smallest that is not as it should be.
func checkHistories(t *testing.T, wrong func(h *history, pick picker) string) {
	t.Parallel()
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano()) % 1e12
	}
	count := *histories
	if testing.Short() {
		count = min(count, 100)
	}
	for i := range count {
		n := first + uint64(i)
		said := func(h *history) string {
			copied := *h
			copied.Events = slices.Clone(h.Events)
			if _, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through()); err != nil {
				return "" // made smaller so that it cannot be billed
			}
			return wrong(&copied, rand.New(rand.NewPCG(n, 1)).IntN)
		}
		h := &history{} // whose invoices are those that are billed: to ask the oracle for them takes most of the time
		h.Random(rand.New(rand.NewPCG(n, n)).IntN)
		if said(h) == "" {
			continue
		}
		h.shrink(func(h *history) bool { return len(h.Events) > 0 && said(h) != "" })
		t.Fatalf("go test -run %s -history.seed=%d -history.count=1\n\n%s\n%s", t.Name(), n, h, said(h))
	}
}
