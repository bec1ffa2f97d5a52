package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/source"
)

func newImport() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "import stats --account NAME [flags] FILE...",
		Short: "Turn the Distributor's daily statistics into usage events",
		Long: `Reads the Distributor's daily statistics of one account, JSON or XML, and prints a
usage.recorded event a day: its requests are the credits used. The ids follow from the
account and the day, so importing a day again is counted once.`,
		Example: `  prorata import stats --account harbor-books@example.com testdata/reconcile/stats.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "stats" {
				return usagef("nothing to import, expected stats FILE..., the files of statistics")
			}
			return filesArgs(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runImport(cmd, c, args[1:]) },
	}
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "the account `NAME` the statistics are of")
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	return cmd
}

func runImport(cmd *cobra.Command, c *common, files []string) error {
	if len(c.accounts) != 1 || c.accounts[0] == "" {
		return usagef("expected one --account, the one the statistics are of")
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	days, err := readDays(cmd, files)
	if err != nil {
		return err
	}
	sorted := slices.SortedFunc(maps.Values(days), func(a, b day) int { return a.Compare(b.Date) })
	out := c.newOutput(cmd)
	if err := formats.WriteJSON(out, "jsonl", len(sorted), func(i int, to []byte) []byte {
		return appendUsage(to, c.accounts[0], sorted[i].Date, sorted[i].credits)
	}); err != nil {
		return err
	}
	if err := outfile.Commit(out); err != nil {
		return err
	}
	if len(sorted) == 0 {
		printLine(cmd.ErrOrStderr(), "prorata: no usage: the files hold no days")
	}
	return nil
}

// day is how many credits were used on a date, and where that is said first.
type day struct {
	cycle.Date
	credits int64
	at      source.Place
}

// readDays reads the days of files of statistics. All that is wrong with any of them is one error.
func readDays(cmd *cobra.Command, files []string) (map[cycle.Date]day, error) {
	days := map[cycle.Date]day{}
	var wrong []error
	conflicts := &problems{limit: maxProblems}
	for _, file := range files {
		data, err := infile.From{Stdin: cmd.InOrStdin()}.ReadAll(file, infile.Statistics)
		if err != nil {
			return nil, err
		}
		stats, err := distributor.ReadStatistics(file, data)
		wrong = append(wrong, err)
		for i := range stats {
			s := &stats[i]
			credits, err := s.Requests.Count()
			if err != nil {
				return nil, source.At(s.Place, fmt.Errorf("requests: %w", err))
			}
			first, seen := days[s.Date]
			switch {
			case !seen:
				days[s.Date] = day{s.Date, credits, s.Place}
			case first.credits != credits:
				conflicts.add(file, source.Errorf(s.Place, "%s has %d requests here and %d at %s, expected one figure a day", s.Date, credits, first.credits, first.at))
			}
		}
	}
	return days, documentError(append(wrong, conflicts.list...)...)
}

// appendUsage appends a day's usage as an event. Its date is left to the policy's time zone.
func appendUsage(b []byte, account string, day cycle.Date, credits int64) []byte {
	b, _ = jsontext.AppendQuote(append(b, `{"id":`...), "stats "+day.String()+" "+account)
	b, _ = jsontext.AppendQuote(append(b, `,"type":"usage.recorded","account":`...), account)
	b = fmt.Appendf(b, `,"at":"%s","credits":`, day)
	return append(strconv.AppendInt(b, credits, 10), '}')
}
