package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// ran is what a command left behind.
type ran struct {
	exit           int
	stdout, stderr string
	quarantine     string
}

func runReplayOf(t require.TestingT, dir string, args ...string) ran {
	quarantine := filepath.Join(dir, "quarantine")
	os.Remove(quarantine)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "QUARANTINE", quarantine)
	}
	var out, messages bytes.Buffer
	exit := run(context.Background(), append([]string{"replay", "--packages", "../../testdata/demo/packages.json", "--format", "jsonl"}, args...), strings.NewReader(""), &out, &messages)
	kept, err := os.ReadFile(quarantine)
	require.True(t, err == nil || os.IsNotExist(err))
	return ran{exit, out.String(), messages.String(), string(kept)}
}

// someEvents are files of events, many of which make no sense or are none.
func someEvents(t *rapid.T) (files []string) {
	pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
	bad := pick(3) == 0
	for range 1 + pick(3) {
		var b strings.Builder
		for range pick(30) {
			id, name, day := strconv.Itoa(pick(40)), string(rune('a'+pick(6))), 1+pick(28)
			at := fmt.Sprintf("2026-%02d-%02d", 1+pick(3), day)
			event := func(kind, more string) string {
				return fmt.Sprintf(`{"id":%q,"type":%q,"account":%q,"at":%q%s}`+"\n", kind+id+name, kind, name, at, more)
			}
			switch n := pick(20); {
			case n < 5:
				b.WriteString(strings.Replace(event("account.created", `,"package":"Gold"`), "-"+fmt.Sprintf("%02d", day), "-01", 1))
			case n < 14:
				b.WriteString(event("usage.recorded", `,"credits":`+strconv.Itoa(pick(3))))
			case n == 14:
				b.WriteString(event("account.package_changed", `,"package":"Platinium"`))
			case n == 15 && bad:
				b.WriteString(strings.Replace(event("usage.recorded", `,"credits":7`), id+name, id+"x", 1)) // of any account
			case n == 16 && bad:
				b.WriteString("oops\n")
			case n == 17 && bad:
				b.WriteString("{\"id\":\"\xff\"}\r\n")
			case n == 18 && bad:
				b.WriteString(strings.Replace(event("usage.recorded", `,"credits":7`), "2026", "2062", 1))
			default:
				b.WriteString("\n")
			}
		}
		files = append(files, b.String())
	}
	return files
}

// What is said of all parts is what is said of the files, byte for byte: invoices, messages, what is quarantined, and the exit
// status; and the shards of parts are those of the files.
func TestLawPartitionChangesNothing(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var files []string
		for i, text := range someEvents(t) {
			files = append(files, filepath.Join(dir, fmt.Sprintf("%d.jsonl", i)))
			require.NoError(t, os.WriteFile(files[i], []byte(text), 0o644))
		}
		folder, into := filepath.Join(dir, "parts"), rapid.IntRange(1, 4).Draw(t, "into")
		require.NoError(t, os.RemoveAll(folder))
		split := rapid.IntRange(0, len(files)-1).Draw(t, "split") // on two machines
		var parts []string
		for i, some := range [][]string{files[:split], files[split:]} {
			if len(some) == 0 {
				continue
			}
			to := filepath.Join(folder, strconv.Itoa(i))
			var messages bytes.Buffer
			exit := run(t.Context(), append([]string{"partition", "--keep-going", "--into", strconv.Itoa(into), "-o", to}, some...), nil, io.Discard, &messages)
			require.Contains(t, []int{exitDone, exitFindings}, exit, messages.String())
			list, err := filepath.Glob(filepath.Join(to, "*"))
			require.NoError(t, err)
			require.Len(t, list, into)
			parts = append(parts, list...)
		}
		flags := rapid.SampledFrom([][]string{nil, {"--keep-going"}, {"--quarantine", "QUARANTINE"}, {"--through", "2026-02-10"}}).Draw(t, "flags")
		want := runReplayOf(t, dir, append(slices.Clone(flags), files...)...)
		got := runReplayOf(t, dir, append(slices.Clone(flags), parts...)...)
		require.Equal(t, want, got)

		if want.exit == exitDone {
			for i := range into {
				want := runReplayOf(t, dir, append([]string{"--shard", fmt.Sprintf("%d/%d", i, into)}, files...)...)
				want.stderr = strings.ReplaceAll(want.stderr, fmt.Sprintf("no account of the events is in shard %d/%d", i, into), "the files hold no events")
				own := slices.DeleteFunc(slices.Clone(parts), func(name string) bool {
					return !strings.HasSuffix(name, fmt.Sprintf("part-%05d-of-%05d", i, into))
				})
				require.Equal(t, want, runReplayOf(t, dir, own...))
			}
		}
	})
}

// A part with any byte changed, or cut anywhere, is refused.
func TestDamagedParts(t *testing.T) {
	dir := t.TempDir()
	var messages bytes.Buffer
	require.Equal(t, exitDone, run(t.Context(), []string{"partition", "--into", "1", "-o", dir, "../../testdata/demo/events.jsonl"}, nil, io.Discard, &messages), messages.String())
	name := filepath.Join(dir, "part-00000-of-00001")
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	want := runReplayOf(t, dir, name)
	require.Equal(t, exitDone, want.exit)
	for at := 0; at < len(whole); at += 1 + len(whole)/150 {
		if at == 0 {
			continue // an empty file is one of no events
		}
		for _, damaged := range [][]byte{whole[:at], slices.Concat(whole[:at], []byte{whole[at] ^ 0x10}, whole[at+1:]), slices.Concat(whole, whole[at:])} {
			require.NoError(t, os.WriteFile(name, damaged, 0o644))
			got := runReplayOf(t, dir, name)
			require.Equal(t, exitFailed, got.exit, "byte %d", at)
			require.Empty(t, got.stdout)
			require.Contains(t, got.stderr, name)
		}
	}
}
