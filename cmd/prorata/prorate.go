package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/report"
)

var prorateFormats = []string{"table", "jsonl", "json", "csv"}

func newProrate() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "prorate --price AMOUNT --start DATE [flags] --close DATE",
		Short: "Say what a close, or a change of package, costs within one period",
		Long: `Prorates one price over one billing period. With --close, charged is what the days from
--from (default: the period's start) up to the close cost, and credited what the days after
it would have cost. With --change, the package's price becomes that on a day: charged is
what both parts cost together, and credited what the old price would have cost from that
day on. The policy is the default one; --policy and --set change it.`,
		Example: `  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10
  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10 --set day_count=thirty
  prorata prorate --price 9.95 --start 2026-02-28 --end 2026-03-31 --change 79.95 --on 2026-03-10`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runProrate(cmd, c) },
	}
	cmd.Flags().StringVar(&c.price, "price", "", "the `AMOUNT` of the whole period")
	cmd.Flags().String("start", "", "first `DATE` of the period")
	cmd.Flags().String("end", "", "first `DATE` after the period (default one month after its start)")
	cmd.Flags().String("from", "", "first `DATE` charged (default the period's start)")
	cmd.Flags().String("close", "", "`DATE` of the close")
	cmd.Flags().String("change", "", "a new package's `PRICE` for the whole period")
	cmd.Flags().String("on", "", "`DATE` of the change")
	c.policyFlags(cmd)
	c.formatFlags(cmd, prorateFormats...)
	return cmd
}

// prorationAsked is what the flags of prorate say.
type prorationAsked struct {
	policy     invoice.Policy
	price      money.Amount
	whole      cycle.Period
	from, to   cycle.Date // the days charged, [from, to)
	changes    bool
	newPrice   money.Amount
	changeDate cycle.Date
}

// prorationPart is one price's part of the period.
type prorationPart struct {
	proration.Share
	days cycle.Period
}

// prorated is the answer.
type prorated struct {
	charged, credited money.Amount
	days, periodDays  int
	parts             []prorationPart
}

func runProrate(cmd *cobra.Command, c *common) error {
	format, err := c.chooseFormat(cmd, prorateFormats...)
	if err != nil {
		return err
	}
	asked, err := prorateFlags(cmd, c)
	if err != nil {
		return err
	}
	answer, err := asked.compute()
	if err != nil {
		return err
	}
	out := c.newOutput(cmd)
	if err := answer.write(out, format); err != nil {
		return err
	}
	return commitAll(out)
}

func prorateFlags(cmd *cobra.Command, c *common) (p prorationAsked, err error) {
	if err = required(cmd, "price", "start"); err != nil {
		return p, err
	}
	if p.policy, err = c.policy(cmd.InOrStdin()); err != nil {
		return p, err
	}
	if p.price, err = priceFlag(cmd, "price", p.policy.MoneyCurrency()); err != nil {
		return p, err
	}
	if err = p.dates(cmd); err != nil {
		return p, err
	}
	return p, p.change(cmd)
}

func priceFlag(cmd *cobra.Command, name string, currency money.Currency) (money.Amount, error) {
	text := cmd.Flags().Lookup(name).Value.String()
	a, err := money.ParseIn(text, currency)
	if err != nil {
		return a, usagef("--%s: %w", name, err)
	}
	if a.Sign() < 0 {
		return a, usagef("--%s %s is negative, expected 0 or more", name, text)
	}
	return a, nil
}

// dates reads the period and the days charged.
func (p *prorationAsked) dates(cmd *cobra.Command) (err error) {
	given := map[string]cycle.Date{}
	for _, name := range []string{"start", "end", "from", "close"} {
		if given[name], err = dateFlag(cmd, name); err != nil {
			return err
		}
	}
	p.whole = cycle.Period{Start: given["start"], End: given["end"]}
	if p.whole.End.IsZero() {
		p.whole.End = p.whole.Start.AddMonths(1)
	}
	if p.whole.IsEmpty() {
		return usagef("--end %s is not after --start %s", p.whole.End, p.whole.Start)
	}
	p.from, p.to = p.whole.Start, p.whole.End
	if from := given["from"]; !from.IsZero() {
		p.from = from
	}
	if day := given["close"]; !day.IsZero() {
		if day.Before(p.from) || day.After(p.whole.End) {
			return usagef("--close %s is outside %s to %s, the days it can fall on", day, p.from, p.whole.End)
		}
		p.to = p.policy.CloseDay.End(day)
		if p.to.After(p.whole.End) {
			p.to = p.whole.End
		}
	} else if !cmd.Flags().Changed("change") {
		return usagef("--close is missing, expected it or --change with --on")
	}
	if p.from.Before(p.whole.Start) || p.from.After(p.whole.End) {
		return usagef("--from %s is outside the period %s", p.from, p.whole)
	}
	return nil
}

// change reads the change of package, if there is one.
func (p *prorationAsked) change(cmd *cobra.Command) (err error) {
	p.changes = cmd.Flags().Changed("change")
	if p.changes != cmd.Flags().Changed("on") {
		return usagef("--change and --on go together: a new price, and the day it starts on")
	}
	if !p.changes {
		return nil
	}
	if p.newPrice, err = priceFlag(cmd, "change", p.policy.MoneyCurrency()); err != nil {
		return err
	}
	if p.changeDate, err = dateFlag(cmd, "on"); err != nil {
		return err
	}
	if p.changeDate.Before(p.from) || p.changeDate.After(p.to) {
		return usagef("--on %s is outside %s to %s, the days it can fall on", p.changeDate, p.from, p.to)
	}
	return nil
}

func (p *prorationAsked) compute() (answer prorated, err error) {
	rule := p.policy.Rule()
	share := func(price money.Amount, from, to cycle.Date) (s proration.Share) {
		if err == nil {
			s, err = rule.Share(price, p.whole, cycle.Period{Start: from, End: to})
		}
		return s
	}
	ends := p.to
	if p.changes {
		ends = p.changeDate
	}
	first := share(p.price, p.from, ends)
	answer = prorated{charged: first.Amount, credited: share(p.price, ends, p.whole.End).Amount, days: first.Days, periodDays: p.whole.Days(),
		parts: []prorationPart{{first, cycle.Period{Start: p.from, End: ends}}}}
	if p.changes {
		second := share(p.newPrice, ends, p.to)
		answer.parts = append(answer.parts, prorationPart{second, cycle.Period{Start: ends, End: p.to}})
		answer.days += second.Days
		if err == nil {
			answer.charged, err = answer.charged.Add(second.Amount)
		}
	}
	return answer, err
}

func (a *prorated) explanation() string {
	var sentences []string
	for _, part := range a.parts {
		if len(a.parts) == 1 {
			return part.Explanation()
		}
		sentences = append(sentences, part.Explanation()+" = "+part.Amount.Display())
	}
	return strings.Join(sentences, "; ")
}

func (a *prorated) write(w io.Writer, format string) error {
	header := []string{"charged", "credited", "days", "period_days", "explanation"}
	values := []string{a.charged.Number(), a.credited.Number(), strconv.Itoa(a.days), strconv.Itoa(a.periodDays), a.explanation()}
	switch format {
	case "table":
		rows := [][]string{{"charged", a.charged.Display()}, {"credited", a.credited.Display()},
			{"days", fmt.Sprintf("%d of %d", a.days, a.periodDays)}}
		for _, part := range a.parts {
			rows = append(rows, []string{"", fmt.Sprintf("%s: %s = %s", part.days, part.Explanation(), part.Amount.Display())})
		}
		return report.Table(w, []bool{false, false}, rows)
	case "csv":
		return csv.NewWriter(w).WriteAll([][]string{header, values})
	}
	return writeJSON(w, format, 1, func(_ int, to []byte) []byte { return a.appendJSON(to) })
}

func (a *prorated) appendJSON(b []byte) []byte {
	b = fmt.Appendf(b, `{"charged":"%s","credited":"%s","days":%d,"period_days":%d,"explanation":`,
		a.charged.Number(), a.credited.Number(), a.days, a.periodDays)
	b, _ = jsontext.AppendQuote(b, a.explanation())
	return append(b, '}')
}
