package account_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
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

func BenchmarkSameMetadata(b *testing.B) {
	one := account.Event{ID: "1", Account: "a", Metadata: []byte(eventtest.Nested(9_900, `"b"`))}
	for name, other := range map[string]string{"same bytes": `"b"`, "other spelling": `"\u0062"`} {
		b.Run(name, func(b *testing.B) {
			o := one
			o.Metadata = []byte(eventtest.Nested(9_900, other))
			for b.Loop() {
				if !one.Same(&o) {
					b.Fatal("they are the same")
				}
			}
		})
	}
}
