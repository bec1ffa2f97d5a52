// Command baseline measures what a replay is compared with, on the same files of events:
//
//	baseline lines --workers N FILE...       only find the lines
//	baseline decode --workers N FILE...      only decode them, strictly, with go-json-experiment/json
//	baseline afternoon --workers N --packages FILE [-o FILE] EVENTS...
//	                                         bill them, as a careful engineer would write it in an afternoon
//
// Each prints one line of NAME=VALUE.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}

// measured is what a baseline did.
type measured struct {
	events int64
	bytes  int64
	more   string // NAME=VALUE, each after a space
}

func run(args []string, stdout, stderr io.Writer) error {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("baseline "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	workers := flags.Int("workers", runtime.NumCPU(), "how many work at a time")
	var packages, output *string
	if name == "afternoon" {
		packages = flags.String("packages", "", "the list of packages, a JSON `FILE`")
		output = flags.String("o", "", "write the invoices to `FILE`")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *workers < 1 {
		return fmt.Errorf("%d workers, expected 1 or more", *workers)
	}
	if flags.NArg() == 0 {
		return errors.New("no files, expected one or more event files")
	}
	runtime.GOMAXPROCS(*workers)
	start := time.Now()
	var did measured
	var err error
	switch name {
	case "lines":
		did, err = findLines(flags.Args(), *workers)
	case "decode":
		did, err = decode(flags.Args(), *workers)
	case "afternoon":
		did, err = afternoon(flags.Args(), *packages, *output, *workers)
	default:
		return fmt.Errorf("%q, expected lines, decode or afternoon", name)
	}
	if err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	_, err = fmt.Fprintf(stdout, "baseline=%s workers=%d events=%d bytes=%d seconds=%.3f events_per_second=%.0f%s\n",
		name, *workers, did.events, did.bytes, took, float64(did.events)/took, did.more)
	return err
}
