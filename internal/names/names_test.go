package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/names"
)

func TestIndex(t *testing.T) {
	valid := []string{"half_up", "half_even", "down", "up"}
	i, err := names.Index("rounding", "down", valid)
	require.NoError(t, err)
	require.Equal(t, 2, i)

	_, err = names.Index("rounding", "half-up", valid)
	require.EqualError(t, err, `unknown rounding "half-up" (did you mean "half_up"?), expected one of half_up, half_even, down, up`)
	_, err = names.Index("rounding", "bankers", valid)
	require.EqualError(t, err, `unknown rounding "bankers", expected one of half_up, half_even, down, up`)
}

func TestClip(t *testing.T) {
	require.Equal(t, strings.Repeat("a", 60), names.Clip(strings.Repeat("a", 60)))
	require.Equal(t, strings.Repeat("a", 57)+"...", names.Clip(strings.Repeat("a", 61)))
	require.Equal(t, "aé...", names.ClipTo("aééé", 6), "characters stay whole")
	require.Equal(t, "aéé", names.ClipTo("aéé", 5))

	_, err := names.Index("rounding", strings.Repeat("\x00", 5000), []string{"half_up", "down"})
	require.EqualError(t, err, `unknown rounding "`+strings.Repeat(`\x00`, 57)+`...", expected one of half_up, down`)
}

func TestNearest(t *testing.T) {
	policy := []string{"time_zone", "timing", "currency"}
	packages := []string{"Starter", "Silver", "Gold", "Gold Plus", "Platinum", "Pro 50", "日本語プラン"}
	accounts := []string{"acct-000123", "acct-000124", "b", "cd", "harbor-books@example.com", "tom@example.com"}
	for _, tt := range []struct {
		s     string
		valid []string
		want  string // empty: none
	}{
		{"timezone", policy, "time_zone"},
		{"TIMING", policy, "timing"},
		{"curency", policy, "currency"},
		{"tming", policy, "timing"},
		{"tiimgn", policy, "timing"}, // two edits
		{"zzz", policy, ""},
		{"", policy, ""},
		{"-", []string{"_"}, ""},

		{"gold", packages, "Gold"},
		{" Gold", packages, "Gold"},
		{"Gold ", packages, "Gold"},
		{"GOLD\u00a0", packages, "Gold"},
		{"Go\u200bld", packages, "Gold"},
		{"Glod", packages, "Gold"},
		{"Gold+Plus", packages, "Gold Plus"},
		{"gold  plus", packages, "Gold Plus"},
		{"GoldPlus", packages, "Gold Plus"},
		{"plat", packages, "Platinum"},
		{"日本語ブラン", packages, "日本語プラン"},
		{"G\u043eld", packages, "Gold"},
		{"Diamond", packages, ""},
		{"Bold", packages, "Gold"},
		{"Sliver", packages, "Silver"},
		{"S", packages, ""},  // begins two, and is too short
		{"Pl", packages, ""}, // too short
		{"Go", packages, ""},
		{"Pro 500", packages, ""}, // another number
		{"Pro 51", packages, ""},
		{"Pro 05", packages, "Pro 50"},

		{"a", accounts, ""}, // "b" is one edit away
		{"ab", accounts, ""},
		{"acct-000125", accounts, ""}, // somebody else
		{"acct-000132", accounts, "acct-000123"},
		{"alice@example.com", accounts, ""},
		{"Harbor-Books@example.com", accounts, "harbor-books@example.com"},
		{"harbor-books", accounts, "harbor-books@example.com"},
		{"acct", accounts, ""}, // begins two
		{strings.Repeat("x", 1<<16), accounts, ""},
	} {
		got, ok := names.Nearest(tt.s, tt.valid)
		require.Equal(t, tt.want, got, "Nearest(%.40q)", tt.s)
		require.Equal(t, tt.want != "", ok, "Nearest(%.40q)", tt.s)
	}
}

// A list is looked through again and again, each time in the same way.
func TestListIsOfItsWords(t *testing.T) {
	list := names.NewList([]string{"Gold", "Silver", "Starter"})
	for range 2 {
		require.Equal(t, ` (did you mean "Silver"?)`, list.Hint("sliver"))
		require.Equal(t, ` (did you mean "Gold"?)`, list.Hint("gold "))
		require.Empty(t, list.Hint("Diamond"))
	}
	require.Empty(t, names.NewList(nil).Hint("Gold"))
}

// edits is the distance as the definition has it, without a limit: the oracle of Nearest.
func edits(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	least := min(edits(a[1:], b)+1, edits(a, b[1:])+1)
	if a[0] == b[0] {
		return min(least, edits(a[1:], b[1:]))
	}
	least = min(least, edits(a[1:], b[1:])+1)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, edits(a[2:], b[2:])+1)
	}
	return least
}

func TestLawNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching("[abc]{1,8}")
		s, valid := word.Draw(t, "s"), word.Draw(t, "valid")
		n := min(len(s), len(valid))
		most := []int{0, 0, 0, 1, 1, 1, 2, 2, 2}[n]
		near := edits([]rune(s), []rune(valid)) <= most || n >= 3 && strings.HasPrefix(valid, s)
		got, ok := names.Nearest(s, []string{valid})
		require.Equal(t, near, ok, "Nearest(%q, %q)", s, valid)
		require.Equal(t, near, got == valid)
	})
}

func TestHint(t *testing.T) {
	valid := []string{"Gold", "Größe", strings.Repeat("long", 50)}
	require.Equal(t, ` (did you mean "Gold"?)`, names.Hint(" gold", valid))
	require.Equal(t, ` (did you mean "Gold"? this one is "G\u043eld")`, names.Hint("G\u043eld", valid), "which looks the same")
	require.Equal(t, ` (did you mean "Größe"?)`, names.Hint("Gröse", valid))
	require.Equal(t, ` (did you mean "`+strings.Repeat("long", 14)+`l..."?)`, names.Hint(strings.Repeat("LONG", 50), valid))
	require.Empty(t, names.Hint("Diamond", valid))
}

func TestUnknownOfALongList(t *testing.T) {
	valid := make([]string, 100)
	for i := range valid {
		valid[i] = "p"
	}
	require.EqualError(t, names.Unknown("package", "zzz", valid), `unknown package "zzz", expected one of `+strings.Repeat("p, ", 39)+"p and 60 more")
}
