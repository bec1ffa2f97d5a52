package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilesAreOneFileDivided(t *testing.T) {
	size := []string{"--accounts", "90", "--months", "6", "--events", "4001", "--seed", "8"}
	var whole bytes.Buffer
	require.NoError(t, run(size, &whole, io.Discard))
	require.Equal(t, 4001, bytes.Count(whole.Bytes(), []byte("\n")))

	for _, files := range []string{"1", "3", "12"} {
		dir := t.TempDir()
		args := append(size, "--files", files, "-o", filepath.Join(dir, "events-%d.jsonl"), "--packages", filepath.Join(dir, "packages.json"))
		require.NoError(t, run(args, io.Discard, io.Discard))
		names, err := filepath.Glob(filepath.Join(dir, "events-*.jsonl")) // in order
		require.NoError(t, err)
		var joined []byte
		for _, name := range names {
			part, err := os.ReadFile(name)
			require.NoError(t, err)
			require.NotEmpty(t, part)
			joined = append(joined, part...)
		}
		require.Equal(t, whole.String(), string(joined), "%s files", files)
		require.FileExists(t, filepath.Join(dir, "packages.json"))
	}
}

func TestRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		`argument "x", expected flags only`:                                                     {"x"},
		`0 files, expected 1 to 100000`:                                                         {"--files", "0"},
		`-o "x", expected one %d in it for the number of the file`:                              {"--files", "2", "-o", "x"},
		`0 months, expected 1 to 1200`:                                                          {"--months", "0"},
		`invalid value "x" for flag -events: parse error`:                                       {"--events", "x"},
		`99 events, expected at least one for each of 2000 accounts, and at most 1099511627776`: {"--events", "99"},
	} {
		require.EqualError(t, run(args, io.Discard, io.Discard), want)
	}
}
