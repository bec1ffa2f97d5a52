package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// runHere runs the command in the test's own process.
func runHere(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// serveHere serves on a port that is free, and interrupts it when it listens.
func serveHere(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, errs := &watched{written: interrupt}, &bytes.Buffer{}
	args = append(slices.Clone(args), "--listen", "127.0.0.1:0")
	code = run(ctx, args, strings.NewReader(""), out, errs)
	return code, out.String(), errs.String()
}

// watched is a buffer that tells when something was written to it.
type watched struct {
	bytes.Buffer
	written func()
}

func (w *watched) Write(b []byte) (int, error) {
	defer w.written()
	return w.Buffer.Write(b)
}

func commands() []*cobra.Command {
	root := newRoot()
	return append([]*cobra.Command{root}, root.Commands()...)
}

// examples are the command lines of a help text that need no shell, split into arguments.
func examples(cmd *cobra.Command) (list [][]string) {
	text := strings.ReplaceAll(cmd.Example, "\\\n", " ")
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 && !strings.ContainsAny(line, `|<>$*"'`) {
			list = append(list, words)
		}
	}
	return list
}

// inCheckout goes to a folder that is as the top of a checkout, and where something may be written.
func inCheckout(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	folder := t.TempDir()
	for _, e := range entries {
		if e.Name() != "testdata" {
			require.NoError(t, os.Symlink(filepath.Join(root, e.Name()), filepath.Join(folder, e.Name())))
		}
	}
	require.NoError(t, os.CopyFS(filepath.Join(folder, "testdata"), os.DirFS(filepath.Join(root, "testdata"))))
	books := filepath.Join(folder, "testdata", "books")
	for name, as := range map[string]string{"reseller.db": "books.db", "events.jsonl": "usage.jsonl"} {
		data, err := os.ReadFile(filepath.Join(books, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, as), data, 0o644))
	}
	t.Chdir(folder)
}

func TestExamplesOfHelp(t *testing.T) {
	inCheckout(t)
	for _, cmd := range commands() {
		if cmd.Hidden {
			continue
		}
		t.Run(cmd.Name(), func(t *testing.T) {
			list := examples(cmd)
			require.NotEmpty(t, list, "%s --help has no example that runs", cmd.CommandPath())
			for _, words := range list {
				require.Equal(t, "prorata", words[0])
				code, stdout, stderr := 0, "", ""
				if cmd.Name() == "serve" {
					code, stdout, stderr = serveHere(t, words[1:]...)
				} else {
					code, stdout, stderr = runHere(t, words[1:]...)
				}
				require.Contains(t, []int{exitDone, exitFindings}, code, "%s\n%s", words, stderr)
				require.NotEmpty(t, stdout, "%s", words)
			}
		})
	}
}

// Every format that a help text names is there, and no other.
func TestFormatsOfHelp(t *testing.T) {
	inCheckout(t)
	for _, cmd := range commands() {
		if flag := cmd.Flags().Lookup("format"); flag != nil {
			t.Run(cmd.Name(), func(t *testing.T) { testFormats(t, cmd, flag.Usage) })
		}
	}
}

func testFormats(t *testing.T, cmd *cobra.Command, usage string) {
	_, text, _ := strings.Cut(usage, ": ")
	text, _, _ = strings.Cut(text, " (")
	named := strings.Split(text, ", ")
	seen := map[string]string{}
	others := slices.DeleteFunc([]string{"distributor-json", "distributor-xml", "ledger", "html", "yaml"},
		func(format string) bool { return slices.Contains(named, format) })
	for _, format := range slices.Concat(named, others) {
		code, stdout, stderr := runHere(t, append(examples(cmd)[0][1:], "--format", format)...)
		if !slices.Contains(named, format) {
			require.Equal(t, exitUsage, code, "--format %s", format)
			require.Contains(t, stderr, "expected one of "+text)
			continue
		}
		require.Contains(t, []int{exitDone, exitFindings}, code, "--format %s: %s", format, stderr)
		if format != "json" { // which is jsonl where there is one answer
			require.NotContains(t, seen, stdout, "--format %s prints what another format does", format)
		}
		seen[stdout] = format
	}
}

// Help texts fit a terminal, and say what every flag is for.
func TestHelpIsReadable(t *testing.T) {
	for _, cmd := range commands() {
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		code, stdout, stderr := runHere(t, args...)
		require.Equal(t, exitDone, code, "%s", args)
		require.Empty(t, stderr, "%s", args)
		for line := range strings.Lines(stdout) {
			require.LessOrEqual(t, len(strings.TrimRight(line, "\n")), 100, "%s: %s", cmd.Name(), line)
			require.Equal(t, strings.TrimRight(line, " \n"), strings.TrimRight(line, "\n"), "%s: space at the end of a line", cmd.Name())
		}
		for _, word := range []string{"Usage:", "Examples:", "Flags:"} {
			require.Contains(t, stdout, word, "%s", args)
		}
	}
}
