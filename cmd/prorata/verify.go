package main

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/report"
)

func newVerify() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "verify --store STORE [flags]",
		Short: "Make sure that the books are whole, and name what is not",
		Long: `Reads everything in a store and computes again what can be computed: the seal of every run from
the bytes of its invoices, the sums of every invoice from its lines, its number from its account
and day; no number or day twice, nothing missing in between, every event readable; the SHA-256 of
every reconciliation and its reports. --head says whether the end was cut off. --replay bills
every account again as each run knew it, and makes sure that the same invoices come of it, to the
byte.

` + storeHelp + `

Exit status: 0 the books are whole; 1 they cannot be read; 2 wrong usage; 3 they are not whole,
and standard output says where.`,
		Example: `  prorata verify --store testdata/books/reseller.db
  prorata verify --store testdata/books/reseller.db --replay --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVerify(cmd, c) },
	}
	storeFlag(cmd)
	cmd.Flags().String("head", "", "make sure that a run has the seal `HASH`, the head that bill said")
	cmd.Flags().Bool("replay", false, "also bill everything again, and compare")
	c.formatFlags(cmd, verifyFormats...)
	return cmd
}

var verifyFormats = []string{"table", "json"}

func runVerify(cmd *cobra.Command, c *common) error {
	format, err := c.chooseFormat(cmd, verifyFormats...)
	if err != nil {
		return err
	}
	var what books.Verifying
	if what.Head, err = cmd.Flags().GetString("head"); err != nil {
		return err
	}
	if what.Replay, err = cmd.Flags().GetBool("replay"); err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	b, err := readStore(cmd)
	if err != nil {
		return err
	}
	defer b.Close()
	found, err := b.Verify(cmd.Context(), what)
	if err != nil {
		return err
	}
	if err := c.writeVerified(cmd, &found, format); err != nil {
		return err
	}
	if !found.Whole() {
		return errFindings
	}
	return nil
}

// writeVerified writes what verifying found.
func (c *common) writeVerified(cmd *cobra.Command, found *books.Verified, format string) error {
	out := c.newOutput(cmd)
	if format == "json" {
		out.Write(appendVerified(nil, found))
		return outfile.Commit(out)
	}
	reconciliations := ""
	if n := int(found.Reconciliations); n > 0 {
		reconciliations = ", " + report.Count(n, "reconciliation", "reconciliations")
	}
	fmt.Fprintf(out, "%s, %s, %s, %s%s\n", report.Count(int(found.Accounts), "account", "accounts"), report.Count(int(found.Events), "event", "events"),
		report.Count(int(found.Runs), "run", "runs"), report.Count(int(found.Invoices), "invoice", "invoices"), reconciliations)
	if found.Whole() {
		fmt.Fprintf(out, "whole; %s\n", headOf(found.Head))
		return outfile.Commit(out)
	}
	for _, fault := range found.Faults {
		printLine(out, fault)
	}
	if found.More > 0 {
		fmt.Fprintf(out, "and %s more\n", report.Count(found.More, "fault", "faults"))
	}
	fmt.Fprintf(out, "not whole: %s; restore a copy from before, and record again what came after\n", report.Count(len(found.Faults)+found.More, "fault", "faults"))
	return outfile.Commit(out)
}

func appendVerified(b []byte, found *books.Verified) []byte {
	b = strconv.AppendBool(append(b, `{"whole":`...), found.Whole())
	for _, n := range []struct {
		name string
		n    int64
	}{{"accounts", found.Accounts}, {"events", found.Events}, {"runs", found.Runs}, {"invoices", found.Invoices}, {"reconciliations", found.Reconciliations}, {"faults", int64(len(found.Faults) + found.More)}} {
		b = strconv.AppendInt(append(append(append(b, `,"`...), n.name...), `":`...), n.n, 10)
	}
	b, _ = jsontext.AppendQuote(append(b, `,"head":`...), found.Head.Seal)
	b = append(b, `,"found":[`...)
	for i, fault := range found.Faults {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, fault)
	}
	return append(b, "]}\n"...)
}
