package main

import (
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// common are the flags that commands share.
type common struct {
	packages   string
	policyFile string
	mapping    string // of Parquet files
	set        []string
	price      string
	format     string
	excel      bool
	issuer     string
	output     string
	accounts   []string
	keepGoing  bool
	quarantine string
	anomalies  string
	workers    int
	shard      string
	progress   bool
	quiet      bool
}

func (c *common) packagesFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.packages, "packages", "", "the package list, a JSON or XML `FILE`")
}

func (c *common) policyFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.policyFile, "policy", "", "the policy to bill by, a JSON `FILE`")
	cmd.Flags().StringArrayVar(&c.set, "set", nil, "set one key of the policy, over the file: `KEY=VALUE` (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("set", completePolicy)
}

func (c *common) formatFlags(cmd *cobra.Command, formats ...string) {
	cmd.Flags().StringVar(&c.format, "format", "", "`FORMAT` of the output: "+joined(formats)+" (default table on a terminal, "+formats[1]+" otherwise)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
}

func (c *common) excelFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.excel, "excel", false, "with --format csv: for a spreadsheet, with a byte order mark, and an apostrophe before text that begins like a formula")
}

func (c *common) eventFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only the account `NAME` (repeatable)")
	cmd.Flags().BoolVar(&c.keepGoing, "keep-going", false, "leave out the lines that cannot be read, and bill the rest")
	cmd.Flags().StringVar(&c.quarantine, "quarantine", "", "as --keep-going, and write those lines to `FILE`, each with its place and the reason")
	cmd.Flags().StringVar(&c.anomalies, "anomalies", "", "write each anomaly to `FILE`, one JSON object a line; messages tell a cause once")
}

func (c *common) workersFlag(cmd *cobra.Command) {
	cmd.Flags().IntVar(&c.workers, "workers", 0, "use `N` cores (default all there are)")
}

// useWorkers holds the process to the number of cores that it may use: what works in parallel
// takes as many workers as there are.
func (c *common) useWorkers(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("workers") {
		return nil
	}
	if c.workers < 1 {
		return usagef("--workers %d, expected 1 or more", c.workers)
	}
	runtime.GOMAXPROCS(min(c.workers, 1024))
	return nil
}

// from is where event files are read from.
func (c *common) from(cmd *cobra.Command) infile.From {
	return infile.From{Stdin: cmd.InOrStdin(), Map: c.mapping}
}

// loading is how event files are read.
func (c *common) loading(policy invoice.Policy, only shard, p *progress) eventlog.Loading {
	how := eventlog.Loading{Policy: policy, Allocate: allocate, KeepGoing: c.keepGoing || c.quarantine != "", MaxProblems: maxProblems}
	if only.of > 1 {
		how.Only = only.has
	}
	if p != nil {
		how.Events = &p.events
	}
	return how
}

// chooseFormat is --format, or what suits who is reading.
func (c *common) chooseFormat(cmd *cobra.Command, formats ...string) (string, error) {
	if c.format == "" {
		if c.toStdout() && isTerminal(cmd.OutOrStdout()) {
			return "table", nil
		}
		return formats[1], nil
	}
	if !slices.Contains(formats, c.format) {
		return "", usageError{names.Unknown("format", c.format, formats)}
	}
	if c.format == "xlsx" || c.format == "parquet" {
		return c.format, c.refuseTerminal(cmd, c.format)
	}
	return c.format, nil
}

// invoiceFormat is the format of invoices that --format, --lines and --excel ask for.
func (c *common) invoiceFormat(cmd *cobra.Command, lines bool) (*formats.Format, error) {
	name, err := c.chooseFormat(cmd, formats.Names()...)
	if err != nil {
		return nil, err
	}
	f := formats.Find(name, lines)
	if !c.excel {
		return f, nil
	}
	if f = f.ForExcel(); f == nil {
		return nil, usagef("--excel with the format %s, expected --format csv", name)
	}
	return f, nil
}

// refuseTerminal makes sure that what is no text does not go to a terminal.
func (c *common) refuseTerminal(cmd *cobra.Command, format string) error {
	if c.toStdout() && isTerminal(cmd.OutOrStdout()) {
		return usagef("a terminal does not show %s, expected --output FILE", format)
	}
	return nil
}

// policy is the policy file with --set over it.
func (c *common) policy(stdin io.Reader) (invoice.Policy, error) {
	var p invoice.Policy
	if c.policyFile != "" {
		data, err := infile.From{Stdin: stdin}.ReadAll(c.policyFile, infile.Policy)
		if err != nil {
			return p, err
		}
		if p, err = invoice.ParsePolicy(c.policyFile, data); err != nil {
			return p, documentError(err)
		}
	}
	for _, setting := range c.set {
		key, value, found := strings.Cut(setting, "=")
		if !found {
			return p, usagef("--set %q, expected KEY=VALUE", setting)
		}
		if err := p.Set(key, value); err != nil {
			return p, usagef("--set %s: %w", setting, err)
		}
	}
	return p, nil
}

// packageList reads the packages.
func (c *common) packageList(currency money.Currency, stdin io.Reader) ([]invoice.Package, error) {
	data, err := infile.From{Stdin: stdin}.ReadAll(c.packages, infile.Packages)
	if err != nil {
		return nil, err
	}
	packages, err := distributor.ReadPackages(c.packages, data, currency)
	if err != nil {
		return nil, documentError(err)
	}
	return packages, nil
}

// catalogue reads the packages and prices them.
func (c *common) catalogue(policy invoice.Policy, list invoice.PriceList, stdin io.Reader) (invoice.Catalogue, error) {
	packages, err := c.packageList(policy.MoneyCurrency(), stdin)
	if err != nil {
		return invoice.Catalogue{}, err
	}
	catalogue, err := invoice.NewCatalogue(packages, list)
	if err != nil {
		return catalogue, documentError(err)
	}
	return catalogue, nil
}

// dateFlag is the value of a flag that is a date; the zero Date when it is not given.
func dateFlag(cmd *cobra.Command, name string) (cycle.Date, error) {
	text, err := cmd.Flags().GetString(name)
	if err != nil || !cmd.Flags().Changed(name) {
		return cycle.Date{}, err
	}
	d, err := cycle.ParseDate(text)
	if err != nil {
		return cycle.Date{}, usagef("--%s: %w", name, err)
	}
	return d, nil
}

// required makes sure that flags were given.
func required(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if !cmd.Flags().Changed(name) {
			value, _ := pflag.UnquoteUsage(cmd.Flags().Lookup(name))
			return usagef("--%s is missing, expected --%s %s", name, name, value)
		}
	}
	return nil
}

// filesArgs are one or more files.
func filesArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("no files, expected one or more, or - for standard input")
	}
	if slices.Contains(args, "") {
		return usagef("a file's name is empty, expected an event file, or - for standard input")
	}
	return oneStdin(cmd, args)
}

// oneStdin makes sure that standard input is read once.
func oneStdin(cmd *cobra.Command, args []string) error {
	n := 0
	for _, name := range args {
		if name == "-" {
			n++
		}
	}
	for _, flag := range []string{"packages", "policy"} {
		if f := cmd.Flags().Lookup(flag); f != nil && f.Value.String() == "-" {
			n++
		}
	}
	if n > 1 {
		return usagef("standard input (-) is named %d times, expected at most once", n)
	}
	return nil
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("argument %q, expected flags only", args[0])
	}
	return nil
}
