package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"
)

// The profile has samples, and says nothing of the machine.
func TestProfile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "default.pgo")
	require.NoError(t, run([]string{"-o", name, "-events", "50000", "-runs", "4"}, os.Stderr))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	p, err := profile.Parse(bytes.NewReader(data))
	require.NoError(t, err)
	require.NotEmpty(t, p.Sample)
	for _, m := range p.Mapping {
		require.Empty(t, m.File)
	}
	require.Zero(t, p.TimeNanos)
	require.Error(t, run([]string{"-events", "0"}, os.Stderr))
}

// So does the one that the command is compiled by.
func TestProfileOfTheCommand(t *testing.T) {
	data, err := os.ReadFile("../../cmd/prorata/default.pgo")
	require.NoError(t, err)
	p, err := profile.Parse(bytes.NewReader(data))
	require.NoError(t, err)
	for _, m := range p.Mapping {
		require.Empty(t, m.File)
	}
	for _, f := range p.Function {
		require.False(t, filepath.IsAbs(f.Filename), f.Filename)
	}
}
