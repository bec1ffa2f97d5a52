// Command measure measures programs, and makes a table of what was measured:
//
//	measure run --name NAME --workers N --events N --accounts N --to FILE COMMAND ARGS...
//	measure table FILE
//
// The first runs a command with its output thrown away and adds a line to a file: the time it took, the time of all
// cores it used, and the most memory it held. The second prints the medians of such lines, and their ratios, as Markdown.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// sample is one run of a program over one workload.
type sample struct {
	Name     string  `json:"name"` // of what was run
	Workers  int     `json:"workers"`
	Events   int     `json:"events"`
	Accounts int     `json:"accounts"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu"`    // seconds of all cores
	Memory   int64   `json:"memory"` // bytes at the most; 0 where the system does not say
}

func run(args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "run" {
		return runOne(args[1:], stderr)
	}
	if len(args) == 2 && args[0] == "table" {
		samples, err := read(args[1])
		if err != nil {
			return err
		}
		return table(stdout, samples)
	}
	return errors.New("expected run and a command, or table and a file")
}

func runOne(args []string, stderr io.Writer) error {
	var s sample
	flags := flag.NewFlagSet("measure run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.Name, "name", "", "what is run")
	flags.IntVar(&s.Workers, "workers", 1, "how many work at a time; GOMAXPROCS of the command")
	flags.IntVar(&s.Events, "events", 0, "events in the workload")
	flags.IntVar(&s.Accounts, "accounts", 0, "accounts in the workload")
	to := flags.String("to", "", "add the sample to `FILE`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("no command to run")
	}
	cmd := exec.Command(flags.Arg(0), flags.Args()[1:]...) // without Stdout, its output goes to the null device
	cmd.Stderr = stderr
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", s.Workers))
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	s.Seconds = time.Since(start).Seconds()
	s.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	s.Memory = peak(cmd.ProcessState)
	f, err := os.OpenFile(*to, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(s), f.Close())
}

func read(file string) ([]sample, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var samples []sample
	for d := json.NewDecoder(f); ; {
		var s sample
		if err := d.Decode(&s); errors.Is(err, io.EOF) {
			return samples, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		samples = append(samples, s)
	}
}
