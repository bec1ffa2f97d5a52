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
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// importFlags are those of import alone.
type importFlags struct {
	mapping    string
	against    []string
	correct    bool
	recordedAt string
}

// imports are what can be imported, and how.
var imports = []struct {
	name string
	run  func(cmd *cobra.Command, c *common, f *importFlags, files []string) error
}{
	{"customers", importEvents(table.Customers)},
	{"usage", importEvents(table.Usage)},
	{"charges", importEvents(table.Charges)},
	{"packages", importPackages},
	{"stats", importStats},
}

func importNames() (list []string) {
	for _, kind := range imports {
		list = append(list, kind.name)
	}
	return list
}

func newImport() *cobra.Command {
	c, f := &common{}, &importFlags{}
	cmd := &cobra.Command{
		Use:   "import customers|usage|charges|packages|stats [flags] FILE...",
		Short: "Turn tables of customers, usage, charges and packages into what is billed",
		Long: `Reads what people keep in spreadsheets, CSV or XLSX, or in Parquet, and prints what can be
billed:

  customers  a row an account: when it was created, with which package, when it was closed; and
             a row a change of its package. They become account events
  usage      a row the credits that an account used on a day, or at an instant
  charges    a row a one-off charge, or below zero a credit: account, day, amount, description
  packages   the price list
  stats      the Distributor's daily statistics of one account, JSON or XML

A mapping says what each column means: FILE.map.json beside the table, or --map FILE. A
table whose columns have our names needs none. The ids of events follow from the content that
identifies a row, so that a table that is imported again, or a longer one later, adds each row
once. With --against, the rows are compared with what was imported before: what is there already
is left out, and a row that contradicts it is an error that shows both, or with --correct voids
that event and adds a new one. With --store all of it is recorded in a store, and compared with
what the store has.`,
		Example: `  prorata import customers testdata/documents/customers.csv
  prorata import usage testdata/documents/usage.csv
  prorata import charges testdata/documents/charges.csv
  prorata import packages testdata/documents/packages.csv
  prorata import stats --account harbor-books@example.com testdata/reconcile/stats.json`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch {
			case len(args) == 0:
				return importNames(), cobra.ShellCompDirectiveNoFileComp
			case args[0] == "stats":
				return []string{"json", "xml"}, cobra.ShellCompDirectiveFilterFileExt
			}
			return tableEndings, cobra.ShellCompDirectiveFilterFileExt
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("nothing to import, expected %s and files", joined(importNames()))
			}
			if _, err := names.Index("import", args[0], importNames()); err != nil {
				return usageError{err}
			}
			return filesArgs(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i := slices.Index(importNames(), args[0])
			return imports[i].run(cmd, c, f, args[1:])
		},
	}
	mapFlag(cmd, &f.mapping, false)
	cmd.Flags().StringArrayVar(&f.against, "against", nil, "customers, usage, charges: the events that are there already, a `FILE` (repeatable)")
	cmd.Flags().BoolVar(&f.correct, "correct", false, "customers, usage, charges: void what rows say otherwise than before, and record them anew")
	cmd.Flags().StringVar(&f.recordedAt, "recorded-at", "", "customers, usage, charges: when what is new was learned of, a `DATE` or an instant")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "stats: the account `NAME` they are of")
	c.policyFlags(cmd)
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	cmd.Flags().String("store", "", "record in the `STORE`, FILE.db, sqlite:FILE or postgres://…, instead of printing")
	nowFlag(cmd, "with --store, record")
	return cmd
}

// only makes sure that a flag is given only where it means something.
func only(cmd *cobra.Command, kind string, flags ...string) error {
	for _, flag := range flags {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s means nothing to import %s, expected it left out", flag, kind)
		}
	}
	return nil
}

func importStats(cmd *cobra.Command, c *common, f *importFlags, files []string) error {
	if err := only(cmd, "stats", "map", "against", "correct", "recorded-at", "policy", "set"); err != nil {
		return err
	}
	if len(c.accounts) != 1 || c.accounts[0] == "" {
		return usagef("expected one --account, the one the statistics are of")
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	into, err := c.storeToImportTo(cmd)
	if err != nil {
		return err
	}
	if into != nil {
		defer into.Close()
	}
	days, err := readDays(cmd, files)
	if err != nil {
		return err
	}
	sorted := slices.SortedFunc(maps.Values(days), func(a, b day) int { return a.Compare(b.Date) })
	if into != nil {
		lines := make([][]byte, len(sorted))
		for i := range sorted {
			lines[i] = appendUsage(nil, c.accounts[0], sorted[i].Date, sorted[i].credits)
		}
		return into.record(cmd, lines, nil)
	}
	if err := c.writeJSON(cmd, "jsonl", len(sorted), func(i int, to []byte) []byte {
		return appendUsage(to, c.accounts[0], sorted[i].Date, sorted[i].credits)
	}); err != nil {
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
