package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mergedCSV writes events to a file, bills them as CSV, and merges what edit makes of that.
func mergedCSV(t *testing.T, edit func(string) string) (billed, merged, stderr string, code int) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	var events strings.Builder
	for i, name := range []string{`a\r\nb`, `a\nb`, `a\r\r\nb\n\r\n`, `a\rb`, `a,\"b\"`} {
		events.WriteString(`{"id":"` + string(rune('0'+i)) + `","type":"account.created","account":"` + name + `","at":"2026-01-01","package":"Gold"}` + "\n")
	}
	var out, messages bytes.Buffer
	packages := write("packages.json", `[{"name": "Gold", "price": 79.95}]`)
	require.Zero(t, run(context.Background(), []string{"replay", "--packages", packages, "--through", "2026-03-01", "--format", "csv",
		write("events.jsonl", events.String())}, strings.NewReader(""), &out, &messages), "%s", &messages)
	billed = out.String()
	out.Reset()
	code = run(context.Background(), []string{"merge", write("all.csv", edit(billed))}, strings.NewReader(""), &out, &messages)
	return billed, out.String(), messages.String(), code
}

// Line ends within a name stay as they are, and so does the order of the names.
func TestMergeKeepsLineEnds(t *testing.T) {
	for _, edit := range []func(string) string{
		func(s string) string { return s },
		func(s string) string { return strings.Replace(s, "\n", "\n\r\n\n", 1) }, // empty lines are passed over
	} {
		billed, merged, stderr, code := mergedCSV(t, edit)
		require.Zero(t, code, stderr)
		require.Equal(t, billed, merged)
	}
}

// A row that ends without a line feed may be the beginning of one.
func TestMergeRefusesCutCSV(t *testing.T) {
	_, merged, stderr, code := mergedCSV(t, func(s string) string { return strings.TrimSuffix(s, "paid\n") })
	require.Equal(t, exitFailed, code)
	require.Empty(t, merged)
	require.Contains(t, stderr, "the last line is cut short, expected a line feed at its end")
}
