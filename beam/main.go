// Command beam bills accounts from their events on Apache Beam: on this machine, or on Flink,
// Spark or Dataflow. See the README.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

// The exit codes, as those of prorata.
const (
	exitDone     = 0
	exitFailed   = 1 // bad input; nothing was written
	exitUsage    = 2
	exitFindings = 3 // done, and there are anomalies to look at
)

// options are the flags that are not Beam's.
type options struct {
	events                      []string
	packages, policyFile, price string
	set                         []string
	through, output, anomalies  string
	shards                      int
}

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("beam", flag.ContinueOnError)
	list := func(to *[]string) func(string) error {
		return func(s string) error { *to = append(*to, s); return nil }
	}
	f.Func("events", "the event files, a `GLOB` in quotes (repeatable); .gz and .zst files are read as they are", list(&o.events))
	f.StringVar(&o.packages, "packages", "", "the package list, a JSON or XML `FILE`")
	f.StringVar(&o.output, "output", "", "write the invoices to `FILE`, one JSON object a line, by account, then date")
	f.IntVar(&o.shards, "shards", 1, "write `N` files FILE-00000-of-0000N …, each with the accounts of its shard")
	f.StringVar(&o.anomalies, "anomalies", "", "write the anomalies to `FILE` (default the output's name and .anomalies)")
	f.StringVar(&o.through, "through", "", "bill through `DATE` (default the latest at of all events, but for dates far from all others)")
	f.StringVar(&o.price, "price", "retail", "bill by the `PRICE` retail or distributor")
	f.StringVar(&o.policyFile, "policy", "", "the policy to bill by, a JSON `FILE`")
	f.Func("set", "set one key of the policy, over the file: `KEY=VALUE` (repeatable)", list(&o.set))
	return f
}

func main() {
	o := &options{}
	own := o.flags()
	own.VisitAll(func(f *flag.Flag) { flag.Var(f.Value, f.Name, f.Usage) })
	flag.Usage = func() { usage(own, flag.CommandLine) }
	flag.Parse()
	beam.Init() // on a worker, this does not return
	if *runners.Runner == "" {
		slog.SetDefault(slog.New(slog.DiscardHandler)) // Prism in this process tells every error four times
	}
	os.Exit(run(context.Background(), o, flag.Args(), os.Stderr))
}

func usage(own, all *flag.FlagSet) {
	w := all.Output()
	fmt.Fprint(w, `Bills every account from its events on Apache Beam, and writes the invoices.

  go run . --packages ../testdata/demo/packages.json --events ../testdata/demo/events.jsonl --output /tmp/invoices.jsonl

Exit status: 0 done; 1 failed; 2 wrong usage; 3 done, and there are anomalies to look at.

`)
	own.SetOutput(w)
	own.PrintDefaults()
	beams := flag.NewFlagSet("", flag.ContinueOnError)
	beams.SetOutput(w)
	all.VisitAll(func(f *flag.Flag) {
		if own.Lookup(f.Name) == nil {
			beams.Var(f.Value, f.Name, f.Usage)
		}
	})
	fmt.Fprintln(w, "\nBeam's own flags, for runners and workers:")
	beams.PrintDefaults()
}

// usageError is wrong usage: a flag or argument that cannot mean anything.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole command, for main and for tests.
func run(ctx context.Context, o *options, args []string, stderr io.Writer) int {
	anomalies, err := bill(ctx, o, args)
	switch {
	case errors.As(err, &usageError{}):
		fmt.Fprintf(stderr, "beam: %s; see --help\n", err)
		return exitUsage
	case err != nil:
		printError(stderr, err)
		return exitFailed
	case len(anomalies) > 0:
		stderr.Write(anomalies)
		fmt.Fprintf(stderr, "beam: %s to look at: left out of the bills, or dated far from all others\n", report.Count(bytes.Count(anomalies, []byte("\n")), "event", "events"))
		return exitFindings
	}
	return exitDone
}

// printError prints what a step of the pipeline says of the input as it is, without the state of
// the runner that it comes wrapped in; anything else after "beam: ".
func printError(w io.Writer, err error) {
	text := err.Error()
	const wrapped = "] failed:\n" // DoFn[UID:12, PID:e5, Name: main.readFn] failed:
	if i := strings.LastIndex(text, wrapped); i >= 0 {
		text = text[i+len(wrapped):]
	} else {
		text = "beam: " + text
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(w, "%s\n", display.Text(strings.TrimSuffix(line, "\n")))
	}
}

// bill runs the pipeline, and returns the anomalies as they were written.
func bill(ctx context.Context, o *options, args []string) ([]byte, error) {
	j, err := o.job(ctx, args)
	if err != nil {
		return nil, err
	}
	if err := beamx.Run(ctx, j.pipeline()); err != nil || *jobopts.Async {
		return nil, err
	}
	return readOutput(ctx, j.Anomalies)
}

// job checks everything that can be checked before a runner has it.
func (o *options) job(ctx context.Context, args []string) (*job, error) {
	if len(args) > 0 {
		return nil, usagef("argument %q, expected flags only, and a GLOB in quotes", args[0])
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"events GLOB", len(o.events) > 0}, {"packages FILE", o.packages != ""}, {"output FILE", o.output != ""}} {
		if !f.given {
			return nil, usagef("--%s is missing", f.name)
		}
	}
	if o.shards < 1 || o.shards > 99999 {
		return nil, usagef("--shards %d, expected 1 to 99999", o.shards)
	}
	j := &job{Output: o.output, Anomalies: o.anomalies, Shards: o.shards, Through: o.through}
	if j.Anomalies == "" {
		j.Anomalies = o.output + ".anomalies"
	}
	if o.through != "" {
		if _, err := cycle.ParseDate(o.through); err != nil {
			return nil, usagef("--through: %w", err)
		}
	}
	if _, err := invoice.ParsePriceList(o.price); err != nil {
		return nil, usageError{err}
	}
	if err := j.checkOutputs(append(slices.Clone(o.events), o.packages, o.policyFile)); err != nil {
		return nil, err
	}
	var err error
	if j.Files, err = match(ctx, o.events); err != nil {
		return nil, err
	}
	policy, err := o.policy(ctx)
	if err != nil {
		return nil, err
	}
	packages, err := files(ctx).ReadAll(o.packages, infile.Packages)
	if err != nil {
		return nil, err
	}
	j.Terms = terms{PackagesFile: o.packages, Packages: packages, Price: o.price, Policy: policy}
	_, err = j.Terms.catalogue()
	return j, err
}

// match finds the files of patterns, each once.
func match(ctx context.Context, patterns []string) (files []string, err error) {
	for _, pattern := range patterns {
		fs, err := filesystem.New(ctx, pattern)
		if err != nil {
			return nil, err
		}
		found, err := fs.List(ctx, pattern)
		if err = errors.Join(err, fs.Close()); err != nil {
			return nil, fmt.Errorf("--events %s: %w", pattern, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("--events %s: there is no such file", pattern)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// checkOutputs makes sure that what is written is not read.
func (j *job) checkOutputs(read []string) error {
	if j.Anomalies == j.Output {
		return usagef("--anomalies and --output are both %s, expected two files", j.Output)
	}
	for _, pattern := range read {
		for shard := range j.Shards {
			for _, name := range []string{shardName(j.Output, shard, j.Shards), j.Anomalies} {
				if match, err := filesystem.Match(pattern, name); err != nil {
					return usagef("--events %q: %w", pattern, err)
				} else if match || name == pattern {
					return usagef("%s is written, and read too as %s, expected another file", name, pattern)
				}
			}
		}
	}
	return nil
}

// policy is the policy file with --set over it.
func (o *options) policy(ctx context.Context) (p invoice.Policy, err error) {
	if o.policyFile != "" {
		data, err := files(ctx).ReadAll(o.policyFile, infile.Policy)
		if err != nil {
			return p, err
		}
		if p, err = invoice.ParsePolicy(o.policyFile, data); err != nil {
			return p, err
		}
	}
	for _, setting := range o.set {
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
