package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// All that is measured is answered.
func TestLoad(t *testing.T) {
	var out, messages bytes.Buffer
	dir := t.TempDir()
	args := []string{"--accounts", "30", "--months", "1", "--each", "300ms", "--rate", "20", "--batch", "10", "--keep", filepath.Join(dir, "load.db"), "--profile", filepath.Join(dir, "cpu.pprof")}
	require.NoError(t, run(t.Context(), args, &out, &messages))
	rows := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, rows, 10, "%s%s", out.String(), messages.String())
	require.Contains(t, rows[0], "30 accounts, ")
	for _, row := range rows[4:] {
		require.True(t, strings.HasSuffix(row, "| 0 |"), row)
		require.NotContains(t, row, "| 0 | 0.0 |", "nothing was answered")
	}
	require.ErrorContains(t, run(t.Context(), []string{"--accounts", "0"}, &out, &messages), "expected")
}
