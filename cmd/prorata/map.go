package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/table"
)

// mapFlags are those of map alone.
type mapFlags struct {
	mapping string
	as      string
	write   bool
}

var useNames = []string{"invoices", "customers", "usage", "packages", "charges"}

func newMap() *cobra.Command {
	c, f := &common{}, &mapFlags{}
	cmd := &cobra.Command{
		Use:   "map [flags] FILE",
		Short: "Propose what the columns of a table mean, and show its first rows as they are read",
		Long: `Looks at a table, CSV, XLSX or Parquet, and shows each column, the field it is read as, and
the first three rows as they are read: by --map, by the mapping beside the table
(FILE.map.json), or by one that it proposes from the header. It lists what it cannot decide,
with the key of the mapping that would decide it. With --write the proposal is written beside
the table, to be completed there.

Exit status: 0 every row can be read; 1 the file is no table, or the mapping does not fit it; 2
wrong usage; 3 done, and there are questions, or rows that cannot be read.`,
		Example: `  prorata map testdata/documents/november.csv
  prorata map --as usage testdata/documents/usage.csv`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("%d files, expected one, the table", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runMap(cmd, c, f, args[0]) },
	}
	mapFlag(cmd, &f.mapping, true)
	cmd.Flags().StringVar(&f.as, "as", "", "what the rows are: `USE` "+joined(useNames)+" (default what the header looks like)")
	_ = cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(useNames, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&f.write, "write", false, "write the proposal beside the table, as FILE.map.json")
	c.policyFlags(cmd)
	return cmd
}

func runMap(cmd *cobra.Command, c *common, f *mapFlags, file string) error {
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	data, err := infile.From{Stdin: cmd.InOrStdin()}.ReadAll(file, infile.Tables)
	if err != nil {
		return err
	}
	use, err := f.use(file, data)
	if err != nil {
		return err
	}
	currency := policy.MoneyCurrency()
	m, err := mappingOf(f.mapping, file, use, cmd.InOrStdin())
	if err != nil {
		return documentError(err)
	}
	var text bytes.Buffer
	if m != nil {
		if f.write {
			return usagef("--write, and the table has a mapping already, expected one of the two")
		}
		t, err := table.Open(file, data, m, currency)
		if err != nil {
			return documentError(err)
		}
		fmt.Fprintf(&text, "%s: %s, read as %s by %s%s\n\n", display.Text(file), display.Text(t.Describe()), use, display.Text(m.Name), headerAt(t.HeaderRow()))
		bad := writeRows(&text, t)
		return f.done(cmd, &text, nil, bad)
	}
	p, err := table.Propose(file, data, use, currency)
	if err != nil {
		return documentError(err)
	}
	fmt.Fprintf(&text, "%s: %s, read as %s by this proposal%s\n\n", display.Text(file), display.Text(p.What), use, headerAt(p.HeaderRow))
	bad := 0
	if p.Mapping != nil {
		t, err := table.Open(file, data, p.Mapping, currency)
		if err != nil {
			return documentError(err)
		}
		bad = writeRows(&text, t)
	} else {
		writeColumns(&text, p.Columns)
	}
	where := "It would be " + display.Text(file) + infile.MapEnding + "; --write writes it there"
	if f.write {
		if where, err = f.keep(file, p); err != nil {
			return err
		}
	}
	fmt.Fprintf(&text, "\nTHE MAPPING. %s\n%s", where, forPeopleText(p.Text))
	if p.Unread != "" && len(p.Questions) == 0 {
		text.WriteString("\nNOT READ\n" + wrapped(display.Text(p.Unread), "  ", lineWidth))
	}
	return f.done(cmd, &text, p.Questions, bad)
}

// headerAt says which row the header is, if there is one.
func headerAt(row int) string {
	if row == 0 {
		return ""
	}
	return fmt.Sprintf("; the header is row %d", row)
}

// use is what --as says that the rows are, or else what the header looks like.
func (f *mapFlags) use(file string, data []byte) (table.Use, error) {
	if f.as != "" {
		use, err := table.ParseUse(f.as)
		if err != nil {
			return use, usageError{fmt.Errorf("--as: %w", err)}
		}
		return use, nil
	}
	use, err := table.ProposeUse(file, data)
	return use, documentError(err)
}

// keep writes a proposal beside its table.
func (f *mapFlags) keep(file string, p *table.Proposal) (said string, err error) {
	if file == "-" {
		return "", usagef("--write of standard input, expected a file to write the mapping beside")
	}
	name := file + infile.MapEnding
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is there already, expected --write without it", name)
	}
	err = writeWhole(outfile.New(name, io.Discard), func(w io.Writer) error { _, err := w.Write(p.Text); return err })
	return "Written to " + display.Text(name), err
}

// done prints what there is, and the questions. Both they and rows that cannot be read are something to look at.
func (f *mapFlags) done(cmd *cobra.Command, text *bytes.Buffer, questions []string, bad int) error {
	for i, q := range questions {
		if i == 0 {
			text.WriteString("\nTO BE ANSWERED\n")
		}
		text.WriteString(wrapped(display.Text(q), "  ", lineWidth))
	}
	if err := tell(cmd.OutOrStdout(), func(w io.Writer) error { _, err := text.WriteTo(w); return err }); err != nil {
		return err
	}
	if bad+len(questions) > 0 {
		return errFindings
	}
	return nil
}

// shownRows is how many rows are shown.
const shownRows = 3

// lineWidth is how wide what map prints may be, in cells of a terminal.
const lineWidth = 100

// writeRows writes each column, what it is read as, and the first rows; and what cannot be read, which it counts.
func writeRows(to io.Writer, t *table.Table) (bad int) {
	wrong := &problems{limit: maxProblems}
	p := t.Preview(shownRows, func(err error) { wrong.add("", err) })
	lines := [][]string{{"COLUMN", "READ AS"}}
	for _, n := range p.Rows {
		lines[0] = append(lines[0], fmt.Sprintf("ROW %d", n))
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		title, as := l.Column.Letter+" "+l.Column.Name, l.Field
		switch {
		case l.Another:
			title = ""
		case l.Column.Letter == "":
			title = "made"
		case l.Kept():
			as = "kept as it is"
		case as == "":
			as = "not read"
		}
		lines = append(lines, append([]string{title, as}, l.Values...))
	}
	writeTable(to, lines)
	tally := p.Tally
	fmt.Fprintf(to, "\n%s read", report.Count(tally.Rows, "row", "rows"))
	if tally.Skipped > 0 {
		fmt.Fprintf(to, ", %d left out by rules", tally.Skipped)
	}
	if tally.Hidden > 0 {
		fmt.Fprintf(to, ", %d of them hidden in the sheet", tally.Hidden)
	}
	fmt.Fprintln(to)
	if tally.Unseen > 0 {
		fmt.Fprint(to, wrapped(display.Text(reconciling.UnseenNote(tally)), "", lineWidth))
	}
	for _, r := range tally.Rounded {
		fmt.Fprintf(to, "rounding to %s changes the sum of %s by %s\n", report.Count(r.Digits, "digit", "digits"), display.Text(r.Field), r.Change)
	}
	if len(wrong.list) > 0 {
		fmt.Fprint(to, "\nWHAT CANNOT BE READ\n")
		for _, err := range wrong.list {
			fmt.Fprint(to, wrapped(display.Text(err.Error()), "  ", lineWidth))
		}
	}
	return len(wrong.list)
}

// writeColumns writes the columns of a table that cannot be read yet.
func writeColumns(to io.Writer, columns []table.Column) {
	lines := [][]string{{"COLUMN", "READ AS"}}
	for _, c := range columns {
		lines = append(lines, []string{c.Letter + " " + c.Name, strings.Join(c.Fields, ", ")})
	}
	writeTable(to, lines)
}

// writeTable writes lines of cells in columns, each as wide as its widest cell, but so that all fit.
func writeTable(to io.Writer, lines [][]string) {
	columns := len(lines[0])
	widths, most := make([]int, columns), make([]int, columns)
	left := lineWidth
	for i := range most {
		switch {
		case i == 0:
			most[i] = 30
		case i == 1:
			most[i] = 18
		default:
			most[i] = left / (columns - i)
		}
		for _, line := range lines {
			if i < len(line) {
				line[i] = display.Cut(line[i], max(most[i], 8))
				widths[i] = max(widths[i], display.Width(line[i]))
			}
		}
		left -= widths[i] + 2
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-display.Width(cell)+2))
			}
		}
		fmt.Fprintln(to, strings.TrimRight(b.String(), " "))
	}
}

// wrapped is a text in lines of at most so many cells, the second and later ones indented further.
func wrapped(text, indent string, width int) string {
	return indent + strings.Join(display.Lines(text, width-len(indent)-2), "\n"+indent+"  ") + "\n"
}

// forPeopleText is a mapping file as a terminal may show it: lines stay lines.
func forPeopleText(text []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(display.Text(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}
