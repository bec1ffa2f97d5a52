package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/outfile"
)

func TestProgressText(t *testing.T) {
	p := &progress{start: time.Now(), sizes: 2_000_000_000}
	p.read.Store(500_000_000)
	p.events.Store(4_000_000)
	require.Equal(t, "reading: 500.0 MB of 2.0 GB, 4,000,000 events, 2,000,000/s, 25 %, 6s left", p.text(p.start.Add(2*time.Second)))
	p.open.Store(true)
	require.Equal(t, "reading: 500.0 MB, 4,000,000 events, 2,000,000/s", p.text(p.start.Add(2*time.Second)), "standard input may go on")
	p.bills(1000)
	require.Equal(t, "billing: 0 of 1,000 bills", p.text(p.billFrom.Add(time.Second)))
	p.billed.Store(100)
	require.Equal(t, "billing: 100 of 1,000 bills, 10 %, 9s left", p.text(p.billFrom.Add(time.Second)))
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 7e9: "7.0 GB", 12e15: "12000.0 TB"} {
		require.Equal(t, want, size(n))
	}
}

// shared is a buffer for several goroutines.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// It tells while it is to, and leaves nothing on a terminal.
func TestProgressTells(t *testing.T) {
	for mode, want := range map[progressMode]string{lineProgress: "\rreading: ", logProgress: "prorata: reading: "} {
		var out shared
		p := &progress{w: &out, mode: mode, start: time.Now(), stop: make(chan struct{})}
		p.over.Go(p.tell)
		require.Eventually(t, func() bool { return strings.HasPrefix(out.String(), want) }, 20*time.Second, 10*time.Millisecond)
		p.done()
		p.done()
		if text := out.String(); mode == lineProgress {
			require.True(t, strings.HasSuffix(text, "\r\x1b[K"), "%q", text)
		} else {
			require.True(t, strings.HasSuffix(text, "\n"), "%q", text)
		}
	}
}

// Invoices that go to a terminal are not mixed with it; those that go to a file may be.
func TestProgressMakesRoom(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !isTerminal(terminal) {
		t.Skip("there are no terminals here")
	}
	defer terminal.Close()
	for _, out := range []io.Writer{terminal, new(bytes.Buffer)} {
		p := &progress{w: new(bytes.Buffer), stop: make(chan struct{})}
		r := &replay{ctx: context.Background(), events: &reading{}, progress: p, stdout: out}
		require.NoError(t, r.write([]*outfile.Output{outfile.New("", out)}, formats.Find("jsonl", false), false))
		select {
		case <-p.stop:
			require.Equal(t, terminal, out)
		default:
			require.NotEqual(t, terminal, out, "it goes on")
		}
	}
}

// A line that is longer than the terminal is wide could not be written over.
func TestProgressFitsTheTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !isTerminal(terminal) {
		t.Skip("there are no terminals here")
	}
	defer terminal.Close()
	p := &progress{w: terminal, start: time.Now(), sizes: 2_000_000_000}
	p.read.Store(500_000_000)
	now := p.start.Add(2 * time.Second)
	t.Setenv("COLUMNS", "")
	require.Equal(t, p.text(now), p.fitting(now), "it does not say how wide it is")
	t.Setenv("COLUMNS", "30")
	require.Equal(t, "reading: 500.0 MB o…, 6s left", p.fitting(now))
	p.w = new(bytes.Buffer)
	require.Equal(t, p.text(now), p.fitting(now))
}
