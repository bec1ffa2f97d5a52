package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	var samples []sample
	add := func(name string, workers, events, accounts int, memory int64, seconds ...float64) {
		for _, s := range seconds {
			samples = append(samples, sample{name, workers, events, accounts, s, s * float64(workers), memory})
		}
	}
	add(replay, 2, 1000000, 20000, 600<<20, 1.5)
	add(replay, 1, 100000, 2000, 64<<20, 0.3, 0.2, 0.1)
	add(replay, 2, 100000, 2000, 80<<20, 0.1, 0.2, 0.1, 0.2)
	add(decode, 2, 100000, 2000, 8<<20, 0.3)
	add(afternoon, 1, 100000, 2000, 300<<20, 1.1)
	add(replay, 2, 1000000, 10000, 500<<20, 1)
	add(replay, 2, 5000000, 100000, 900<<20, 8.25)
	var b bytes.Buffer
	require.NoError(t, table(&b, samples))
	require.Equal(t, `| workload | program | workers | runs | s | s of all cores | M events/s | peak MiB |
|---|---|--:|--:|--:|--:|--:|--:|
| 100 k events, 2 k accounts | decode | 2 | 1 | 0.30 | 0.60 | 0.33 | 8 |
| 100 k events, 2 k accounts | afternoon | 1 | 1 | 1.10 | 1.10 | 0.09 | 300 |
| 100 k events, 2 k accounts | replay | 1 | 3 | 0.20 | 0.20 | 0.50 | 64 |
| 100 k events, 2 k accounts | replay | 2 | 4 | 0.15 | 0.30 | 0.67 | 80 |
| 1 M events, 20 k accounts | replay | 2 | 1 | 1.50 | 3.00 | 0.67 | 600 |
| 1 M events, 10 k accounts | replay | 2 | 1 | 1.00 | 2.00 | 1.00 | 500 |
| 5 M events, 100 k accounts | replay | 2 | 1 | 8.25 | 16.50 | 0.61 | 900 |

| ratio | target | 100 k events, 2 k accounts | 1 M events, 20 k accounts | 1 M events, 10 k accounts | 5 M events, 100 k accounts |
|---|---|--:|--:|--:|--:|
| replay's speed by that of decoding only, 2 workers | ≥ 1, aim at 2 | 2.00 | – | – | – |
| the same, 1 worker |  | – | – | – | – |
| the same, time of all cores, 1 worker |  | – | – | – | – |
| replay's speed by the afternoon's, 2 workers | ≥ 5 | – | – | – | – |
| the same, 1 worker |  | 5.50 | – | – | – |
| the same, time of all cores, 1 worker |  | 5.50 | – | – | – |
| time of 2 workers by that of 1 | ≤ 0.6 of 2 | 0.75 | – | – | – |
| time with a file written by that without, 2 workers |  | – | – | – | – |
| time an event by that of the first column, 2 workers | 0.85 to 1.15 | 1.00 | 1.00 | – | 1.10 |
| the same, time of all cores, 1 worker |  | 1.00 | – | – | – |
| time of each event beyond those of the first column, by that in the second, 2 workers | 0.85 to 1.15 | – | 1.00 | – | 1.10 |
| the same, time of all cores, 1 worker |  | – | – | – | – |
| replay's peak memory, MiB, 2 workers | ≤ 1024 at 10 M of 100 k | 80 | 600 | 500 | 900 |
`, b.String())
}

// The test binary itself is what is measured: with the variable set, it uses memory and time, and prints.
func TestMain(m *testing.M) {
	if os.Getenv("MEASURED") == "" {
		os.Exit(m.Run())
	}
	block := make([]byte, 64<<20)
	for i := range block {
		block[i] = byte(i)
	}
	os.Stdout.Write(block[:10])
	os.Exit(int(block[0]))
}

func TestRun(t *testing.T) {
	t.Setenv("MEASURED", "1")
	to := filepath.Join(t.TempDir(), "samples")
	args := []string{"run", "--name", "replay", "--workers", "2", "--events", "5", "--accounts", "3", "--to", to, os.Args[0]}
	require.NoError(t, run(args, io.Discard, io.Discard))
	require.NoError(t, run(args, io.Discard, io.Discard))
	samples, err := read(to)
	require.NoError(t, err)
	require.Len(t, samples, 2)
	for _, s := range samples {
		require.Positive(t, s.Seconds)
		require.Positive(t, s.CPU)
		if s.Memory != 0 { // the system says
			require.Greater(t, s.Memory, int64(64<<20))
		}
		s.Seconds, s.CPU, s.Memory = 0, 0, 0
		require.Equal(t, sample{Name: "replay", Workers: 2, Events: 5, Accounts: 3}, s)
	}
}

func TestRefuses(t *testing.T) {
	require.EqualError(t, run(nil, io.Discard, io.Discard), "expected run and a command, or table and a file")
	require.EqualError(t, run([]string{"run"}, io.Discard, io.Discard), "no command to run")
	missing := filepath.Join(t.TempDir(), "missing")
	require.ErrorIs(t, run([]string{"run", "--to", missing, missing}, io.Discard, io.Discard), os.ErrNotExist)
	require.NoFileExists(t, missing, "a command that failed left a sample")
	require.ErrorIs(t, run([]string{"table", missing}, io.Discard, io.Discard), os.ErrNotExist)
	var exit *exec.ExitError
	require.ErrorAs(t, run([]string{"run", "--to", missing, "go", "no-such-command"}, io.Discard, io.Discard), &exit)
	require.NoFileExists(t, missing)
}
