package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/outfile"
)

// newOutput is where the results go: --output, or standard output.
func (c *common) newOutput(cmd *cobra.Command) *outfile.Output {
	return outfile.New(c.output, cmd.OutOrStdout())
}

// writeOutput writes the one output of a command, which is kept in memory until all of it is there.
func (c *common) writeOutput(cmd *cobra.Command, write func(io.Writer) error) error {
	out := c.newOutput(cmd)
	return writeWhole(out, func(io.Writer) error { return write(forPeople(out, cmd.OutOrStdout())) })
}

// writeLarge writes the one output of a command where that may be more than memory holds. A stream, too, gets all of it or nothing.
func (c *common) writeLarge(cmd *cobra.Command, write func(io.Writer) error) error {
	out := c.newOutput(cmd)
	out.Hold()
	if err := outfile.Start(out); err != nil {
		return err
	}
	return writeWhole(out, func(io.Writer) error { return write(forPeople(out, cmd.OutOrStdout())) })
}

// writeWhole writes an output and commits it, or discards it where that fails.
func writeWhole(out *outfile.Output, write func(io.Writer) error) error {
	if err := write(out); err != nil {
		outfile.Discard(out)
		return err
	}
	return outfile.Commit(out)
}

// toStdout reports that results go to standard output.
func (c *common) toStdout() bool { return outfile.IsStdout(c.output) }

// target is a file that is written: the flag that names it, and its name.
type target struct{ flag, name string }

// checkOutputs makes sure, before anything is read, that what is written goes to files of their own, not to each other's nor to
// one that is read, and that they can be written as far as can be seen. The inputs are beside --packages and --policy.
func (c *common) checkOutputs(cmd *cobra.Command, others []target, inputs ...string) error {
	stdin, _ := cmd.InOrStdin().(*os.File)
	stdout, _ := cmd.OutOrStdout().(*os.File)
	outputs := append([]target{{"output", c.output}, {"quarantine", c.quarantine}, {"anomalies", c.anomalies}}, others...)
	if c.toStdout() {
		outputs[0].name = "-"
	}
	outputs = slices.DeleteFunc(outputs, func(o target) bool { return o.name == "" })
	inputs = slices.DeleteFunc(append(inputs, c.packages, c.policyFile, c.mapping), func(name string) bool { return name == "" })
	for i, o := range outputs {
		if i > 0 && outfile.IsStdout(o.name) {
			return usagef("--%s %s, expected a file: standard output is for the results", o.flag, o.name)
		}
		for _, other := range outputs[:i] {
			switch {
			case !outfile.Same(o.name, stdout, other.name, stdout):
			case other.name == "-":
				return usagef("--%s %s is standard output too, expected two files", o.flag, o.name)
			default:
				return usagef("--%s and --%s are both %s, expected two files", other.flag, o.flag, other.name)
			}
		}
		for _, in := range inputs {
			switch {
			case !outfile.Same(o.name, stdout, in, stdin):
			case o.name == "-":
				return usagef("standard output goes to %s, which is read too, expected another file", in)
			case in == "-":
				return usagef("--%s %s is read too (it is standard input), expected another file", o.flag, o.name)
			default:
				return usagef("--%s %s is read too, expected another file", o.flag, o.name)
			}
		}
	}
	if a, b, found := outfile.OnePipe(inputs, stdin); found {
		return usagef("%s and %s are one pipe, expected each file once", a, b)
	}
	for _, o := range outputs {
		if err := outfile.Check(o.name); err != nil {
			return err
		}
	}
	return nil
}

// interrupts receives a signal that is to end the process. From when it returns, a reader of
// standard output that has gone is the error of a write, and not the end.
func interrupts() chan os.Signal {
	received := make(chan os.Signal, 1)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} { // the last: the terminal is gone
		if !signal.Ignored(sig) { // as by nohup, or by a shell for what it runs in the background
			signal.Notify(received, sig)
		}
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return received
}

// exitOnInterrupt ends the process when it is interrupted, at once and without a trace. When the files have just appeared there is
// little left to do, and it takes a second interrupt.
func exitOnInterrupt(interrupts <-chan os.Signal, stderr io.Writer) {
	<-interrupts
	if !outfile.Abort() {
		<-interrupts
	}
	if isTerminal(stderr) {
		fmt.Fprint(stderr, "\r\x1b[K") // where the progress may be
	}
	fmt.Fprintln(stderr, "prorata: interrupted")
	os.Exit(exitFailed)
}

// isTerminal reports that a person is looking.
func isTerminal(w io.Writer) bool { return outfile.IsTerminal(w) }
