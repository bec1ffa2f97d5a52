package bench_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
)

// usage is a row of a file of usage.
type usage struct {
	ID      string    `parquet:"id"`
	Account string    `parquet:"account,dict"`
	At      time.Time `parquet:"at,timestamp(microsecond)"`
	Credits int64     `parquet:"credits"`
}

// madeUsage is the usage of the workload, as lines and as rows.
func madeUsage(tb testing.TB) (lines []byte, rows []usage) {
	log, _ := made(tb)
	for e, err := range eventlog.Read(bytes.NewReader(log), "log", invoice.Policy{}) {
		require.NoError(tb, err)
		if e.Type == account.UsageRecorded && e.RecordedAt.IsZero() {
			lines = append(e.AppendJSON(lines), '\n')
			rows = append(rows, usage{e.ID, e.Account, e.At, e.Credits})
		}
	}
	return lines, rows
}

// BenchmarkUsage reads the same usage as lines and as Parquet, decodes it and keeps it.
func BenchmarkUsage(b *testing.B) {
	lines, rows := madeUsage(b)
	files := []struct {
		name string
		data []byte
	}{{"lines", lines}}
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Zstd} {
		var file bytes.Buffer
		require.NoError(b, parquet.Write(&file, rows, parquet.Compression(codec)))
		files = append(files, struct {
			name string
			data []byte
		}{"parquet-" + codec.String(), file.Bytes()})
	}
	for _, f := range files {
		b.Run(f.name, func(b *testing.B) {
			from := infile.From{OpenFile: func(string) (io.ReadCloser, error) {
				return struct {
					io.ReadSeeker
					io.Closer
				}{bytes.NewReader(f.data), io.NopCloser(nil)}, nil
			}}
			source := []eventlog.Source{{Name: f.name, Open: func() (io.ReadCloser, error) { return from.Open(f.name, infile.Events) }}}
			b.SetBytes(int64(len(f.data)))
			for b.Loop() {
				var loaded eventlog.Events
				_, err := loaded.Load(context.Background(), source, eventlog.Loading{})
				require.NoError(b, err)
			}
			b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/event")
		})
	}
}
