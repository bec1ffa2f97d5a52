package account_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
)

var (
	seed      = flag.Uint64("history.seed", 0, "the first seed of TestOracle; 0 is one of the clock")
	histories = flag.Int("history.count", 1000, "how many random histories TestOracle bills")
)

// TestOracle bills random histories under random policies twice. When the two bills differ it
// prints the smallest history found for which they do, as a scenario, and the seed.
func TestOracle(t *testing.T) {
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano()) % 1e12
	}
	if testing.Short() {
		*histories = min(*histories, 100)
	}
	const workers = 2
	for w := range workers {
		t.Run(fmt.Sprint(w+1), func(t *testing.T) {
			t.Parallel()
			for i := w; i < *histories; i += workers {
				n := first + uint64(i)
				random := rand.New(rand.NewPCG(n, n))
				h := randomHistory(random.IntN)
				if disagreement(h) == "" {
					continue
				}
				h.shrink(func(h *history) bool { return disagreement(h) != "" })
				t.Fatalf("go test -run TestOracle -history.seed=%d -history.count=1\n\n%s\n%s", n, h, disagreement(h))
			}
		})
	}
}

// disagreement is what the oracle and the engine say of a history, when that is not the same.
func disagreement(h *history) string {
	want, strange := newOracle(h).statements(h.Through())
	got, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, h.Through())
	if err != nil {
		return err.Error()
	}
	have := statements(got)
	if slices.ContainsFunc(h.Events, func(e account.Event) bool { return e.Status == invoice.Refunded }) {
		sumLines(want)
		sumLines(have)
	}
	reported := []string{}
	for _, a := range got.Anomalies {
		reported = append(reported, a.Event.ID)
	}
	slices.Sort(reported)
	said := diff(want, have)
	if said == "" && slices.Equal(strange, reported) {
		return ""
	}
	return said + fmt.Sprintf("\nanomalies: oracle %q, engine %q\n", strange, reported)
}

// sumLines sums the lines of each kind and package. What a refund leaves of them is a line of its own in the engine's invoices, and
// taken off them in the oracle's: only the sums are the same.
func sumLines(all []statement) {
	for i := range all {
		sums := map[string]int64{}
		for _, line := range all[i].lines {
			cells := strings.Split(line, " | ")
			sums[cells[0]+" | "+cells[1]] += must(strconv.ParseInt(cells[3], 10, 64))
		}
		all[i].lines = nil
		for what, sum := range sums {
			if sum != 0 {
				all[i].lines = append(all[i].lines, fmt.Sprint(what, " | ", sum))
			}
		}
		slices.Sort(all[i].lines)
	}
}

// diff is where two bills differ.
func diff(want, have []statement) string {
	var b strings.Builder
	for i := range max(len(want), len(have)) {
		w, h := "nothing\n", "nothing\n"
		if i < len(want) {
			w = want[i].String()
		}
		if i < len(have) {
			h = have[i].String()
		}
		if w != h {
			fmt.Fprintf(&b, "invoice %d\noracle %s\nengine %s\n", i+1, w, h)
		}
	}
	return b.String()
}

// statement is an invoice in plain words and minor units, to be compared.
type statement struct {
	date, kind, start, end, pkg                        string
	amount, prorated, overage, charges, final, credits int64
	status                                             string
	lines                                              []string // sorted, without those of zero
}

func (s statement) String() string {
	return fmt.Sprint(strings.Join([]string{s.date, s.kind, s.start + " … " + s.end, s.pkg}, " | "), " | credits ", s.credits, " | ",
		s.amount, " - ", s.prorated, " + ", s.overage, " + ", s.charges, " = ", s.final, " | ", s.status, "\n", strings.Join(s.lines, "\n"), "\n")
}

func lineText(kind, pkg, start, end string, amount int64, adjusts bool) string {
	return fmt.Sprint("  ", kind, " | ", pkg, " | ", start, " … ", end, " | ", amount, " | adjustment ", adjusts)
}

// statements are an engine's invoices as the oracle writes them.
func statements(b account.Bill) []statement {
	var all []statement
	for i := range b.Invoices {
		inv := &b.Invoices[i]
		s := statement{inv.Date.String(), inv.Type.String(), inv.Period.Start.String(), inv.Period.Last().String(), inv.Package,
			inv.Amount.Minor(), inv.Prorated.Minor(), inv.Overage.Minor(), inv.AdditionalCharges.Minor(), inv.FinalAmount.Minor(), inv.Credits,
			inv.Status.String(), nil}
		for _, l := range inv.Lines {
			if !l.Amount.IsZero() {
				s.lines = append(s.lines, lineText(l.Kind.String(), l.Package, l.Dates.Start.String(), l.Dates.Last().String(), l.Amount.Minor(), l.Adjustment))
			}
		}
		slices.Sort(s.lines)
		all = append(all, s)
	}
	return all
}

// shrink makes a history as small as it can while it stays bad: it leaves out events, late
// records, other price lists and settings one by one.
func (h *history) shrink(bad func(*history) bool) {
	try := func(change func(h *history)) bool {
		smaller := *h
		smaller.Events = slices.Clone(h.Events)
		change(&smaller)
		if !bad(&smaller) {
			return false
		}
		*h = smaller
		return true
	}
	for again := true; again; {
		again = false
		for i := len(h.Events) - 1; i >= 0; i-- {
			again = try(func(h *history) { h.Events = slices.Delete(h.Events, i, i+1) }) || again
		}
		for i := range h.Events {
			if !h.Events[i].RecordedAt.IsZero() {
				again = try(func(h *history) { h.Events[i].RecordedAt = time.Time{} }) || again
			}
			if h.Events[i].PriceList != account.AllLists {
				again = try(func(h *history) { h.Events[i].PriceList = account.AllLists }) || again
			}
		}
		if h.List != invoice.Retail {
			again = try(func(h *history) { h.List = invoice.Retail }) || again
		}
		for _, key := range invoice.PolicyKeys() {
			standard := (invoice.Policy{}).Value(key)
			if key != "currency" && h.Policy.Value(key) != standard {
				again = try(func(h *history) { _ = h.Policy.Set(key, standard) }) || again
			}
		}
	}
}

// TestOracleCalendar: the oracle's calendar and the engine's were written apart, and agree.
func TestOracleCalendar(t *testing.T) {
	for _, z := range eventtest.Zones {
		loc := inZone(t, z.Name)
		first := date(fmt.Sprintf("%d-01-01", z.Year))
		for n := range 430 {
			d := first.AddDays(n)
			require.True(t, d.Start(loc).Equal(startOf(civilDate(d), loc)), "start of %s in %s", d, z.Name)
			require.Equal(t, d.AddMonths(n%25-12).String(), civilDate(d).addMonths(n%25-12).String())
		}
		for _, boundary := range []int{0, 1, 17, 30} {
			start := first.AddDays(30)
			schedule, s := must(cycle.NewSchedule(start, 1)), segment{civilDate(start), civilDate(start)}
			if boundary > 0 {
				anchor := min(boundary, start.AddMonths(1).Sub(start))
				schedule, s.anchor = must(cycle.NewStubSchedule(start, start.AddDays(anchor), 1)), s.start+day(anchor)
			}
			for n := range 400 {
				d := start.AddDays(n)
				k, _ := schedule.Index(d)
				got := grid{s}.period(civilDate(d))
				require.Equal(t, schedule.Period(k).String(), cycle.Period{Start: dateOf(got.start), End: dateOf(got.end)}.String())
				require.Equal(t, schedule.Whole(k).Days(), got.n)
			}
		}
	}
}

func dateOf(d day) cycle.Date { return date(d.String()) }

func inZone(t *testing.T, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}
