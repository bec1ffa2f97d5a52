package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs" // an object store
)

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
