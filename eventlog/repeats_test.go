package eventlog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
)

// Repeats whose metadata nests deep, and is spelled in two ways, take no longer than they have bytes.
func TestDeepMetadata(t *testing.T) {
	repeats := func(spellings ...string) {
		var text strings.Builder
		for i := range 50 {
			fmt.Fprintf(&text, "%s,\"credits\":1,\"metadata\":%s}\n", usage, eventtest.Nested(9_900, spellings[i%len(spellings)]))
		}
		events, found := load(t, eventlog.Loading{}, text.String())
		require.NoError(t, found.err)
		require.Equal(t, 1, events.Len())
	}
	inTime(t, func() { repeats(`"b"`) }, func() { repeats(`"b"`, `"\u0062"`) })
}

// One id for events that differ in one field only takes no longer than as many ids would.
func TestOneIDInOneInstant(t *testing.T) {
	n := shorter(20_000)
	for name, line := range map[string]func(i int) string{
		"amount": func(i int) string { return fmt.Sprintf(`%s,"amount":"%d"}`, charge, i) },
		"invoice": func(i int) string {
			return strings.Replace(status, "20260131-x", fmt.Sprint(i), 1) + `,"status":"paid"}`
		},
		"recorded_at": func(i int) string {
			return fmt.Sprintf(`%s,"credits":1,"recorded_at":"%s"}`, usage, date("2026-02-01").AddDays(i))
		},
		"metadata":    func(i int) string { return fmt.Sprintf(`%s,"credits":1,"metadata":{"i":%d}}`, usage, i) },
		"nanoseconds": func(i int) string { return fmt.Sprintf(`%s"2026-01-31T00:00:00.%09dZ"}`, someAt, i) },
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			for i := range n {
				text.WriteString(line(i) + "\n")
			}
			began := time.Now()
			_, found := load(t, eventlog.Loading{}, text.String())
			require.Equal(t, n-1, found.Bad.Len())
			require.Less(t, time.Since(began), 20*time.Second, "it was minutes")
		})
	}
}

// Repeats that are read in the opposite order are put together as fast.
func TestRepeatsBackwards(t *testing.T) {
	n := shorter(30_000)
	lines := make([]string, n)
	for i := range lines {
		lines[i] = usage + `,"credits":1}` + "\n"
	}
	lines[0] = usage + `,"credits":2}` + "\n"
	slices.Reverse(lines)
	began := time.Now()
	events, found := load(t, eventlog.Loading{KeepGoing: true, Workers: 4}, strings.Join(lines[n/2:], ""), strings.Join(lines[:n/2], ""))
	require.Equal(t, n, found.Bad.Len())
	require.Zero(t, events.Len())
	require.Less(t, time.Since(began), 20*time.Second)
}
