package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/report"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands",
		Long: `Writes a manual page of each command to a folder, which is made if it is not there: prorata.1,
prorata-replay.1 and so on. They are made from the help texts. Their date is SOURCE_DATE_EPOCH,
or else that of the commit the program was built from.`,
		Example: `  prorata man "/usr/local/share/man/man1"
  prorata man --help`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("%d folders named, expected one", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error { return writeManual(cmd, args[0]) },
	}
}

func writeManual(cmd *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	date, err := buildDate()
	if err != nil {
		return err
	}
	var outputs []*outfile.Output
	for _, c := range withChildren(cmd.Root()) {
		out := outfile.New(filepath.Join(folder, pageName(c)+".1"), nil)
		if _, err := out.Write(manualPage(c, date)); err != nil {
			return err
		}
		outputs = append(outputs, out)
	}
	if err := outfile.Commit(outputs...); err != nil {
		return err
	}
	printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: %s written to %s", report.Count(len(outputs), "manual page", "manual pages"), folder))
	return nil
}

// withChildren is a command with those below it that help shows.
func withChildren(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, withChildren(c)...)
		}
	}
	return list
}

// pageName is the name of a command's page: prorata-token-add.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// buildDate is the day of the manual: SOURCE_DATE_EPOCH, or when the program's commit was made, or today.
func buildDate() (string, error) {
	at := time.Now()
	if text, told := os.LookupEnv("SOURCE_DATE_EPOCH"); told {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "", usagef("SOURCE_DATE_EPOCH is %q, expected seconds since 1970", text)
		}
		at = time.Unix(seconds, 0)
	} else if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if made, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				at = made
			}
		}
	}
	return at.UTC().Format(time.DateOnly), nil
}
