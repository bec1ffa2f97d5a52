package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

var validateFormats = []string{"table", "json"}

func newValidate() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "validate [flags] EVENTS...",
		Short: "Read everything, bill nothing, and report every problem",
		Long: `Reads all events and bills nothing. It reports every problem on standard error, with file,
line, column, id and reason: lines that cannot be read, and events that make no sense beside
those that could be read. With --packages it checks the names of packages too. Only replay can
say whether the invoice that a status names exists. Standard output gets the number of accounts,
events and anomalies, and the first and last dates. A cause that repeats is reported
once; --format json has every problem.

` + messages.FarDatesHelp + `

Exit status: 0 nothing to report; 1 a line or a file could not be read, and nothing was
written; 2 wrong usage; 3 all was read, and there are events that make no sense, or that are
dated far from all others.

` + policyHelp(),
		Example: `  prorata validate --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata validate testdata/anomalies/events.jsonl --format json --account willow-vets@example.com`,
		Args: filesArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return runValidate(cmd, c, files) },
	}
	c.packagesFlag(cmd)
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "report the anomalies of the account `NAME` only (repeatable)")
	c.usageMapFlag(cmd)
	c.policyFlags(cmd)
	c.formatFlags(cmd, validateFormats...)
	return cmd
}

func runValidate(cmd *cobra.Command, c *common, files []string) error {
	format, err := c.chooseFormat(cmd, validateFormats...)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	var catalogue *invoice.Catalogue
	if c.packages != "" {
		read, err := c.catalogue(policy, invoice.Retail, cmd.InOrStdin())
		if err != nil {
			return err
		}
		catalogue = &read
	}
	how := c.loading(policy, shard{}, nil)
	how.KeepGoing = true
	events, unread, err := read(cmd.Context(), files, how, c.from(cmd), nil)
	if err != nil {
		return err
	}
	var failed []messages.Placed
	for _, f := range unread {
		failed = append(failed, place(source.Place{File: f.Name}, f.Err))
	}
	accounts, err := c.chosen(events, shard{})
	if err != nil {
		failed = append(failed, messages.Placed{Err: err})
	}
	found := checked{accounts: len(accounts), findings: findings{onlyRead: true}}
	found.dates = c.farDatesOf(events, accounts, policy)
	for _, name := range accounts {
		own := events.Of(name)
		found.add(own)
		anomalies, err := account.Check(own, catalogue, policy)
		if err != nil {
			failed = append(failed, place(source.Place{}, err))
		}
		found.anomalies = append(found.anomalies, anomalies...)
	}
	if len(failed)+events.bad.Len() > 0 {
		return allProblems(failed, events, found.anomalies)
	}
	messages.SortAnomalies(found.anomalies, events.files)
	out := c.newOutput(cmd)
	if format == "json" {
		found.write(out)
	} else {
		fmt.Fprintln(out, &found)
	}
	if err := outfile.Commit(out); err != nil {
		return err
	}
	if len(accounts) == 0 {
		printLine(cmd.ErrOrStderr(), "prorata: the files hold no events")
	}
	return found.print(cmd.ErrOrStderr())
}

// place finds an error's place, or else is the one given.
func place(at source.Place, err error) messages.Placed {
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		at = pe.Place
	}
	return messages.Placed{At: at, Err: err}
}

// allProblems is what could not be read and what makes no sense, in the order of the files;
// what has no place in them comes last. Bad lines may be millions: each is found when it is printed.
func allProblems(failed []messages.Placed, events *reading, anomalies []account.Anomaly) error {
	messages.SortAnomalies(anomalies, events.files)
	failed = append(failed, messages.ByCause(anomalies, "once all can be read, "+messages.ListedByValidate)...)
	inFiles := messages.InFileOrder(events.files)
	compare := func(a, b source.Place) int {
		if a.File == "" || b.File == "" {
			return strings.Compare(b.File, a.File)
		}
		return inFiles(a, b)
	}
	slices.SortStableFunc(failed, func(a, b messages.Placed) int { return compare(a.At, b.At) })
	return &problems{seq: func(yield func(error) bool) {
		rest := failed
		before := func(at source.Place) bool {
			for ; len(rest) > 0 && (at.IsZero() || compare(rest[0].At, at) < 0); rest = rest[1:] {
				if !yield(rest[0].Err) {
					return false
				}
			}
			return true
		}
		for q := range events.bad.all {
			if !before(q.err.Place) || !yield(q.err) {
				return
			}
		}
		before(source.Place{}) // all that is left
	}}
}

// checked is what validate found.
type checked struct {
	accounts, events int
	first, last      cycle.Date // of the events that are not dated far from the others
	findings
}

// add counts the events of an account.
func (c *checked) add(own []account.Event) {
	c.events += len(own)
	for i := range own {
		c.dates.AddRecorded(&own[i])
		day := c.dates.Day(own[i].At)
		if day.Before(c.dates.First) || day.After(c.dates.Last) {
			continue
		}
		if c.first.IsZero() || day.Before(c.first) {
			c.first = day
		}
		c.last = cycle.Later(c.last, day)
	}
}

// write writes it as one JSON object.
func (c *checked) write(out *outfile.Output) {
	b := fmt.Appendf(nil, `{"accounts":%d,"events":%d,"anomalies":%d,"problems":[`, c.accounts, c.events, len(c.anomalies))
	for i := range c.anomalies {
		if i > 0 {
			b = append(b, ',')
		}
		b = messages.AppendAnomaly(b, &c.anomalies[i])
	}
	b = fmt.Appendf(b, `],"first_date":"%s","last_date":"%s","far_dates":%d,"far":[`, c.first, c.last, c.dates.N)
	for i := range c.dates.List {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.dates.List[i].AppendJSON(b)
	}
	out.Write(append(b, "]}\n"...))
}

// String is the same for people.
func (c *checked) String() string {
	text := fmt.Sprintf("%s, %s, %s", report.Count(c.accounts, "account", "accounts"),
		report.Count(c.events, "event", "events"), report.Count(len(c.anomalies), "anomaly", "anomalies"))
	if c.first.IsZero() {
		return text
	}
	text += fmt.Sprintf("\ndated %s to %s", c.first, c.last)
	if c.dates.N > 0 {
		text += fmt.Sprintf("; %s far from others", report.Count(c.dates.N, "date is", "dates are"))
	}
	return text
}
