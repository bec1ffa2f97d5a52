package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestManualPages shows the page of each command with man: it has nothing to warn of, and what the help says is there as it is.
func TestManualPages(t *testing.T) {
	if _, err := exec.LookPath("man"); err != nil {
		t.Skip("man is missing")
	}
	struck := regexp.MustCompile(".\b") // of a letter that is printed twice to be bold
	for _, c := range withChildren(newRoot()) {
		file := filepath.Join(t.TempDir(), pageName(c)+".1")
		require.NoError(t, os.WriteFile(file, manualPage(c, "2026-03-09"), 0o644))
		show := exec.Command("man", "--warnings", "-E", "UTF-8", "-l", file)
		show.Env = append(os.Environ(), "MANWIDTH=1000", "MANPAGER=cat", "MAN_KEEP_FORMATTING=", "LC_ALL=C.UTF-8", "GROFF_NO_SGR=1")
		var page, warnings bytes.Buffer
		show.Stdout, show.Stderr = &page, &warnings
		require.NoError(t, show.Run(), warnings.String())
		require.Empty(t, warnings.String(), c.CommandPath())
		text := struck.ReplaceAllString(page.String(), "")
		shown := strings.Join(strings.Fields(text), " ")
		for line := range strings.SplitSeq(c.Long+"\n"+c.Short, "\n") {
			require.Contains(t, shown, strings.Join(strings.Fields(line), " "), c.CommandPath())
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			require.Contains(t, text, line, c.CommandPath())
		}
		requireFlags(t, shown, c)
	}
}

func requireFlags(t *testing.T, shown string, c *cobra.Command) {
	t.Helper()
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		require.Contains(t, shown, strings.Join(strings.Fields("--"+f.Name+" "+value+" "+usage), " "), c.CommandPath())
	})
}
