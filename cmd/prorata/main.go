// Command prorata bills the accounts of an email Distributor's resellers from their events,
// and explains every figure. Run it with --help, or see the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
)

func main() {
	tuneMemory()
	interrupted := interrupts()
	go exitOnInterrupt(interrupted, os.Stderr)
	os.Exit(run(context.WithValue(context.Background(), interruptsKey{}, interrupted), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// interruptsKey is where the context of a command has the interrupts that end it at once.
type interruptsKey struct{}

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
	var helpFailed error
	tellHelp(root, &helpFailed)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = asFailure(helpFailed)
	}
	failed, usage := failure{}, usageError{}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, outfile.ErrNobodyReads):
		return exitFailed
	case errors.As(err, &usage), !errors.As(err, &failed):
		printLine(stderr, fmt.Sprintf("prorata: %s; see %s --help", err, cmd.CommandPath()))
		return exitUsage
	}
	printError(stderr, failed.error)
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "prorata",
		Short: "Bill a Distributor's accounts from their events, and explain every figure",
		Long: `prorata bills accounts from a log of what happened to them: monthly on the anniversary
of an account's creation, prorated when it closes or changes package, with the credits
used beyond those included. It also checks the invoices of the Distributor, whose packages
are resold. docs/commands.md and docs/semantics.md say all of it.

Exit status:
  0  done, nothing to report
  1  it failed, such as by bad input, a file that cannot be read, or an interrupt, and
     no file was written
  2  wrong usage
  3  done, and there is something to look at: what was written is whole`,
		Example: `  prorata replay --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata cycle --start 2026-01-31
  prorata prorate --price 79.95 --start 2010-10-30 --close 2010-11-10`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          rootArgs,
		RunE:          func(root *cobra.Command, _ []string) error { return asFailure(tellVersion(root)) }, // see rootArgs
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetUsageTemplate(usageTemplate)
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.AddCommand(newReplay(), newInvoice(), newExplain(), newCurrent(), newMargin(), newWhatIf(), newPartition(), newMerge(), newReconcile(), newImport(), newMap(), newCycle(), newProrate(), newValidate(), newCompletion(), newMan(), newVersion())
	root.AddCommand(newInit(), newRecord(), newPackages(), newBill(), newInvoices(), newBalance(), newVerify(), newExport(), newLoad())
	root.AddCommand(newServe(), newToken())
	completeArguments(root)
	for _, cmd := range root.Commands() {
		cmd.DisableFlagsInUseLine = true
		cmd.Flags().SortFlags = false
		runE := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if err := noEmptyFlags(cmd); err != nil {
				return err
			}
			return asFailure(runE(cmd, args))
		}
	}
	return root
}

// rootArgs is called when no command is named: that is wrong usage, with or without arguments, unless the version is asked for.
func rootArgs(root *cobra.Command, args []string) error {
	if asked, err := root.Flags().GetBool("version"); err == nil && asked {
		return nil
	}
	if len(args) > 0 {
		return usageError{names.Unknown("command", args[0], commandNames(root))}
	}
	return usagef("no command, expected one of %s", joined(commandNames(root)))
}

func commandNames(root *cobra.Command) (list []string) {
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			list = append(list, cmd.Name())
		}
	}
	return list
}

func asFailure(err error) error {
	if usage := (usageError{}); err == nil || errors.As(err, &usage) || errors.Is(err, errFindings) {
		return err
	}
	return failure{err}
}
