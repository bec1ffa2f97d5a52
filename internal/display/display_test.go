package display_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/display"
)

// texts are what is shown of a text, and the cells that takes.
var texts = []struct {
	name, text, want string
	width            int
}{
	{"plain", "Gold (2026) ~", "Gold (2026) ~", 13},
	{"empty", "", "", 0},
	{"letters of other scripts", "Größe Ωμέγα 日本 한", "Größe Ωμέγα 日本 한", 19},
	{"an escape sequence", "a\x1b[2Jb", `a\x1b[2Jb`, 9},
	{"lines and tabs", "a\r\nb\tc\x7f", `a\r\nb\tc\x7f`, 13},
	{"C1: the control sequence introducer in one character", "a\u009b31m", `a\u009b31m`, 10},
	{"a new line of C1", "a\u0085b", `a\u0085b`, 8},
	{"a text that is turned round", "a\u202ecod.exe", `a\u202ecod.exe`, 14},
	{"isolates and marks of direction", "\u2066a\u2069\u200e\u061c", `\u2066a\u2069\u200e\u061c`, 25},
	{"line and paragraph separators", "a\u2028b\u2029", `a\u2028b\u2029`, 14},
	{"no width", "Go\u200bld\ufeff\u2060\u00ad", `Go\u200bld\ufeff\u2060\u00ad`, 28},
	{"spaces that look like others", "a\u00a0b\u3000c", `a\u00a0b\u3000c`, 15},
	{"letters and symbols that leave no trace", "\u3164\u115f\uffa0\u2800\u034f\ufe0f\U000e0100", `\u3164\u115f\uffa0\u2800\u034f\ufe0f\U000e0100`, 46},
	{"hidden text in tags", "a\U000e0041", `a\U000e0041`, 11},
	{"private and unassigned characters", "\ue000\U0010ffff", `\ue000\U0010ffff`, 16},
	{"no UTF-8", "a\xffb\xc3", `a\xffb\xc3`, 10},
	{"a half of a pair", "a\xed\xa0\x80", `a\xed\xa0\x80`, 13},
	{"the replacement character itself", "\uFFFD", "\uFFFD", 1},
	{"a letter and its accent apart", "cafe\u0301", "cafe\u0301", 4},
	{"a pile of marks", "a" + strings.Repeat("\u0301", 6), "a" + strings.Repeat("\u0301", 4) + `\u0301\u0301`, 13},
	{"a backslash stays", `a\x1b`, `a\x1b`, 5},
}

func TestText(t *testing.T) {
	for _, tt := range texts {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, display.Text(tt.text))
			require.Equal(t, tt.width, display.Width(tt.want), "Width(%q)", tt.want)
			require.Equal(t, tt.want, display.Text(tt.want), "twice")
			require.Equal(t, tt.want, display.Cut(tt.text, max(3, tt.width)), "it fits")
		})
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		cells      int
		want       string
	}{
		{"what fits", "abcdef", 6, "abcdef"},
		{"both ends", "abcdefghijkl", 10, "abcdef…jkl"},
		{"the least", "abcd", 3, "ab…"},
		{"wide letters are not halved", "日本語日本語", 10, "日本語…語"},
		{"an escape is not halved", "ab\x1bcdefghi", 8, "ab…hi"},
		{"a mark stays on its letter", "aaaaae\u0301eeeeeeeeeee", 10, "aaaaae\u0301…eee"},
		{"a mark without its letter goes", "aaaaaaaaaaaaa日\u0301bb", 10, "aaaaaa…bb"},
		{"accounts of a domain", "somebody.with.a.long.name@mail.example.com", 30, "somebody.with.a.long…ample.com"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, display.Cut(tt.text, tt.cells)) })
	}
}

// A megabyte is cut without a look at all of it.
func TestCutOfAMegabyte(t *testing.T) {
	for _, one := range []string{"x", "\u0301", "日", "\x1b", "\xff", "\u202e"} {
		long := strings.Repeat(one, 1<<20)
		allocated := testing.AllocsPerRun(10, func() { display.Cut(long, 40) })
		require.Less(t, allocated, 100.0, "%q", one)
		require.LessOrEqual(t, len(display.Cut(long, 40)), 5*4*40, "%q", one)
	}
}

// Whatever the text, what is shown is one line of printable characters, of the width asked for.
func TestLawShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if rapid.Bool().Draw(t, "characters") {
			text = rapid.String().Draw(t, "text")
		}
		cells := rapid.IntRange(3, 60).Draw(t, "cells")
		shown, cut := display.Text(text), display.Cut(text, cells)
		for _, s := range []string{shown, cut} {
			require.True(t, utf8.ValidString(s))
			for _, r := range s {
				require.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs), "%q", s)
			}
			require.Equal(t, s, display.Text(s))
		}
		require.LessOrEqual(t, display.Width(cut), cells)
		if display.Width(shown) <= cells {
			require.Equal(t, shown, cut)
		} else {
			require.Contains(t, cut, "…")
		}
	})
}

// A terminal gets the same, however it is written: lines, and nothing else to obey.
func TestLawWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "\n", "é", "日", "\x1b[31m", "\u009b", "\u202e", "\xff", "\xe6\x97", "\xf0\x9f", "\u0301", "\t\r\n"}), 0, 20).Draw(t, "parts")
		text := strings.Join(parts, "")
		var want []string
		for line := range strings.SplitSeq(text, "\n") {
			want = append(want, display.Text(line))
		}
		var b strings.Builder
		w := display.NewWriter(&b)
		for rest := text; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			written, err := w.Write([]byte(rest[:n]))
			require.NoError(t, err)
			require.Equal(t, n, written)
			rest = rest[n:]
		}
		require.NoError(t, w.Flush())
		require.Equal(t, strings.Join(want, "\n"), b.String())
	})
}

func TestWriterPassesErrorsOn(t *testing.T) {
	full := errors.New("full")
	w := display.NewWriter(iotest.TruncateWriter(&strings.Builder{}, 0))
	_, err := w.Write([]byte("a"))
	require.NoError(t, err)
	w = display.NewWriter(failing{full})
	_, err = w.Write([]byte("a"))
	require.ErrorIs(t, err, full)
	w = display.NewWriter(failing{full})
	_, err = w.Write([]byte("\xe6"))
	require.NoError(t, err, "nothing was written yet")
	require.ErrorIs(t, w.Flush(), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
