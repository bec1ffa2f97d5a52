package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/report"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands",
		Long: `Writes a manual page of each command to a folder, which is made if it is not there: prorata.1,
prorata-replay.1 and so on. They are made from the help texts. SOURCE_DATE_EPOCH is their date,
else that of the commit the program was built from.`,
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
	root := cmd.Root()
	root.DisableAutoGenTag = true
	date := buildDate()
	var outputs []*outfile.Output
	for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
		if c != root && !c.IsAvailableCommand() {
			continue
		}
		name := "prorata"
		if c != root {
			name += "-" + c.Name()
		}
		var b bytes.Buffer
		header := &doc.GenManHeader{Section: "1", Source: "prorata " + version(), Manual: "prorata", Date: date}
		if err := doc.GenMan(c, header, &b); err != nil {
			return fmt.Errorf("manual of %s: %w", name, err)
		}
		out := outfile.New(filepath.Join(folder, name+".1"), nil)
		if _, err := out.Write(b.Bytes()); err != nil {
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

// buildDate is when the program's commit was made; nil where SOURCE_DATE_EPOCH says another date, or the build says none.
func buildDate() *time.Time {
	info, ok := debug.ReadBuildInfo()
	if _, told := os.LookupEnv("SOURCE_DATE_EPOCH"); told || !ok {
		return nil
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			if at, err := time.Parse(time.RFC3339, s.Value); err == nil {
				return &at
			}
		}
	}
	return nil
}
