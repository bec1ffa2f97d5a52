package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
)

// formatted is metadata in one spelling, by the library.
func formatted(v jsontext.Value) jsontext.Value {
	c := v.Clone()
	if err := c.Format(jsontext.ReorderRawObjects(true), jsontext.PreserveRawStrings(false)); err != nil {
		return v
	}
	return c
}

// anyJSON draws a value, written with or without spaces and escapes.
func anyJSON(t *rapid.T, depth int) string {
	space := rapid.SampledFrom([]string{"", "", " ", "\t\n"})
	quoted := func() string {
		return rapid.SampledFrom([]string{`"a"`, `"b"`, `"\u0061\u0000"`, `"é"`, `"\u00e9"`, `"🙂"`, `"\ud83d\ude42"`, `"\uffee"`, `"` + "\uffee" + `"`, `""`, `"</\/"`, `"aa"`}).Draw(t, "text")
	}
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind = 2 + kind%4
	}
	var parts []string
	n := rapid.IntRange(0, 4).Draw(t, "n")
	switch kind {
	case 0:
		for range n {
			parts = append(parts, space.Draw(t, "s")+quoted()+space.Draw(t, "s")+":"+anyJSON(t, depth-1))
		}
		return "{" + strings.Join(parts, ",") + space.Draw(t, "s") + "}"
	case 1:
		for range n {
			parts = append(parts, anyJSON(t, depth-1))
		}
		return "[" + strings.Join(parts, space.Draw(t, "s")+",") + "]" + space.Draw(t, "s")
	case 2:
		return quoted()
	}
	return space.Draw(t, "s") + rapid.SampledFrom([]string{"0", "-0", "1.0", "1e400", "12345678901234567890", "true", "false", "null", "nul", "01"}).Draw(t, "word")
}

// Law: metadata has the spelling that the library gives it, and what is no JSON has none.
func TestLawCanonicalMetadata(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := jsontext.Value(anyJSON(t, 4))
		require.Equal(t, string(formatted(v)), string(account.Canonical(v)), "%s", v)
	})
}

// nested is metadata that nests so deep, with a member before and one after what is inside.
func nested(depth int, spell string) string {
	return strings.Repeat(`{`+spell+`:`, depth) + "1" + strings.Repeat(`,"a":2}`, depth)
}

// inTime runs something that took minutes once, on a machine of any speed: it may take a hundred times as long as the other,
// which has as many bytes and is easy, and always 20 seconds.
func inTime(t *testing.T, easy, hard func()) {
	t.Helper()
	began := time.Now()
	easy()
	most := max(20*time.Second, 100*time.Since(began))
	began = time.Now()
	hard()
	require.Less(t, time.Since(began), most, "it was minutes")
}

// Repeats whose metadata nests deep, and is spelled in two ways, take no longer than they have bytes.
func TestDeepMetadata(t *testing.T) {
	repeats := func(spellings ...string) {
		var text strings.Builder
		for i := range 50 {
			fmt.Fprintf(&text, "%s,\"credits\":1,\"metadata\":%s}\n", usage, nested(9_900, spellings[i%len(spellings)]))
		}
		events, found := load(t, account.Loading{}, text.String())
		require.NoError(t, found.err)
		require.Equal(t, 1, events.Len())
	}
	inTime(t, func() { repeats(`"b"`) }, func() { repeats(`"b"`, `"\u0062"`) })
}

// One id for events that differ in one field only takes no longer than as many ids would.
func TestOneIDInOneInstant(t *testing.T) {
	const n = 20_000
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
			_, found := load(t, account.Loading{}, text.String())
			require.Equal(t, n-1, found.Bad.Len())
			require.Less(t, time.Since(began), 20*time.Second, "it was minutes")
		})
	}
}

// Repeats that are read in the opposite order are put together as fast.
func TestRepeatsBackwards(t *testing.T) {
	const n = 30_000
	lines := make([]string, n)
	for i := range lines {
		lines[i] = usage + `,"credits":1}` + "\n"
	}
	lines[0] = usage + `,"credits":2}` + "\n"
	slices.Reverse(lines)
	began := time.Now()
	events, found := load(t, account.Loading{KeepGoing: true, Workers: 4}, strings.Join(lines[n/2:], ""), strings.Join(lines[:n/2], ""))
	require.Equal(t, n, found.Bad.Len())
	require.Zero(t, events.Len())
	require.Less(t, time.Since(began), 20*time.Second)
}

func BenchmarkSameMetadata(b *testing.B) {
	one := account.Event{ID: "1", Account: "a", Metadata: []byte(nested(9_900, `"b"`))}
	for name, other := range map[string]string{"same bytes": `"b"`, "other spelling": `"\u0062"`} {
		b.Run(name, func(b *testing.B) {
			o := one
			o.Metadata = []byte(nested(9_900, other))
			for b.Loop() {
				if !one.Same(&o) {
					b.Fatal("they are the same")
				}
			}
		})
	}
}
