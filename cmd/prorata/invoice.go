package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/statement"
)

// invoiceFlags are those of invoice alone.
type invoiceFlags struct {
	each    string
	profile string
	paper   string
}

func newInvoice() *cobra.Command {
	c, f := &common{}, &invoiceFlags{}
	cmd := &cobra.Command{
		Use:   "invoice (--store STORE | --packages FILE EVENTS...) [flags] NUMBER...",
		Short: "Write invoices as customers get them",
		Long: `Writes the invoices with these numbers as customers get them, as a page or as PDF: who sends
them and to whom, the lines in words, the days, the total. --profile FILE has the names,
addresses, logo, terms and language; docs/statements.md says what it may contain. With --each DIR
every invoice gets its own file, named by its number. Without a NUMBER these are all invoices,
or those of --from, --through and --account. From a store, an invoice is as it was issued, and
says what earlier ones leave unpaid.

` + storeHelp + `

Exit status: 0 done; 1 bad input, and what was not written yet is not; 2 wrong usage; 3 done, and
there are anomalies, far dates, or characters that the font does not have.`,
		Example: `  prorata invoice 20250610-1vmdd3chhjdwypvp --packages testdata/demo/packages.json \
      --profile testdata/demo/profile.json testdata/demo/events.jsonl
  prorata invoice BOOK-20260310-dbq0kt4nmv3xbvh4 --store testdata/books/reseller.db
  prorata invoice --each "invoices" --format pdf --packages testdata/demo/packages.json \
      --profile testdata/demo/profile.json --from 2026-02-01 testdata/demo/events.jsonl`,
		Args: func(cmd *cobra.Command, args []string) error {
			_, files := splitNumbers(args)
			return storeOrFiles(cmd, files)
		},
		ValidArgsFunction: completeNumbers,
		RunE:              func(cmd *cobra.Command, args []string) error { return runInvoice(cmd, c, f, args) },
	}
	cmd.Flags().StringVar(&f.profile, "profile", "", "the issuer, the customers, and how to write to them, a JSON `FILE`")
	cmd.Flags().StringVar(&f.each, "each", "", "write each invoice to a file of its own in the folder `DIR`, which is made if it is not there")
	list := formats.DocumentNames()
	cmd.Flags().StringVar(&c.format, "format", "", "`FORMAT` of the output: "+joined(list)+" (default what the name of the output ends in, else html)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	cmd.Flags().StringVar(&f.paper, "paper", "a4", "the `SIZE` of a page of PDF: a4 or letter")
	_ = cmd.RegisterFlagCompletionFunc("paper", cobra.FixedCompletions(papers, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "with --each: only the account `NAME` (repeatable)")
	cmd.Flags().String("from", "", "with --each: leave out invoices dated before `DATE`")
	storeFlag(cmd)
	c.billedFlags(cmd)
	return cmd
}

var papers = []string{"a4", "letter"}

func runInvoice(cmd *cobra.Command, c *common, f *invoiceFlags, args []string) error {
	numbers, files := splitNumbers(args)
	format, err := f.format(c)
	if err != nil {
		return err
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	switch {
	case f.each == "" && len(numbers) == 0:
		return usagef("no number of an invoice, expected one such as 20250610-1vmdd3chhjdwypvp, or --each DIR for all of them")
	case f.each != "" && c.output != "":
		return usagef("--each and --output, expected one of them")
	case len(numbers) > 0 && (len(c.accounts) > 0 || !span.Start.IsZero()):
		return usagef("--account or --from with numbers, expected one or the other")
	}
	if format.Binary && f.each == "" {
		if err := c.refuseTerminal(cmd, format.Name); err != nil {
			return err
		}
	}
	if err := c.checkOutputs(cmd, nil, append(files, f.profile)...); err != nil {
		return err
	}
	profile, err := f.readProfile(cmd.InOrStdin())
	if err != nil {
		return err
	}
	b, err := c.basisOf(cmd, span, files)
	if err != nil {
		return err
	}
	defer b.close()
	w := &invoiceWriter{invoiceFlags: f, format: format, options: formats.DocumentOptions{Letter: f.paper == "letter"}, profile: profile}
	switch {
	case b.store != nil:
		err = w.issued(cmd, c, b, numbers)
	case len(numbers) > 0:
		err = w.numbered(cmd, &b.billed, numbers)
	default:
		err = w.all(cmd, c, &b.billed)
	}
	if err != nil {
		return err
	}
	if f.each == "" {
		if err := w.write(c.newOutput(cmd), w.documents...); err != nil {
			return err
		}
	} else {
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: %s written to %s", report.Count(w.written, "invoice", "invoices"), f.each))
	}
	left := (&findings{anomalies: b.anomalies, dates: b.dates}).print(cmd.ErrOrStderr())
	if len(w.missing) > 0 {
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: the font does not have %s, a box stands in their place; a profile may name another font", namedRunes(w.missing)))
		left = errFindings
	}
	return left
}

// format is --format, or what the name of the output ends in, or html.
func (f *invoiceFlags) format(c *common) (*formats.Document, error) {
	if _, err := names.Index("paper", f.paper, papers); err != nil {
		return nil, usageError{err}
	}
	name := c.format
	if name == "" {
		if name = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.output)), "."); !slices.Contains(formats.DocumentNames(), name) {
			name = "html"
		}
	}
	format := formats.FindDocument(name)
	if format == nil {
		return nil, usageError{names.Unknown("format", name, formats.DocumentNames())}
	}
	return format, nil
}

// invoiceWriter writes invoices: each when it is billed, or all of them at the end.
type invoiceWriter struct {
	*invoiceFlags
	format    *formats.Document
	options   formats.DocumentOptions
	profile   *statement.Profile
	documents []statement.Document // to be written together
	written   int                  // to files of their own
	missing   []rune
}

// numbered takes the invoices of some numbers, in that order.
func (w *invoiceWriter) numbered(cmd *cobra.Command, b *billed, numbers []invoice.Number) error {
	for _, number := range numbers {
		name, known := b.accountOf(number)
		if !known {
			return b.noInvoice(number, "", nil)
		}
		found := false
		err := b.bills(cmd, []string{name}, func(bill *account.Bill) error {
			var others []string
			for i := range bill.Invoices {
				if inv := &bill.Invoices[i]; inv.Number == number {
					found = true
					return w.take(inv, nil)
				}
				others = append(others, bill.Invoices[i].Number.String())
			}
			return b.noInvoice(number, name, others)
		})
		if err != nil || !found {
			return err
		}
	}
	return nil
}

// all takes all invoices that are asked for by account and date.
func (w *invoiceWriter) all(cmd *cobra.Command, c *common, b *billed) error {
	accounts, err := c.chosen(b.events, shard{})
	if err != nil {
		return err
	}
	return b.bills(cmd, accounts, func(bill *account.Bill) error {
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(b.span.Start) {
				if err := w.take(inv, nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// take writes an invoice, with what was owed before it where that is known, or keeps it to be written with the others.
func (w *invoiceWriter) take(inv *invoice.Invoice, before *money.Amount) error {
	d := statement.Document{Invoice: inv, Profile: w.profile, Before: before}
	if w.each == "" {
		w.documents = append(w.documents, d)
		return nil
	}
	if w.written == 0 {
		if err := os.MkdirAll(w.each, 0o777); err != nil {
			return err
		}
	}
	out := outfile.New(filepath.Join(w.each, inv.Number.String()+"."+w.format.Name), nil)
	w.written++
	return w.write(out, d)
}

// write writes documents to an output of their own.
func (w *invoiceWriter) write(out *outfile.Output, documents ...statement.Document) error {
	var b bytes.Buffer
	missing, err := w.format.Write(&b, w.options, documents)
	if err != nil {
		return err
	}
	for _, r := range missing {
		if !slices.Contains(w.missing, r) {
			w.missing = append(w.missing, r)
		}
	}
	return writeWhole(out, func(to io.Writer) error { _, err := to.Write(b.Bytes()); return err })
}

// maxProfileFile is how large a logo or a font may be.
const maxProfileFile = 32 << 20

// readProfile reads the profile and the files that it names, which are beside it; nil where there is none.
func (f *invoiceFlags) readProfile(stdin io.Reader) (*statement.Profile, error) {
	if f.profile == "" {
		return nil, nil
	}
	data, err := infile.From{Stdin: stdin}.ReadAll(f.profile, infile.Profiles)
	if err != nil {
		return nil, err
	}
	p, err := statement.ParseProfile(f.profile, data)
	if err != nil {
		return nil, documentError(err)
	}
	if p.Logo, err = f.beside(p.LogoFile); err == nil && p.LogoFile != "" {
		err = statement.CheckLogo(p.Logo)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: logo %q: %w", f.profile, p.LogoFile, err)
	}
	if p.Font, err = f.beside(p.FontFile); err == nil && p.FontFile != "" {
		err = statement.CheckFont(p.Font)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: font %q: %w", f.profile, p.FontFile, err)
	}
	return &p, nil
}

// beside reads a file that the profile names.
func (f *invoiceFlags) beside(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(f.profile), name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxProfileFile+1))
	if err == nil && len(data) > maxProfileFile {
		err = source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "it has more than %d bytes, expected a smaller one", maxProfileFile)
	}
	return data, err
}

// namedRunes are characters for a message: the first of them.
func namedRunes(list []rune) string {
	const most = 8
	var text []string
	for _, r := range list[:min(most, len(list))] {
		text = append(text, fmt.Sprintf("%q (U+%04X)", r, r))
	}
	if more := len(list) - most; more > 0 {
		text = append(text, report.Count(more, "other", "others"))
	}
	return strings.Join(text, ", ")
}
