package fields_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/fields"
)

// Law: what was appended is read again, and what is cut off fails.
func TestLawFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, i, text := rapid.Uint64().Draw(t, "u"), rapid.Int64().Draw(t, "i"), rapid.String().Draw(t, "text")
		b := fields.AppendText(binary.AppendVarint(binary.AppendUvarint(nil, u), i), text)
		for cut := range len(b) {
			r := fields.Reader{Rest: string(b[:cut])}
			r.Uint(math.MaxUint64)
			r.Int()
			require.Empty(t, r.Text())
			require.True(t, r.Failed)
		}
		r := fields.Reader{Rest: string(b) + "more"}
		require.Equal(t, []any{u, i, text, "more", false}, []any{r.Uint(math.MaxUint64), r.Int(), r.Text(), r.Rest, r.Failed})
	})
}

func TestTooLarge(t *testing.T) {
	b := string(binary.AppendUvarint(nil, 300))
	for most, failed := range map[uint64]bool{299: true, 300: false} {
		r := fields.Reader{Rest: b}
		r.Uint(most)
		require.Equal(t, failed, r.Failed)
	}
	for most, failed := range map[uint64]bool{4: true, 5: false} {
		r := fields.Reader{Rest: "\x05"}
		r.Uint(most)
		require.Equal(t, failed, r.Failed)
	}
	r := fields.Reader{Rest: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} // of 77 bits
	require.Zero(t, r.Uint(math.MaxUint64))
	require.True(t, r.Failed)
}

func TestNothingAfterAFailure(t *testing.T) {
	r := fields.Reader{Rest: "\x05\x01\x01"} // a text of five bytes, of which two are there
	require.Empty(t, r.Text())
	require.NotEmpty(t, r.Rest)
	require.Equal(t, []any{true, uint64(0), int64(0), ""}, []any{r.Failed, r.Uint(9), r.Int(), r.Text()})
}
