package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An interrupt while files are being written leaves none, finished or not.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted there")
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			if signal.Ignored(sig) { // as by nohup: what is started here ignores it too, and so does the command
				t.Skip("the tests were started with the signal ignored")
			}
			testInterrupt(t, sig)
		})
	}
}

func testInterrupt(t *testing.T, sig os.Signal) {
	dir := t.TempDir()
	cmd, full := writing(t, dir, "exec")
	defer full.Close()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start(t, cmd, dir)
	require.NoError(t, cmd.Process.Signal(sig))
	require.Error(t, cmd.Wait())
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Equal(t, "prorata: interrupted\n", stderr.String())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "%s", left)
}

// A signal that is ignored, as a shell has the interrupt ignored by what it runs in the background, ends nothing.
func TestInterruptIgnored(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted there")
	}
	dir := t.TempDir()
	cmd, full := writing(t, dir, "trap '' INT; exec")
	start(t, cmd, dir)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	text, err := io.ReadAll(full)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	require.Equal(t, 2000*12, strings.Count(string(text), "\n"))
	require.FileExists(t, filepath.Join(dir, "bad.jsonl"))
}

// writing is a command that writes more to a pipe than that holds, and a file beside it.
func writing(t *testing.T, dir, by string) (*exec.Cmd, io.ReadCloser) {
	var events strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&events, `{"id": "%d", "type": "account.created", "account": "account %d", "at": "2025-01-01", "package": "Gold"}`+"\n", i, i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(events.String()), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "packages.json"), []byte(`[{"name": "Gold", "price": 79.95}]`), 0o644))
	cmd := exec.Command("sh", "-c", by+" prorata replay --packages packages.json --through 2026-01-01 --quarantine bad.jsonl events.jsonl")
	cmd.Dir = dir
	full, err := cmd.StdoutPipe() // which nobody reads: it waits there, with an unfinished file
	require.NoError(t, err)
	return cmd, full
}

// start starts the command, and waits until it waits.
func start(t *testing.T, cmd *exec.Cmd, dir string) {
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() { timer.Stop() })
	require.Eventually(t, func() bool {
		unfinished, err := filepath.Glob(filepath.Join(dir, ".prorata-*"))
		return err == nil && len(unfinished) == 1
	}, time.Minute, 5*time.Millisecond)
}

// A reader of standard output that has gone before anything is written ends the command as any
// other, however soon that is.
func TestNobodyReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes are others there")
	}
	dir := t.TempDir()
	events := `{"id": "1", "type": "account.created", "account": "a", "at": "2025-01-01", "package": "Gold"}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(events), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "packages.json"), []byte(`[{"name": "Gold", "price": 79.95}]`), 0o644))
	for range 40 {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		cmd := exec.Command("prorata", "replay", "--packages", "packages.json", "--through", "2026-01-01", "--quarantine", "bad.jsonl", "events.jsonl")
		cmd.Dir, cmd.Stdout, cmd.Env = dir, w, append(os.Environ(), "GOMAXPROCS=1")
		require.Error(t, cmd.Run())
		require.NoError(t, w.Close())
		require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 2, "%s", left)
	}
}

// TestNobodyReadsABill: what a run issued is issued, and standard error says so where the reader of standard output has gone.
func TestNobodyReadsABill(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes are others there")
	}
	y, store := writeYear(t), filepath.Join(t.TempDir(), "books.db")
	y.init(t, store)
	prorata(t, append(y.steps[0], "--store", store)...)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	defer w.Close()
	cmd, stderr := program(t, append(y.steps[2], "--store", store)...), &strings.Builder{}
	cmd.Stdout, cmd.Stderr = w, stderr
	require.Error(t, cmd.Run())
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Regexp(t, `^prorata: run 1 issued \d+ invoices, and printing them failed: nobody reads standard output any more; prorata invoices --run 1 prints them\n$`, stderr.String())
	require.Positive(t, requireWhole(t, store, true).Invoices)
}
