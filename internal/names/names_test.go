package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
	valid := []string{"time_zone", "timing", "currency"}
	for word, want := range map[string]string{
		"timezone": "time_zone", "TIMING": "timing", "curency": "currency", "tming": "timing", "tiimgn": "timing", "zzz": "", "": "",
	} {
		got, ok := names.Nearest(word, valid)
		require.Equal(t, want, got, "Nearest(%q)", word)
		require.Equal(t, want != "", ok, "Nearest(%q)", word)
	}
}
