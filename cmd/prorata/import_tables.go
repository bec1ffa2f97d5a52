package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/internal/rowevents"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// openTable opens a table of a use, by the mapping that belongs to it.
func openTable(cmd *cobra.Command, mapping, file string, use table.Use, currency money.Currency) (*table.Table, error) {
	data, err := infile.From{Stdin: cmd.InOrStdin()}.ReadAll(file, infile.Tables)
	if err != nil {
		return nil, err
	}
	m, err := mappingNeeded(mapping, file, data, use, cmd.InOrStdin())
	if err != nil {
		return nil, documentError(err)
	}
	t, err := table.Open(file, data, m, currency)
	return t, documentError(err)
}

// importEvents makes events of the rows of tables.
func importEvents(use table.Use) func(*cobra.Command, *common, *importFlags, []string) error {
	return func(cmd *cobra.Command, c *common, f *importFlags, files []string) error {
		if err := only(cmd, use.String(), "account"); err != nil {
			return err
		}
		if err := f.check(cmd.Flags().Changed("store")); err != nil {
			return err
		}
		if err := c.checkOutputs(cmd, nil, append(append(files, f.against...), f.mapping)...); err != nil {
			return err
		}
		into, err := c.storeToImportTo(cmd)
		if err != nil {
			return err
		}
		policy, err := c.policy(cmd.InOrStdin())
		if err != nil {
			return err
		}
		how := rowevents.How{RecordedAt: f.recordedAt, Correct: f.correct, CorrectedAt: f.recordedAt}
		if into != nil {
			defer into.Close()
			policy = into.terms.Policy
			if how.CorrectedAt == "" {
				how.CorrectedAt = into.now.UTC().Format(time.RFC3339Nano)
			}
		}
		earlier, err := f.earlier(cmd, policy)
		if err != nil {
			return err
		}
		im := rowevents.New(policy)
		var wrong []error
		var notes []string
		for _, file := range files {
			t, err := openTable(cmd, f.mapping, file, use, policy.MoneyCurrency())
			if err != nil {
				return err
			}
			wrong = append(wrong, im.Add(file, t))
			notes = append(notes, reconciling.TableNotes(file, t.Tally())...)
		}
		if err := documentError(wrong...); err != nil {
			return err
		}
		if into != nil {
			if err := into.earlier(cmd.Context(), im.Accounts(), earlier); err != nil {
				return err
			}
		}
		added, err := im.New(earlier, how)
		if err != nil {
			return documentError(err)
		}
		if into != nil {
			return into.record(cmd, added.Lines, append(notes, f.outcome(added)...))
		}
		if err := c.writeJSON(cmd, "jsonl", len(added.Lines), func(i int, to []byte) []byte { return append(to, added.Lines[i]...) }); err != nil {
			return err
		}
		printNotes(cmd.ErrOrStderr(), append(notes, f.outcome(added)...))
		return nil
	}
}

// check makes sure that the flags make sense together.
func (f *importFlags) check(store bool) error {
	if f.recordedAt != "" {
		if _, err := cycle.ParseDate(f.recordedAt); err != nil {
			if _, err := time.Parse(time.RFC3339, f.recordedAt); err != nil {
				return usagef("--recorded-at %q, expected a date such as 2026-03-09, or an instant such as 2026-03-09T14:30:00Z", names.Clip(f.recordedAt))
			}
		}
	}
	switch {
	case store && len(f.against) > 0:
		return usagef("--against with --store, expected one of the two: rows are held against what the store has")
	case store:
	case f.correct && len(f.against) == 0:
		return usagef("--correct without --against, expected the events that are to be corrected, as --against FILE")
	case f.correct && f.recordedAt == "":
		return usagef("--correct without --recorded-at, expected the day on which the correction is recorded: bills from then on have it")
	}
	return nil
}

// earlier are the events of --against.
func (f *importFlags) earlier(cmd *cobra.Command, policy invoice.Policy) (*rowevents.Earlier, error) {
	earlier := &rowevents.Earlier{}
	for _, file := range f.against {
		r, err := infile.From{Stdin: cmd.InOrStdin()}.Open(file, infile.Events)
		if err != nil {
			return nil, err
		}
		wrong := &problems{limit: maxProblems}
		for event, err := range eventlog.Read(r, file, policy) {
			if err == nil {
				earlier.Add(event)
			} else if !wrong.add(file, err) {
				break
			}
		}
		r.Close()
		if err := wrong.err(); err != nil {
			return nil, err
		}
	}
	return earlier, nil
}

// outcome says what became of the rows, where that cannot be seen by the events.
func (f *importFlags) outcome(added rowevents.Added) (notes []string) {
	if added.Known > 0 {
		notes = append(notes, fmt.Sprintf("%s there already, left out; %s new", report.Count(added.Known, "row", "rows"), report.Count(added.Events, "row", "rows")))
	}
	if added.Corrected > 0 {
		notes = append(notes, report.Count(added.Corrected, "row", "rows")+" corrected: what "+either(added.Corrected == 1, "it", "they")+" said before is voided")
	}
	if added.Voided > 0 {
		notes = append(notes, report.Count(added.Voided, "event", "events")+" voided that the table has no more")
	}
	if len(added.Lines) == 0 && added.Known == 0 {
		notes = append(notes, "no events: the tables hold no rows")
	}
	return notes
}

// importPackages makes a price list of the rows of tables.
func importPackages(cmd *cobra.Command, c *common, f *importFlags, files []string) error {
	if err := only(cmd, "packages", "account", "against", "correct", "recorded-at"); err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, append(files, f.mapping)...); err != nil {
		return err
	}
	into, err := c.storeToImportTo(cmd)
	if err != nil {
		return err
	}
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	if into != nil {
		defer into.Close()
		policy = into.terms.Policy
	}
	var texts [][]byte
	var packages []invoice.Package
	var wrong []error
	var notes []string
	for _, file := range files {
		t, err := openTable(cmd, f.mapping, file, table.Packages, policy.MoneyCurrency())
		if err != nil {
			return err
		}
		for row, err := range t.Rows() {
			if err != nil {
				wrong = append(wrong, err)
				continue
			}
			text := appendPackage(nil, row)
			list, err := invoice.ParsePackages("", append(append([]byte("["), text...), ']'), policy.MoneyCurrency())
			if err != nil {
				wrong = append(wrong, ofRow(row, err))
				continue
			}
			list[0].At = row.Place
			packages, texts = append(packages, list[0]), append(texts, text)
		}
		notes = append(notes, reconciling.TableNotes(file, t.Tally())...)
	}
	if err := documentError(limited(wrong)...); err != nil {
		return err
	}
	if _, err := invoice.NewCatalogue(packages, invoice.Retail); err != nil {
		return documentError(err)
	}
	if into != nil {
		return into.addPackages(cmd, c, packages, notes)
	}
	if err := c.writeJSON(cmd, "json", len(texts), func(i int, to []byte) []byte { return append(to, texts[i]...) }); err != nil {
		return err
	}
	printNotes(cmd.ErrOrStderr(), notes)
	return nil
}

// limited are the first of many errors, and how many more there are.
func limited(all []error) []error {
	if len(all) <= maxProblems {
		return all
	}
	return append(all[:maxProblems:maxProblems], fmt.Errorf("and %s more", report.Count(len(all)-maxProblems, "problem", "problems")))
}

// ofRow is what is wrong with a package, at its row.
func ofRow(row *table.Row, err error) error {
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return source.Errorf(row.Place, "row %d: %w", row.Number, err)
}

// appendPackage appends a row as an entry of a price list. Columns that are no fields of one are left out.
func appendPackage(b []byte, row *table.Row) []byte {
	b = append(b, '{')
	for i := range row.Fields {
		f := &row.Fields[i]
		if f.Other || f.Text == "" {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(strictjson.AppendString(b, f.Name), ':')
		if f.Number || f.Name == "has_ip" || f.Name == "has_reseller" {
			b = append(b, f.Text...)
		} else {
			b = strictjson.AppendString(b, f.Text)
		}
	}
	return append(b, '}')
}

func either(one bool, a, b string) string {
	if one {
		return a
	}
	return b
}
