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
		Use:   "prorate --price AMOUNT --start DATE --close DATE [flags]",
		Short: "Say what a close, or a change of package, costs within one period",
		Long: `Prices a part of one billing period. With --close, "charged" is what the days from --from up
to the close cost, and "credited" what the days after it would have cost. With --change and
--on there is a new price from a day on: "charged" is what both parts cost together, "credited"
what the old price would have cost from that day on. With all three, the account changes its
package and then closes.

` + policyHelp(),
		Example: `  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10
  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10 --set day_count=thirty
  prorata prorate --price 9.95 --start 2026-02-28 --end 2026-03-31 --change 79.95 --on 2026-03-10`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runProrate(cmd, c) },
	}
	cmd.Flags().StringVar(&c.price, "price", "", "price of the whole period, an `AMOUNT` such as 79.95")
	cmd.Flags().String("start", "", "first `DATE` of the period")
	cmd.Flags().String("end", "", "first `DATE` after the period (default one month after its start)")
	cmd.Flags().String("from", "", "first `DATE` charged (default the period's start)")
	cmd.Flags().String("close", "", "`DATE` of the close; the day itself is not charged, unless close_day=charged")
	cmd.Flags().String("change", "", "new price of the whole period, an `AMOUNT`")
	cmd.Flags().String("on", "", "`DATE` of the change: the first day at the new price")
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
	charged          money.Amount // what the parts cost together
	credited         prorationPart
	days, periodDays int
	parts            []prorationPart
}

func runProrate(cmd *cobra.Command, c *common) error {
	format, err := c.chooseFormat(cmd, prorateFormats...)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
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
	return c.writeOutput(cmd, func(w io.Writer) error { return answer.write(w, format) })
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
	if (billingPeriod{Period: p.whole}).endsTooLate() {
		return noInvoice(p.whole.Start)
	}
	if days := p.whole.Days(); days > 31 && p.policy.DayCount != proration.Actual {
		return usagef("--end %s makes a period of %d days, expected at most 31 with day_count=%s, which is for months", p.whole.End, days, p.policy.DayCount)
	}
	if p.whole.IsEmpty() {
		return usagef("--end %s is not after --start %s", p.whole.End, p.whole.Start)
	}
	p.from, p.to = p.whole.Start, p.whole.End
	if from := given["from"]; !from.IsZero() {
		p.from = from
	}
	if p.from.Before(p.whole.Start) || p.from.After(p.whole.End) {
		return usagef("--from %s is outside %s to %s, the days it can fall on", p.from, p.whole.Start, p.whole.End)
	}
	if day := given["close"]; !day.IsZero() {
		if day.Before(p.from) || day.After(p.whole.End) {
			return usagef("--close %s is outside %s to %s, the days it can fall on", day, p.from, p.whole.End)
		}
		p.to = cycle.Earlier(p.policy.CloseDay.End(day), p.whole.End)
	} else if !cmd.Flags().Changed("change") {
		return usagef("--close is missing, expected it or --change with --on")
	}
	return nil
}

// change reads the change of package, if there is one.
func (p *prorationAsked) change(cmd *cobra.Command) (err error) {
	p.changes = cmd.Flags().Changed("change")
	switch on := cmd.Flags().Changed("on"); {
	case p.changes && !on:
		return usagef("--change without --on, expected both, a new price and the day it starts on, with or without --close")
	case on && !p.changes:
		return usagef("--on without --change, expected both, a new price and the day it starts on, with or without --close")
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
	part := func(price money.Amount, from, to cycle.Date) (part prorationPart) {
		part.days = cycle.Period{Start: from, End: to}
		if err == nil {
			part.Share, err = rule.Share(price, p.whole, part.days)
		}
		return part
	}
	ends := p.to
	if p.changes {
		ends = p.changeDate
	}
	first := part(p.price, p.from, ends)
	answer = prorated{charged: first.Amount, credited: part(p.price, ends, p.whole.End), days: first.Days,
		periodDays: p.whole.Days(), parts: []prorationPart{first}}
	if p.changes {
		second := part(p.newPrice, ends, p.to)
		answer.parts = append(answer.parts, second)
		answer.days += second.Days
		if err == nil {
			answer.charged, err = answer.charged.Add(second.Amount)
		}
	}
	return answer, err
}

func (a *prorated) explanation() string {
	if len(a.parts) == 1 {
		return a.parts[0].Explanation()
	}
	var sentences []string
	for _, part := range a.parts {
		sentences = append(sentences, part.Explanation()+" = "+part.Amount.Display())
	}
	return strings.Join(sentences, "; ")
}

func (a *prorated) write(w io.Writer, format string) error {
	switch format {
	case "table":
		return a.writeTable(w)
	case "csv":
		return csv.NewWriter(w).WriteAll([][]string{
			{"charged", "credited", "days", "period_days", "explanation"},
			{a.charged.Number(), a.credited.Amount.Number(), strconv.Itoa(a.days), strconv.Itoa(a.periodDays), a.explanation()}})
	}
	_, err := w.Write(append(a.appendJSON(nil), '\n')) // json and jsonl: one object, there is one answer
	return err
}

func (a *prorated) writeTable(w io.Writer) error {
	rows := [][]string{{"", "AMOUNT", "DAYS", "DATES", "EXPLANATION"}}
	add := func(label string, part *prorationPart) {
		rows = append(rows, []string{label, part.Amount.Display(), strconv.Itoa(part.Days), part.days.String(), part.Explanation()})
	}
	if len(a.parts) == 1 {
		add("charged", &a.parts[0])
	} else {
		add("old price", &a.parts[0])
		add("new price", &a.parts[1])
		both := cycle.Period{Start: a.parts[0].days.Start, End: a.parts[1].days.End}
		rows = append(rows, []string{"charged", a.charged.Display(), strconv.Itoa(a.days), both.String(), "both"})
	}
	add("credited", &a.credited)
	return report.Table(w, []bool{false, true, true, false, false}, rows)
}

func (a *prorated) appendJSON(b []byte) []byte {
	b = fmt.Appendf(b, `{"charged":"%s","credited":"%s","days":%d,"period_days":%d,"explanation":`,
		a.charged.Number(), a.credited.Amount.Number(), a.days, a.periodDays)
	b, _ = jsontext.AppendQuote(b, a.explanation())
	return append(b, '}')
}
