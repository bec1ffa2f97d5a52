package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/report"
)

var cycleFormats = []string{"table", "jsonl", "json", "csv"}

func newCycle() *cobra.Command {
	c := &common{}
	var every, count int
	cmd := &cobra.Command{
		Use:   "cycle --start DATE [flags]",
		Short: "Print the billing periods that start on a date",
		Long: `Prints billing periods: each with its index from 0, its first and its last day, its length
in days, and the date of its invoice, the day after. Every boundary is a number of months
after the first one, which is --start or --billing-date. In a month that is too short for its
day, the boundary is on the last day of the month; the next one is on the usual day again.`,
		Example: `  prorata cycle --start 2026-01-31
  prorata cycle --start 2026-01-05 --billing-date 2026-01-20 --count 3
  prorata cycle --start 2010-08-30 --on 2026-11-22`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCycle(cmd, c, every, count) },
	}
	cmd.Flags().String("start", "", "first `DATE` of the first period")
	cmd.Flags().String("billing-date", "", "`DATE` of the first invoice, at most one period after the start: the first period is short")
	cmd.Flags().IntVar(&every, "every", 1, "length of a period in `MONTHS`")
	cmd.Flags().IntVar(&count, "count", 12, "print `N` periods")
	cmd.Flags().String("on", "", "print only the period that holds `DATE`")
	c.formatFlags(cmd, cycleFormats...)
	return cmd
}

func runCycle(cmd *cobra.Command, c *common, every, count int) error {
	format, err := c.chooseFormat(cmd, cycleFormats...)
	if err != nil {
		return err
	}
	s, err := scheduleFlags(cmd, every)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	periods, err := periodsAsked(cmd, s, count)
	if err != nil {
		return err
	}
	return c.writeOutput(cmd, func(w io.Writer) error { return writePeriods(w, format, periods) })
}

func scheduleFlags(cmd *cobra.Command, every int) (s cycle.Schedule, err error) {
	if err := required(cmd, "start"); err != nil {
		return s, err
	}
	if every < 1 || every > 1200 {
		return s, usagef("--every %d, expected 1 to 1200 months", every)
	}
	start, err := dateFlag(cmd, "start")
	if err != nil {
		return s, err
	}
	billing, err := dateFlag(cmd, "billing-date")
	if err != nil {
		return s, err
	}
	if cmd.Flags().Changed("billing-date") {
		s, err = cycle.NewStubSchedule(start, billing, every)
	} else {
		s, err = cycle.NewSchedule(start, every)
	}
	if err != nil {
		return s, usagef("%s", strings.TrimPrefix(err.Error(), "new schedule: "))
	}
	return s, nil
}

// billingPeriod is a period with its index in the schedule.
type billingPeriod struct {
	index int
	cycle.Period
}

// endsTooLate reports that the period's invoice has no date in the years that dates have.
func (p billingPeriod) endsTooLate() bool { return p.End.After(lastDate) }

// lastDate is the last there is.
var lastDate = cycle.MustDate("9999-12-31")

func periodsAsked(cmd *cobra.Command, s cycle.Schedule, count int) ([]billingPeriod, error) {
	if cmd.Flags().Changed("on") {
		on, err := dateFlag(cmd, "on")
		if err != nil {
			return nil, err
		}
		if cmd.Flags().Changed("count") {
			return nil, usagef("--on and --count do not go together: --on prints one period")
		}
		k, ok := s.Index(on)
		if !ok {
			return nil, usagef("--on %s is before the start, expected %s or later", on, s.Start())
		}
		p := billingPeriod{k, s.Period(k)}
		if p.endsTooLate() {
			if k == 0 {
				return nil, noInvoice(s.Start())
			}
			return nil, usagef("--on %s is in a period whose invoice would have a date after %s, the last there is, expected %s or earlier", on, lastDate, p.Start.AddDays(-1))
		}
		return []billingPeriod{p}, nil
	}
	if count < 1 {
		return nil, usagef("--count %d, expected 1 or more", count)
	}
	var periods []billingPeriod
	for k := range count {
		p := billingPeriod{k, s.Period(k)}
		if p.endsTooLate() {
			if k == 0 {
				return nil, noInvoice(s.Start())
			}
			if !cmd.Flags().Changed("count") {
				break // no number was asked for
			}
			return nil, usagef("--count %d, expected at most %d: invoices of later periods would have dates after %s, the last there is", count, k, lastDate)
		}
		periods = append(periods, p)
	}
	return periods, nil
}

// noInvoice is the error of a start so late that no period has an invoice.
func noInvoice(start cycle.Date) error {
	return usagef("--start %s: the invoice of its period would have a date after %s, the last there is, expected an earlier date", start, lastDate)
}

func writePeriods(w io.Writer, format string, periods []billingPeriod) error {
	header := []string{"index", "start_date", "end_date", "days", "invoice_date"}
	var rows [][]string
	for _, p := range periods {
		rows = append(rows, []string{strconv.Itoa(p.index), p.Start.String(), p.Last().String(), strconv.Itoa(p.Days()), p.End.String()})
	}
	switch format {
	case "table":
		return report.Table(w, []bool{true, false, false, true, false}, append([][]string{{"INDEX", "FIRST DAY", "LAST DAY", "DAYS", "INVOICED"}}, rows...))
	case "csv":
		return csv.NewWriter(w).WriteAll(append([][]string{header}, rows...))
	}
	return formats.WriteJSON(w, format, len(periods), func(i int, to []byte) []byte {
		p := periods[i]
		return fmt.Appendf(to, `{"index":%d,"start_date":"%s","end_date":"%s","days":%d,"invoice_date":"%s"}`,
			p.index, p.Start, p.Last(), p.Days(), p.End)
	})
}
