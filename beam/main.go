// Command beam bills accounts from their events on Apache Beam: on this machine, or on Flink,
// Spark or Dataflow. See the README.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/invoice"
)

// The exit codes, as those of prorata.
const (
	exitDone     = 0
	exitFailed   = 1 // bad input; nothing was written
	exitUsage    = 2
	exitFindings = 3 // done, and there is something to look at
)

// options are the flags that are not Beam's.
type options struct {
	events                      []string
	packages, policyFile, price string
	set                         []string
	mapping                     string
	from, through               string
	output                      string
	anomalies, quarantine       string
	keepGoing, separate         bool
	shards                      int
	rangeBytes                  int64
}

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("beam", flag.ContinueOnError)
	list := func(to *[]string) func(string) error {
		return func(s string) error { *to = append(*to, s); return nil }
	}
	f.Func("events", "the event files, a `GLOB` in quotes (repeatable); .gz and .zst files are read as they are, and usage in Parquet", list(&o.events))
	f.StringVar(&o.mapping, "map", "", "what the columns of Parquet files mean: a mapping `FILE` (default the one beside each on a disk, FILE"+infile.MapEnding+")")
	f.StringVar(&o.packages, "packages", "", "the package list, a JSON or XML `FILE`")
	f.StringVar(&o.output, "output", "", "write the invoices to `FILE`, one JSON object a line, by account, then date")
	f.IntVar(&o.shards, "shards", 0, "divide the accounts into `N` shards, each of which a worker holds in memory (default one for 1 GiB of events)")
	f.BoolVar(&o.separate, "separate", false, "write a file for each shard, FILE-00000-of-0000N …, instead of one")
	f.Int64Var(&o.rangeBytes, "range-bytes", 0, "read files in ranges of `N` bytes (default 16 MiB to 256 MiB, by the size of all)")
	f.StringVar(&o.anomalies, "anomalies", "", "write each anomaly to `FILE`, one JSON object a line; messages tell a cause once")
	f.BoolVar(&o.keepGoing, "keep-going", false, "leave out the lines that cannot be read, and bill the rest")
	f.StringVar(&o.quarantine, "quarantine", "", "as --keep-going, and write those lines to `FILE`, each with its place and the reason")
	f.StringVar(&o.from, "from", "", "leave out invoices dated before `DATE`")
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
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // runners that keep all in this process, as Prism does, would take half as much memory again
	}
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

Exit status: 0 done; 1 failed; 2 wrong usage; 3 done, and there is something to look at.

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
	status, err := bill(ctx, o, args, stderr)
	switch {
	case errors.As(err, &usageError{}):
		fmt.Fprintf(stderr, "beam: %s; see --help\n", err)
		return exitUsage
	case err != nil:
		printError(stderr, err)
		return exitFailed
	}
	return status
}

// printError prints an error as the command does: that of a document is its problems, a line each.
func printError(w io.Writer, err error) {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		messages.PrintError(w, err)
		return
	}
	for _, err := range several.Unwrap() {
		messages.PrintError(w, err)
	}
}

// bill runs the pipeline, and prints what its last step told.
func bill(ctx context.Context, o *options, args []string, stderr io.Writer) (status int, err error) {
	j, err := o.job(ctx, args)
	if err != nil {
		return 0, err
	}
	if err := j.start(ctx); err != nil {
		return 0, err
	}
	err = beamx.Run(ctx, j.pipeline())
	if err == nil && *jobopts.Async {
		messages.PrintLine(stderr, "prorata: what replay would print will stand in "+j.told()+", after the exit status")
		return exitDone, nil
	}
	text, untold := j.end(context.WithoutCancel(ctx))
	switch {
	case untold == nil: // all was done, even if the runner was lost then
	case err != nil:
		return 0, err
	default:
		return 0, fmt.Errorf("the run has ended without a word: %w", untold)
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	if status, err = strconv.Atoi(first); err != nil {
		return 0, fmt.Errorf("%s is damaged: %w", j.told(), err)
	}
	_, err = io.WriteString(stderr, rest)
	return status, err
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
	if o.shards < 0 || o.shards > maxShards {
		return nil, usagef("--shards %d, expected 1 to %d", o.shards, maxShards)
	}
	if o.rangeBytes < 0 {
		return nil, usagef("--range-bytes %d, expected 1 or more", o.rangeBytes)
	}
	run := make([]byte, 8)
	_, _ = rand.Read(run) // which does not fail
	j := &job{Run: "unfinished-" + hex.EncodeToString(run), Output: o.output, Separate: o.separate, KeepGoing: o.keepGoing || o.quarantine != "",
		From: o.from, Through: o.through, Quarantine: o.quarantine, Anomalies: o.anomalies, Map: o.mapping}
	if err := o.checkDates(); err != nil {
		return nil, err
	}
	if _, err := invoice.ParsePriceList(o.price); err != nil {
		return nil, usageError{err}
	}
	read := append(slices.Clone(o.events), o.packages, o.policyFile, o.mapping)
	if err := j.checkOutputs(read); err != nil {
		return nil, err
	}
	var err error
	if j.Files, err = match(ctx, o.events); err != nil {
		return nil, err
	}
	j.divide(ctx, o)
	if err := j.checkOutputs(read); err != nil { // now also those of the shards
		return nil, err
	}
	policy, err := o.policy(ctx)
	if err != nil {
		return nil, err
	}
	packages, err := files(ctx, o.packages).ReadAll(o.packages, infile.Packages)
	if err != nil {
		return nil, err
	}
	j.Terms = terms{PackagesFile: o.packages, Packages: packages, Price: o.price, Policy: policy}
	_, err = j.Terms.catalogue()
	return j, err
}

func (o *options) checkDates() error {
	var from, through cycle.Date
	for _, f := range []struct {
		name, text string
		to         *cycle.Date
	}{{"from", o.from, &from}, {"through", o.through, &through}} {
		if f.text == "" {
			continue
		}
		var err error
		if *f.to, err = cycle.ParseDate(f.text); err != nil {
			return usagef("--%s: %w", f.name, err)
		}
	}
	if o.through != "" && through.Before(from) {
		return usagef("--through %s is before --from %s", through, from)
	}
	return nil
}

const (
	maxShards  = 99999
	shardBytes = 1 << 30 // of events
	minRange   = 16 << 20
	maxRange   = 256 << 20
	someRanges = 64
)

// divide cuts the files into ranges, and says how many shards there are.
func (j *job) divide(ctx context.Context, o *options) {
	size := o.rangeBytes
	if size == 0 {
		total := int64(0)
		for _, name := range j.Files {
			length, _ := plainSize(ctx, name)
			total += length
		}
		size = min(max(total/someRanges, minRange), maxRange)
	}
	total := j.cutFiles(ctx, size)
	if j.Shards = o.shards; j.Shards == 0 {
		j.Shards = int(min(total/shardBytes+1, maxShards))
	}
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

// checkOutputs makes sure that what is written is not read, and is no two things.
func (j *job) checkOutputs(read []string) error {
	outputs := []struct{ flag, name string }{{"output", j.Output}, {"quarantine", j.Quarantine}, {"anomalies", j.Anomalies}}
	for i, o := range outputs {
		for _, other := range outputs[:i] {
			if o.name != "" && o.name == other.name {
				return usagef("--%s and --%s are both %s, expected two files", o.flag, other.flag, o.name)
			}
		}
	}
	written := []string{j.Output, j.Quarantine, j.Anomalies}
	for shard := range j.Shards {
		if j.Separate {
			written = append(written, shardName(j.Output, shard, j.Shards))
		}
	}
	for _, pattern := range read {
		for _, name := range written {
			if name == "" {
				continue
			}
			if match, err := filesystem.Match(pattern, name); err != nil {
				return usagef("--events %q: %w", pattern, err)
			} else if match || name == pattern {
				return usagef("%s is written, and read too as %s, expected another file", name, pattern)
			}
		}
	}
	return nil
}

// policy is the policy file with --set over it.
func (o *options) policy(ctx context.Context) (p invoice.Policy, err error) {
	if o.policyFile != "" {
		data, err := files(ctx, o.policyFile).ReadAll(o.policyFile, infile.Policy)
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
