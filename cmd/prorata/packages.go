package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

var packagesFormats = []string{"table", "json"}

func newPackages() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "packages --store STORE [flags] [FILE]",
		Short: "Show the price list of a store, or add to it",
		Long: `Shows the packages that a store bills by. With FILE it adds those of a list in JSON or XML: a new
package, or new terms of one that is there, from effective_from on. With --policy and --set it
changes the policy, except its currency and its time zone.

Once something was issued, new terms apply only to billing periods that start after the last one
that was billed, and the policy stays, unless --retroactive is given. Then what is owed for periods
that were billed is computed again, and the difference comes as adjustments on the next invoices.
It prints how much they are; with --dry-run it does only that.

` + storeHelp + `

Exit status: 0 done; 1 it failed, and nothing was changed; 2 wrong usage.

` + policyHelp(),
		Example: `  prorata packages --store testdata/books/reseller.db
  prorata packages --store testdata/books/reseller.db --retroactive --dry-run \
      testdata/books/cheaper.json`,
		Args: noneOrOneFile,
		RunE: func(cmd *cobra.Command, files []string) error { return runPackages(cmd, c, files) },
	}
	storeFlag(cmd)
	cmd.Flags().Bool("retroactive", false, "allow what changes what is owed for billing periods that were billed")
	cmd.Flags().Bool("dry-run", false, "change nothing, and say what would be changed")
	c.policyFlags(cmd)
	nowFlag(cmd, "add them")
	c.formatFlags(cmd, packagesFormats...)
	return cmd
}

func noneOrOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return oneStdin(cmd, nil)
	}
	return oneFile(cmd, args)
}

func runPackages(cmd *cobra.Command, c *common, files []string) error {
	format, err := c.chooseFormat(cmd, packagesFormats...)
	if err != nil {
		return err
	}
	var what books.Adding
	if what.Retroactive, err = cmd.Flags().GetBool("retroactive"); err != nil {
		return err
	}
	if what.DryRun, err = cmd.Flags().GetBool("dry-run"); err != nil {
		return err
	}
	now, err := nowOf(cmd)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	changes := len(files) > 0 || c.policyFile != "" || len(c.set) > 0
	if !changes && (what.Retroactive || what.DryRun) {
		return usagef("--retroactive and --dry-run are about changes, expected FILE, --policy or --set")
	}
	open := readStore
	if changes && !what.DryRun {
		open = openStore
	}
	b, terms, err := openWithTerms(cmd, open)
	if err != nil {
		return err
	}
	defer b.Close()
	if !changes {
		return c.showPackages(cmd, &terms, format)
	}
	what.Now = now.in(terms.Policy.TimeZone)
	if what.Policy, err = c.changedPolicy(terms.Policy, cmd.InOrStdin()); err != nil {
		return err
	}
	if len(files) > 0 {
		c.packages = files[0]
		if what.Packages, err = c.packageList(terms.Policy.MoneyCurrency(), cmd.InOrStdin()); err != nil {
			return err
		}
	}
	added, err := b.AddTerms(cmd.Context(), what)
	if err != nil {
		return documentError(err)
	}
	return c.tellAdded(cmd, &added, &what)
}

// changedPolicy is the policy file, or the policy there is, with --set over it.
func (c *common) changedPolicy(from invoice.Policy, stdin io.Reader) (*invoice.Policy, error) {
	if c.policyFile == "" && len(c.set) == 0 {
		return nil, nil
	}
	set := c.set
	if c.policyFile == "" {
		c.set = nil
		for _, key := range invoice.PolicyKeys() {
			c.set = append(c.set, key+"="+from.Value(key))
		}
		c.set = append(c.set, set...)
	}
	policy, err := c.policy(stdin)
	return &policy, err
}

func (c *common) tellAdded(cmd *cobra.Command, added *books.Added, what *books.Adding) error {
	out := c.newOutput(cmd)
	would := ""
	if what.DryRun {
		would = "would be "
	}
	for i := range added.Changed {
		p := &added.Changed[i]
		from := "from the beginning"
		if !p.EffectiveFrom.IsZero() {
			from = "from " + p.EffectiveFrom.String()
		}
		printLine(out, fmt.Sprintf("%sadded: %s at %s, %s", would, p.Name, p.Price.Display(), from))
	}
	for _, key := range added.Keys {
		printLine(out, would+"set: "+key)
	}
	if len(added.Changed)+len(added.Keys) == 0 {
		printLine(out, "nothing new")
	} else if what.Retroactive {
		printLine(out, fmt.Sprintf("%sadjusted on the next invoices: %s for %s", would, added.Adjustment.Total.Display(), report.Count(added.Adjustment.Accounts, "account", "accounts")))
	}
	return outfile.Commit(out)
}

// showPackages writes the price list: as packages are read, or as a table.
func (c *common) showPackages(cmd *cobra.Command, terms *books.Terms, format string) error {
	out := c.newOutput(cmd)
	if format == "json" {
		text := []byte("[\n")
		for i := range terms.Packages {
			if i > 0 {
				text = append(text, ",\n"...)
			}
			text = terms.Packages[i].AppendJSON(text)
		}
		out.Write(append(text, "\n]\n"...))
		return outfile.Commit(out)
	}
	rows := [][]string{{"package", "from", "price", "credits", "overage", "distributor price"}}
	for i := range terms.Packages {
		p := &terms.Packages[i]
		distributor := ""
		if p.DistributorPrice != nil {
			distributor = p.DistributorPrice.Number()
		}
		rows = append(rows, []string{p.Name, p.EffectiveFrom.String(), p.Price.Number(), count(p.Credits), p.Overage.String(), distributor})
	}
	if err := report.Table(forPeople(out, cmd.OutOrStdout()), []bool{false, false, true, true, true, true}, rows); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, price list and policy %s, in %s; policy:", report.Count(len(terms.Packages), "package", "packages"), strconv.FormatInt(terms.Number, 10), terms.Policy.MoneyCurrency())
	for _, key := range invoice.PolicyKeys() {
		if value := terms.Policy.Value(key); value != (invoice.Policy{}).Value(key) {
			fmt.Fprintf(out, " %s=%s", key, value)
		}
	}
	if len(terms.Policy.Changes(invoice.Policy{})) == 0 {
		fmt.Fprint(out, " the default")
	}
	fmt.Fprintln(out)
	return outfile.Commit(out)
}
