package proration_test

import (
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// tally counts the rows of testdata/conformance.tsv by how they come out.
type tally struct{ rows, byDefault, byAnother, refused int }

// conformance runs the charges that other open-source billing systems expect, and counts them by source.
func conformance(t *testing.T) map[string]*tally {
	counts := map[string]*tally{}
	for _, f := range readTSV(t, "conformance.tsv", 9) {
		source, id, price, note := f[0], f[1], money.MustParse(f[2]+" USD"), f[8]
		whole, part := period(t, f[3], f[4]), period(t, f[5], f[6])
		if counts[source] == nil {
			counts[source] = &tally{}
		}
		count := counts[source]
		count.rows++

		got, err := proration.Rule{}.Share(price, whole, part)
		kind, _, _ := strings.Cut(note, ":")
		switch kind {
		case "":
			require.NoError(t, err, id)
			require.Equal(t, f[7], got.Amount.Number(), id)
			count.byDefault++
		case "refused":
			require.ErrorIs(t, err, proration.ErrStretch, id)
			count.refused++
		default: // a policy, while the default is a cent off
			require.NoError(t, err, id)
			require.Contains(t, note, "the default gives "+got.Amount.Number(), id)
			expected, err := money.ParseIn(f[7], money.USD)
			require.NoError(t, err, id)
			require.Equal(t, int64(1), max(expected.Minor()-got.Amount.Minor(), got.Amount.Minor()-expected.Minor()), id)
			require.Equal(t, expected, share(t, parseRule(t, kind), price, whole, part).Amount, "%s under %s", id, kind)
			count.byAnother++
		}
	}
	return counts
}

func TestConformance(t *testing.T) {
	for source, c := range conformance(t) {
		t.Logf("%s: %d rows, %d by the default policy, %d by another, %d refused", source, c.rows, c.byDefault, c.byAnother, c.refused)
	}
}

// TestConformanceRefused is what becomes of the refused rows: Lago's test charges 15 to 30 September of a month that began on
// 31 August and ends on 29 September. The last day belongs to the next month, and is charged there.
func TestConformanceRefused(t *testing.T) {
	s, err := cycle.NewSchedule(date(t, "2022-08-31"), 1)
	require.NoError(t, err)
	price, asked, sum := money.MustParse("30.00 USD"), period(t, "2022-09-15", "2022-10-01"), int64(0)
	for k, want := range []string{"15.00", "0.97"} {
		whole := s.Period(k)
		got := share(t, proration.Rule{}, price, whole, whole.Intersect(asked)).Amount
		require.Equal(t, want, got.Number(), "in %s", whole)
		sum += got.Minor()
	}
	require.Equal(t, int64(1597), sum)
	// Other versions of that test have 15.48: 16 of the 31 days from 31 August to 30 September.
	month := period(t, "2022-08-31", "2022-10-01")
	require.Equal(t, "15.48", share(t, proration.Rule{}, price, month, period(t, "2022-09-15", "2022-10-01")).Amount.Number())
}

// policy is a rule and the day of a close: what decides on an example.
type policy struct {
	proration.Rule
	close proration.CloseDay
}

func parsePolicy(t *testing.T, text string) policy {
	rest, day, found := strings.Cut(text, " close_day=")
	if !found {
		return policy{Rule: parseRule(t, text)}
	}
	c, err := proration.ParseCloseDay(day)
	require.NoError(t, err, text)
	return policy{parseRule(t, rest), c}
}

// keys is the number of keys that differ from the default.
func (p policy) keys() int { return strings.Count(ruleText(p.Rule), "=") + int(p.close) }

// example is a vendor's published figure, and the lines that make it.
type example struct {
	group, name, vendor, url string
	figure                   string // as published
	want                     *big.Rat
	policy, other, note      string
	lines                    []exampleLine
}

// exampleLine is a quantity at a price for part of a period. The part may start or end with a close.
type exampleLine struct {
	price                money.Amount
	quantity             int64
	whole, part          cycle.Period
	closeStart, closeEnd bool
}

// vendors reads testdata/vendors.tsv.
func vendors(t *testing.T) []example {
	var all []example
	for _, f := range readTSV(t, "vendors.tsv", 14) {
		l := exampleLine{price: money.MustParse(f[4]), quantity: int64(atoi(t, f[5])), whole: period(t, f[6], f[7])}
		from, closeStart := strings.CutPrefix(f[8], "close ")
		to, closeEnd := strings.CutPrefix(f[9], "close ")
		l.part, l.closeStart, l.closeEnd = period(t, from, to), closeStart, closeEnd
		if f[2] == "+" {
			last := &all[len(all)-1]
			require.Equal(t, last.name, f[1])
			last.lines = append(last.lines, l)
			continue
		}
		e := example{group: f[0], name: f[1], vendor: f[2], url: f[3], figure: f[10], policy: f[11], other: f[12], note: f[13]}
		e.want = number(f[10])
		if strings.Contains(f[10], "/") {
			e.want.Mul(e.want, new(big.Rat).SetFrac64(l.price.Minor(), 100))
		}
		e.lines = append(e.lines, l)
		all = append(all, e)
	}
	return all
}

// days is the part under a policy's close_day.
func (l exampleLine) days(p policy) cycle.Period {
	part := l.part
	if l.closeStart {
		part.Start = p.close.End(part.Start)
	}
	if l.closeEnd {
		part.End = p.close.End(part.End)
	}
	return part
}

// amount is what a policy makes of an example: quantities multiply the price.
func (e example) amount(t *testing.T, p policy) money.Amount {
	sum := int64(0)
	for _, l := range e.lines {
		price := money.New(l.price.Minor()*max(l.quantity, -l.quantity), l.price.Currency())
		minor := share(t, p.Rule, price, l.whole, l.days(p)).Amount.Minor()
		if l.quantity < 0 {
			minor = -minor
		}
		sum += minor
	}
	return money.New(sum, e.lines[0].price.Currency())
}

// isPrinted reports whether a policy prints the vendor's figure.
func (e example) isPrinted(t *testing.T, p policy) bool {
	return new(big.Rat).SetFrac64(e.amount(t, p).Minor(), 100).Cmp(e.want) == 0
}

// rules is how many of the 1,476 rules print the figure, the day of a close being the policy's.
func (e example) rules(t *testing.T) int {
	n, pinned := 0, policy{}
	if e.policy != "none" {
		pinned = parsePolicy(t, e.policy)
	}
	for _, r := range allRules(t) {
		if e.isPrinted(t, policy{r, pinned.close}) {
			n++
		}
	}
	return n
}

// what is the example in a line: "28 of 30 days × 10.08 EUR × -10".
func (e example) what(p policy) string {
	var lines []string
	for _, l := range e.lines {
		line := fmt.Sprintf("%d of %d days × %s", l.days(p).Days(), l.whole.Days(), l.price)
		if l.quantity != 1 {
			line += fmt.Sprintf(" × %d", l.quantity)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// TestVendors searches all 2,952 policies (the rules and close_day) for those that print every figure of a group. The pinned
// policy is one of them, the other one too, and none has fewer keys than both; where none is pinned, there is none.
func TestVendors(t *testing.T) {
	groups, order := map[string][]example{}, []string{}
	for _, e := range vendors(t) {
		if groups[e.group] == nil {
			order = append(order, e.group)
		}
		groups[e.group] = append(groups[e.group], e)
	}
	rules := allRules(t)
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			group := groups[name]
			found := map[policy]bool{}
			for _, r := range rules {
			closes:
				for _, c := range []proration.CloseDay{proration.Free, proration.Charged} {
					p := policy{r, c}
					for _, e := range group {
						if !e.isPrinted(t, p) {
							continue closes
						}
					}
					found[p] = true
				}
			}
			pinned, other := group[0].policy, group[0].other
			for _, e := range group {
				require.Equal(t, []string{pinned, other}, []string{e.policy, e.other}, e.name)
			}
			if pinned == "none" {
				require.Empty(t, found)
				parsePolicy(t, other)
				return
			}
			require.Contains(t, found, parsePolicy(t, pinned))
			least := parsePolicy(t, pinned).keys()
			if other != "-" {
				require.Contains(t, found, parsePolicy(t, other))
				require.Less(t, parsePolicy(t, other).keys(), least)
				least = parsePolicy(t, other).keys()
			}
			for p := range found {
				require.GreaterOrEqual(t, p.keys(), least, "%s close_day=%s is simpler", ruleText(p.Rule), p.close)
			}
		})
	}
}

// TestFurtherKeys is what keys that do not exist would print: docs/conformance.md says which of them would pay.
func TestFurtherKeys(t *testing.T) {
	cut := parsePolicy(t, "round_part=unused rounding=down")
	won := map[string]int{}
	for _, e := range vendors(t) {
		l := e.lines[0]
		switch e.group {
		case "ms-nce-unit": // the price of one unit is rounded, and then multiplied
			unit := share(t, cut.Rule, l.price, l.whole, l.days(cut)).Amount
			if new(big.Rat).SetFrac64(unit.Minor()*l.quantity, 100).Cmp(e.want) == 0 {
				won["unit"]++
			}
		case "zuora-act360": // a thirtieth a day in every month, with no more and no less at its end
			price := new(big.Rat).SetFrac64(l.price.Minor(), 100)
			if mul(price, big.NewRat(int64(l.part.Days()), 30)).Cmp(e.want) == 0 {
				won["thirtieth"]++
			}
		case "blesta-4dp": // amounts of four decimals, as the currency CLF has them
			got := share(t, proration.Rule{}, money.New(l.price.Minor()*100, money.MustCurrency("CLF")), l.whole, l.part).Amount
			if number(got.Number()).Cmp(e.want) == 0 {
				won["decimals"]++
			}
		}
	}
	require.Equal(t, map[string]int{"unit": 5, "thirtieth": 4, "decimals": 2}, won)
}

// document reads docs/conformance.md: the cells of the first table under each heading.
func document(t *testing.T) (text string, tables map[string][][]string) {
	b, err := os.ReadFile("../docs/conformance.md")
	require.NoError(t, err)
	tables = map[string][][]string{}
	heading, row := "", 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if h, ok := strings.CutPrefix(line, "## "); ok {
			heading, row = h, 0
		}
		if !strings.HasPrefix(line, "|") {
			continue
		}
		if row++; row <= 2 { // the names of the columns, and the rule under them
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		tables[heading] = append(tables[heading], cells)
	}
	return string(b), tables
}

// TestDocument holds docs/conformance.md to the vectors: every example is in one of its tables, with its figure, its policy and
// the number of rules, and every row of those tables is a vector.
func TestDocument(t *testing.T) {
	text, tables := document(t)
	var printed, not [][]string
	for _, e := range vendors(t) {
		vendor := fmt.Sprintf("[%s](%s)", e.vendor, e.url)
		note := strings.TrimPrefix(e.note, "-")
		if e.policy == "none" {
			nearest := parsePolicy(t, e.other)
			not = append(not, []string{e.name, vendor, e.what(nearest), e.figure, "`" + e.other + "`", e.amount(t, nearest).Number(), note})
			continue
		}
		policies := "`" + e.policy + "`"
		if e.other != "-" {
			policies += " or `" + e.other + "`"
		}
		printed = append(printed, []string{e.name, vendor, e.what(parsePolicy(t, e.policy)), e.figure, policies, fmt.Sprint(e.rules(t)), note})
	}
	sameRows(t, printed, tables["Vendors' figures that a policy prints"])
	sameRows(t, not, tables["Vendors' figures that no policy prints"])

	outside := tables["Published examples of something else"]
	require.Contains(t, text, fmt.Sprintf("%d published examples", len(printed)+len(not)+len(outside)))
	require.Contains(t, text, fmt.Sprintf("A policy prints %d of them, no policy prints %d, and %d are about something else", len(printed), len(not), len(outside)))

	var projects [][]string
	counts := conformance(t)
	for _, p := range []struct{ source, link string }{
		{"killbill", "[Kill Bill](https://github.com/killbill/killbill)"}, {"lago", "[Lago](https://github.com/getlago/lago-api)"},
	} {
		c := counts[p.source]
		projects = append(projects, []string{p.link, fmt.Sprint(c.rows), fmt.Sprint(c.byDefault), fmt.Sprint(c.byAnother), fmt.Sprint(c.refused)})
	}
	require.Len(t, counts, len(projects))
	sameRows(t, projects, tables["Open-source billing systems"])

	// The calendar's own vectors are cited with their number.
	cycles, err := os.ReadFile("../cycle/testdata/conformance.tsv")
	require.NoError(t, err)
	bySource := map[string]int{}
	for line := range strings.Lines(string(cycles)) {
		if source, _, found := strings.Cut(line, "\t"); found && !strings.HasPrefix(line, "#") {
			bySource[source]++
		}
	}
	require.Contains(t, text, fmt.Sprintf("%d cases of [Meteroid](https://github.com/meteroid-oss/meteroid) and %d of "+
		"[OpenMeter](https://github.com/openmeterio/openmeter)", bySource["meteroid"], bySource["openmeter"]))
}

// sameRows prints the row that the document should have, to be pasted there.
func sameRows(t *testing.T, want, got [][]string) {
	t.Helper()
	for i, row := range want {
		line := "| " + strings.Join(row, " | ") + " |"
		require.Less(t, i, len(got), "missing: %s", line)
		require.Equal(t, strings.Join(row, " | "), strings.Join(got[i], " | "), "row %d, want %s", i+1, line)
	}
	require.Len(t, got, len(want))
}

// TestSomethingElse holds what docs/conformance.md says in passing of the examples that are about something else.
func TestSomethingElse(t *testing.T) {
	// Dynamics: a twelfth of 5,000.00 is no whole number of cents. At 416.67, from 12 August to 22 December:
	sum, monthly := int64(3*416_67), money.MustParse("416.67 USD")
	august, december := period(t, "2019-08-01", "2019-09-01"), period(t, "2019-12-01", "2020-01-01")
	sum += share(t, proration.Rule{}, monthly, august, period(t, "2019-08-12", "2019-09-01")).Amount.Minor()
	sum += share(t, proration.Rule{}, monthly, december, period(t, "2019-12-01", "2019-12-23")).Amount.Minor()
	require.Equal(t, int64(1814_53), sum)

	// Lago: the amount before its tax.
	april := period(t, "2026-04-01", "2026-05-01")
	require.Equal(t, "193.33", share(t, proration.Rule{}, money.MustParse("200.00 USD"), april, days(april, 0, 29)).Amount.Number())

	// Microsoft: an annual term from the 30th, and a monthly one from the 31st.
	for _, tt := range []struct{ start, first, second string }{{"2021-01-30", "2021-02-28", "2021-03-30"}, {"2021-01-31", "2021-02-28", "2021-03-31"}} {
		s, err := cycle.NewSchedule(date(t, tt.start), 1)
		require.NoError(t, err)
		require.Equal(t, []cycle.Date{date(t, tt.first), date(t, tt.second)}, []cycle.Date{s.Boundary(1), s.Boundary(2)}, tt.start)
	}
}
