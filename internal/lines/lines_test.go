package lines_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/source"
)

func TestPlace(t *testing.T) {
	x := lines.New("f", []byte("ab\n\ncd"))
	for offset, want := range []string{"f:1:1", "f:1:2", "f:1:3", "f:2:1", "f:3:1", "f:3:2", "f:3:3"} {
		require.Equal(t, want, x.Place(offset).String(), "Place(%d)", offset)
	}
	require.Equal(t, "f:1:1", x.Place(-1).String(), "before the text")
	require.Equal(t, "f:3:3", x.Place(100).String(), "after the text")
	require.Equal(t, "f:1:1", lines.New("f", nil).Place(0).String())
}

// counted is the place of an offset by counting from the start of the text.
func counted(text []byte, offset int) source.Place {
	before := text[:offset]
	return source.Place{File: "f", Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n')}
}

// Law: a place is what counting from the start of the text finds, in texts of lines short and long.
func TestPlaceAgreesWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			text.WriteString(strings.Repeat("x", rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(1020, 1027), rapid.IntRange(0, 5000)).Draw(t, "length")))
			text.WriteString(strings.Repeat("\n", rapid.IntRange(0, 3).Draw(t, "line feeds")))
		}
		data := []byte(text.String())
		x := lines.New("f", data)
		offset := rapid.OneOf(rapid.IntRange(0, len(data)), rapid.Map(rapid.IntRange(0, len(data)/1024), func(n int) int { return n * 1024 })).Draw(t, "offset")
		require.Equal(t, counted(data, offset), x.Place(offset), "Place(%d)", offset)
	})
}

func TestValidUTF8(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "Zürich": 7, "ab\xffc": 2, "\xff": 0, "ü\xc3": 2, "\xed\xa0\x80": 0, "\uFFFD\xff": 3} {
		require.Equal(t, want, lines.ValidUTF8([]byte(text)), "ValidUTF8(%q)", text)
	}
}
