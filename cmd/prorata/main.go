// Command prorata bills the accounts of an email Distributor's resellers from their events,
// and explains every figure. Run it with --help, or see the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes of every command.
const (
	exitDone     = 0
	exitFailed   = 1 // bad input; nothing was written
	exitUsage    = 2
	exitFindings = 3 // done, and there is something to look at
)

// errFindings ends a command that is done and found something to look at.
var errFindings = errors.New("there is something to look at")

// usageError is wrong usage: a flag or argument that cannot mean anything.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failure is any other error of a command; what cobra finds wrong by itself is wrong usage.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// run is the whole command, for main and for tests.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	failed, usage := failure{}, usageError{}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &usage), !errors.As(err, &failed):
		fmt.Fprintf(stderr, "prorata: %s\n", lowerFirst(err.Error()))
		fmt.Fprintf(stderr, "prorata: see %s --help\n", helpFor(root, args))
		return exitUsage
	}
	printError(stderr, failed.error)
	return exitFailed
}

// helpFor names the command that was meant, as far as it can be told.
func helpFor(root *cobra.Command, args []string) string {
	if cmd, _, err := root.Find(args); err == nil {
		return cmd.CommandPath()
	}
	return root.CommandPath()
}

// lowerFirst makes cobra's few capitalised messages read like ours.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "prorata",
		Short: "Bill a Distributor's accounts from their events, and explain every figure",
		Long: `prorata replays account events into the invoices they lead to: monthly on the
anniversary of an account's creation, prorated when it closes or changes package,
with the credits used beyond the package's.`,
		Example: `  prorata replay --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata cycle --start 2026-01-31
  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q", args[0])
			}
			return usagef("a command is missing, expected one such as replay, cycle or prorate")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newReplay(), newCycle(), newProrate(), newValidate(), newCompletion(), newVersion())
	for _, cmd := range root.Commands() {
		cmd.DisableFlagsInUseLine = true
		cmd.Flags().SortFlags = false
		if runE := cmd.RunE; runE != nil {
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				return asFailure(runE(cmd, args))
			}
		}
	}
	return root
}

func asFailure(err error) error {
	if usage := (usageError{}); err == nil || errors.As(err, &usage) || errors.Is(err, errFindings) {
		return err
	}
	return failure{err}
}
