// Command gen writes a workload for benchmarks: the events of many accounts over some months, as
// package workload makes them, and a list of packages that fits.
//
//	go run ./bench/gen --accounts 2000 --months 24 --events 100000 --packages packages.json -o events.jsonl
//	go run ./bench/gen --accounts 2000 --months 24 --events 100000 --files 4 -o 'events-%d.jsonl'
//
// The same flags give the same bytes, and the files of a workload, one after the other, are the one
// file it would be.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/prorata-go/prorata/bench/workload"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	var o workload.Options
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.Accounts, "accounts", 2000, "number of accounts")
	flags.IntVar(&o.Months, "months", 24, "months from the first event to the last")
	flags.IntVar(&o.Events, "events", 100_000, "number of events in all")
	flags.Uint64Var(&o.Seed, "seed", 1, "another seed gives another workload")
	flags.BoolVar(&o.Corrections, "corrections", false, "void some of the events, and keep charges to a price list")
	files := flags.Int("files", 1, "write so many files")
	output := flags.String("o", "", "write to `PATTERN`, in which %d is the number of the file; standard output when empty")
	packages := flags.String("packages", "", "write the list of packages to `FILE`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("argument %q, expected flags only", flags.Arg(0))
	}
	g, err := workload.New(o)
	if err != nil {
		return err
	}
	if *files < 1 || *files > o.Events {
		return fmt.Errorf("%d files, expected 1 to %d", *files, o.Events)
	}
	if *files > 1 && strings.Count(*output, "%d") != 1 {
		return fmt.Errorf("-o %q, expected one %%d in it for the number of the file", *output)
	}
	if *packages != "" {
		if err := os.WriteFile(*packages, o.Packages(), 0o644); err != nil {
			return err
		}
	}
	if *output == "" {
		return write(stdout, g, o.Events)
	}
	width := len(fmt.Sprint(*files))
	for n := range *files {
		events := (n+1)*o.Events / *files - n*o.Events / *files
		if err := writeFile(strings.Replace(*output, "%d", fmt.Sprintf("%0*d", width, n+1), 1), g, events); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, g *workload.Generator, events int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f, g, events), f.Close())
}

// write writes the next events of a workload.
func write(w io.Writer, g *workload.Generator, events int) error {
	const full = 1 << 18
	b := make([]byte, 0, full+1<<10)
	for range events {
		b = g.Append(b)
		if len(b) >= full {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}
