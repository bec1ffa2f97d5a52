// Command load measures the server under load: the program itself, over the books of many accounts in SQLite, on the machine it runs on.
//
//	go run ./bench/load                        100,000 accounts: a few minutes to make them, a minute and a half to measure
//	go run ./bench/load --keep load.db         the same, and the books stay, to be measured again
//	go run ./bench/load --profile cpu.pprof    serves in this process, and writes where its time goes, for go tool pprof
//
// The server has GOMAXPROCS=2, and shares the machine with what asks it. Latencies of an open loop count from when a request was due,
// so that one that waits for others is as slow as it is to whoever sent it. The time of a core that a request takes of the server says most
// where the machine is busy otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// options are what is measured, and how long.
type options struct {
	accounts, months int
	each             time.Duration // of a measurement
	rate             int           // of an open loop, a second
	batch            int           // events in a request
	keep, program    string
	profile          string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.accounts, "accounts", 100_000, "number of accounts")
	flags.IntVar(&o.months, "months", 3, "months that are billed, with 4 events of usage of each account in each")
	flags.DurationVar(&o.each, "each", 10*time.Second, "how long each measurement takes")
	flags.IntVar(&o.rate, "rate", 800, "requests a second of the open loop")
	flags.IntVar(&o.batch, "batch", 1000, "events in a request that records")
	flags.StringVar(&o.keep, "keep", "", "keep the books in `FILE`, or use those that are there")
	flags.StringVar(&o.program, "program", "", "measure the program `FILE`, instead of one that is built from here")
	flags.StringVar(&o.profile, "profile", "", "serve in this process, and write a profile of it to `FILE`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.accounts < 1 || o.months < 1 || o.rate < 1 || o.batch < 1 {
		return errors.New("expected flags only, and numbers from 1")
	}
	dir, err := os.MkdirTemp("", "prorata-load-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.keep == "" {
		o.keep = filepath.Join(dir, "load.db")
	}
	say := func(format string, a ...any) { fmt.Fprintf(stderr, "load: "+format+"\n", a...) }
	say("load average %s", loadAverage())
	made, err := makeBooks(ctx, &o, say)
	if err != nil {
		return err
	}
	s, err := startServer(ctx, &o, dir, made.token)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	results, err := measure(ctx, &o, s, say)
	if err != nil {
		return err
	}
	table(stdout, &o, made, results, s.peak())
	say("load average %s", loadAverage())
	return nil
}

// table prints what was measured, as Markdown.
func table(w io.Writer, o *options, made *made, results []result, peak string) {
	fmt.Fprintf(w, "%d accounts, %d events, %d invoices; the server held at most %s\n\n", o.accounts, made.events, made.invoices, peak)
	fmt.Fprintln(w, "| what | asked | answered/s | p50 ms | p99 ms | most ms | ms of a core | errors |")
	fmt.Fprintln(w, "|---|---|---:|---:|---:|---:|---:|---:|")
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %s | %.0f | %s | %s | %s | %s | %d |\n", r.name, r.asked, r.perSecond(), ms(r.at(0.50)), ms(r.at(0.99)), ms(r.at(1)), ms(r.core()), r.errors)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }
