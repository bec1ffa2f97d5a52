package main

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs" // an object store
)

// Usage in Parquet is read from an object store too, which shows files from their beginning only.
func TestParquetInAnObjectStore(t *testing.T) {
	want := replay(t, t.TempDir(), "--packages", demoPackages, demoEvents)
	t.Setenv("TMPDIR", t.TempDir())
	ctx := t.Context()
	for name, from := range map[string]string{"accounts.jsonl": "accounts.jsonl", "usage.parquet": "int96.parquet", "map.json": "int96.parquet.map.json"} {
		data, err := os.ReadFile("../testdata/parquet/" + from)
		require.NoError(t, err)
		require.NoError(t, write(ctx, "memfs://lake/"+name, func(w io.Writer) error { _, err := w.Write(data); return err }))
	}
	var stderr strings.Builder
	o := &options{}
	require.NoError(t, o.flags().Parse([]string{"--packages", demoPackages, "--events", "memfs://lake/accounts.jsonl", "--events", "memfs://lake/usage.parquet",
		"--map", "memfs://lake/map.json", "--output", "memfs://lake/invoices", "--shards", "2"}))
	require.Zero(t, run(ctx, o, nil, &stderr), stderr.String())
	got, err := readFile(ctx, "memfs://lake/invoices")
	require.NoError(t, err)
	require.Equal(t, want.invoices, string(got))
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	for _, e := range left {
		require.NotContains(t, e.Name(), ".parquet")
	}
}

// Where the output is no file of this machine, blocks go through the runner, and the outputs are the same.
func TestObjectStore(t *testing.T) {
	want := replay(t, t.TempDir(), "--packages", demoPackages, demoEvents)
	var stderr strings.Builder
	for _, shards := range []string{"1", "3"} {
		o := &options{}
		require.NoError(t, o.flags().Parse([]string{"--packages", demoPackages, "--events", demoEvents, "--output", "memfs://demo/invoices", "--shards", shards}))
		require.Zero(t, run(t.Context(), o, nil, &stderr), stderr.String())
		got, err := readFile(t.Context(), "memfs://demo/invoices")
		require.NoError(t, err)
		require.Equal(t, want.invoices, string(got))
		fs, err := filesystem.New(t.Context(), "memfs://demo/")
		require.NoError(t, err)
		names, err := fs.List(t.Context(), "memfs://demo/*")
		require.NoError(t, err)
		require.Equal(t, []string{"memfs://demo/invoices"}, names)
	}
}
