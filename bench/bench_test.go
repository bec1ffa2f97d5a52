// Package bench_test measures whole runs inside one process. The programs in the folders below
// measure whole processes.
package bench_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/bench/workload"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
)

const events, accounts = 100_000, 2_000

// made is a workload: its events and its packages.
func made(tb testing.TB) ([]byte, invoice.Catalogue) {
	log, catalogue, err := workload.All(workload.Options{Accounts: accounts, Months: 24, Events: events, Seed: 1})
	require.NoError(tb, err)
	return log, catalogue
}

func load(tb testing.TB, log []byte) *eventlog.Events {
	var loaded eventlog.Events
	files := []eventlog.Source{{Name: "log", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(log)), nil }}}
	_, err := loaded.Load(context.Background(), files, eventlog.Loading{})
	require.NoError(tb, err)
	return &loaded
}

// replay bills all accounts and makes the text of the invoices, and returns how many bytes that are.
func replay(tb testing.TB, loaded *eventlog.Events, catalogue invoice.Catalogue) (n int) {
	span, err := loaded.Span(invoice.Policy{})
	require.NoError(tb, err)
	err = eventlog.ReplayInto(context.Background(), loaded, eventlog.Billing{Accounts: loaded.Accounts(), Catalogue: catalogue, Through: span.Last},
		func(text []byte, b *account.Bill) []byte {
			for i := range b.Invoices {
				text = append(b.Invoices[i].AppendJSON(text), '\n')
			}
			return text
		}, func(text []byte) error {
			n += len(text)
			return nil
		})
	require.NoError(tb, err)
	return n
}

func perEvent(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
}

// BenchmarkLoad reads a log of 100,000 events, decodes it and keeps it, ids and all.
func BenchmarkLoad(b *testing.B) {
	log, _ := made(b)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		load(b, log)
	}
	perEvent(b)
}

// BenchmarkReplay reads the log, bills it and makes the text of the invoices.
func BenchmarkReplay(b *testing.B) {
	log, catalogue := made(b)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		replay(b, load(b, log), catalogue)
	}
	perEvent(b)
}

// TestMemoryAnEvent holds what is allocated while a log is loaded to what is kept of it, and a
// little: some 57 bytes an event with its id and account, 8 for the hash of the id, and nothing
// for each line.
func TestMemoryAnEvent(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, with which short tests are run, throws some of the memory away that is used again")
	}
	log, _ := made(t)
	load(t, log)
	r := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			load(b, log)
		}
	})
	require.Less(t, r.AllocedBytesPerOp(), int64(200*events))
	require.Less(t, r.AllocsPerOp(), int64(8*accounts+events/20))
}
