package extremes_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/extremes"
)

// failures records what a test would fail with.
type failures struct {
	testing.TB
	texts []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.texts = append(f.texts, fmt.Sprintf(format, args...))
}

// fragile panics on many values.
type fragile uint8

func (f fragile) Word() string { return []string{"a", "b"}[f] }

func (f fragile) Words() iter.Seq[string] {
	return func(yield func(string) bool) { yield(f.Word()) }
}

func TestCheck(t *testing.T) {
	f := &failures{TB: t}
	extremes.Check(f, extremes.Exports{"Check": func(s string, n int) { _ = s[:min(n, 1)] }, "Exports": fragile(0), "Other": 0})
	all := strings.Join(f.texts, "\n")
	require.Contains(t, all, "Other is listed, and not exported")
	require.Contains(t, all, `Check("", 1) panics: runtime error: slice bounds out of range`)
	require.Contains(t, all, "fragile.Word() panics: runtime error: index out of range [255] with length 2")
	require.Contains(t, all, "fragile.Words() panics: runtime error: index out of range [255] with length 2", "a sequence is gone through")

	f = &failures{TB: t}
	extremes.Check(f, extremes.Exports{"Check": strings.ToUpper})
	require.Equal(t, []string{"Exports is exported, and not called"}, f.texts)
}
