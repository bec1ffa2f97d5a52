package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/bench/workload"
)

// files writes a workload into a folder: two files of events, and the packages.
func files(t *testing.T, o workload.Options) (events []string, packages string) {
	t.Helper()
	dir := t.TempDir()
	g, err := workload.New(o)
	require.NoError(t, err)
	for n := range 2 {
		var b []byte
		for range (n+1)*o.Events/2 - n*o.Events/2 {
			b = g.Append(b)
		}
		events = append(events, filepath.Join(dir, fmt.Sprintf("events-%d.jsonl", n)))
		require.NoError(t, os.WriteFile(events[n], b, 0o600))
	}
	packages = filepath.Join(dir, "packages.json")
	require.NoError(t, os.WriteFile(packages, o.Packages(), 0o600))
	return events, packages
}

// invoices reads what a program wrote: the final amount by account and date.
func invoices(t *testing.T, data []byte) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range bytes.Lines(data) {
		var inv struct {
			Account string          `json:"account"`
			Date    string          `json:"date_invoiced"`
			Final   decimal.Decimal `json:"final_amount"`
		}
		require.NoError(t, json.Unmarshal(line, &inv))
		key := inv.Account + " " + inv.Date
		require.Empty(t, all[key], "%s has two invoices", key)
		all[key] = inv.Final.StringFixed(2)
	}
	return all
}

// The afternoon's program bills what the program bills: the same accounts on the same days, every
// invoice to the cent. It shares no code with it.
func TestAfternoonBillsTheSame(t *testing.T) {
	prorata := filepath.Join(t.TempDir(), "prorata.exe")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", prorata, "../../cmd/prorata").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, o := range []workload.Options{
		{Accounts: 1, Months: 6, Events: 900},
		{Accounts: 60, Months: 1, Events: 1500, Seed: 2},
		{Accounts: 400, Months: 24, Events: 20000, Seed: 3},
		{Accounts: 40, Months: 24, Events: 20000, Seed: 4},
		{Accounts: 40, Months: 100, Events: 4000, Seed: 5},
		{Accounts: 1500, Months: 13, Events: 20000, Seed: 6},
		{Accounts: 30, Months: 2, Events: 20000, Seed: 7}, // many changes and lives a day
	} {
		events, packages := files(t, o)
		theirs := filepath.Join(t.TempDir(), "afternoon.jsonl")
		var said bytes.Buffer
		require.NoError(t, run(append([]string{"afternoon", "--packages", packages, "-o", theirs}, events...), &said, io.Discard))
		written, err := os.ReadFile(theirs)
		require.NoError(t, err)
		ours, err := exec.Command(prorata, append([]string{"replay", "--packages", packages, "--format", "jsonl"}, events...)...).Output()
		require.NoError(t, err, "%+v", o)

		want := invoices(t, ours)
		require.Equal(t, want, invoices(t, written), "%+v", o)
		total := decimal.Zero
		for _, final := range want {
			total = total.Add(decimal.RequireFromString(final))
		}
		require.Contains(t, said.String(), fmt.Sprintf(" events=%d ", o.Events))
		require.Contains(t, said.String(), fmt.Sprintf(" invoices=%d total=%s\n", len(want), total.StringFixed(2)))
	}
}

func TestEveryLineIsReadOnce(t *testing.T) {
	o := workload.Options{Accounts: 30, Months: 3, Events: 500}
	events, packages := files(t, o)
	size := 0
	for _, name := range events {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		size += len(data)
	}
	for _, name := range []string{"lines", "decode", "afternoon"} {
		args := []string{name, "--workers", "2"}
		if name == "afternoon" {
			args = append(args, "--packages", packages)
		}
		var said bytes.Buffer
		require.NoError(t, run(append(args, events...), &said, io.Discard))
		require.Contains(t, said.String(), fmt.Sprintf("baseline=%s workers=2 events=%d bytes=%d seconds=", name, o.Events, size))
	}
}

func TestPartsAreTheFile(t *testing.T) {
	text := "first\nsecond line\n\nthe fourth, which is longer than the others\nlast"
	name := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	for size := int64(1); size <= int64(len(text))+1; size++ {
		parts, err := divide([]string{name}, size)
		require.NoError(t, err)
		joined, found := "", []string{}
		for _, p := range parts {
			require.True(t, strings.HasSuffix(text[:p.start], "\n") || p.start == 0, "%d bytes: %v", size, p)
			joined += text[p.start:p.end]
			_, err := p.lines(func(line []byte) error { found = append(found, string(line)); return nil })
			require.NoError(t, err)
		}
		require.Equal(t, text, joined)
		require.Equal(t, []string{"first", "second line", "the fourth, which is longer than the others", "last"}, found)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	name := filepath.Join(t.TempDir(), "events.jsonl")
	for _, line := range []string{
		`{"id":"1","pakage":"Gold"}`, `{"id":"1","id":"1"}`, `{"credits":"5"}`, "{\"id\":\"\xff\"}", `{"id":"1"} x`,
	} {
		require.NoError(t, os.WriteFile(name, []byte(line+"\n"), 0o600))
		require.Error(t, run([]string{"decode", name}, io.Discard, io.Discard), line)
	}
}

func TestRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		`"", expected lines, decode or afternoon`:       {"", "x"},
		`no files, expected one or more event files`:    {"lines"},
		`0 workers, expected 1 or more`:                 {"lines", "--workers", "0", "x"},
		`id "1" is used twice`:                          {"afternoon", "--packages", file(t, "[]"), file(t, `{"id":"1"}{"id":"1"}`)},
		`flag provided but not defined: -packages`:      {"lines", "--packages", "x", "x"},
		`"charge", expected lines, decode or afternoon`: {"charge", "x"},
	} {
		require.EqualError(t, run(args, io.Discard, io.Discard), want)
	}
}

// file writes a small file.
func file(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}
