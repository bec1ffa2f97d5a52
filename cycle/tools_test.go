package cycle_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
)

// readTSV gives the rows of a file of vectors: fields between tabs, # starts a comment line.
func readTSV(tb testing.TB, name string, fields int) [][]string {
	tb.Helper()
	var rows [][]string
	for i, line := range readLines(tb, name) {
		row := strings.Split(line, "\t")
		require.Len(tb, row, fields, "%s, row %d: %q", name, i+1, line)
		rows = append(rows, row)
	}
	return rows
}

// readLines gives the lines of a file in testdata, without comments and empty ones.
func readLines(tb testing.TB, name string) []string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(tb, err)
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	require.NotEmpty(tb, lines, name)
	return lines
}

func atoi(tb testing.TB, s string) int {
	tb.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(tb, err)
	return n
}

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(tb, err)
	return loc
}

// dates draws any date of the years 1 to 9999, ends of months more often than their share.
func dates() *rapid.Generator[cycle.Date] {
	return rapid.Custom(func(t *rapid.T) cycle.Date {
		year, month := rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month")
		day := min(rapid.IntRange(1, 34).Draw(t, "day"), lengthOf(year, month))
		d, err := cycle.NewDate(year, month, day)
		require.NoError(t, err)
		return d
	})
}
