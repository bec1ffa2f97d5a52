package packed_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/packed"
)

func TestSections(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("abc", 100_000)} {
		section, err := packed.Seal([]byte("before"), packed.Events, []byte(text))
		require.NoError(t, err)
		section = section[len("before"):]
		require.Equal(t, packed.Events, packed.KindOf(section))
		kind, got, err := packed.Open(section)
		require.NoError(t, err)
		require.Equal(t, packed.Events, kind)
		require.Equal(t, text, string(got))
		for at := range section {
			damaged := bytes.Clone(section)
			damaged[at] ^= 0x40
			_, _, err := packed.Open(damaged)
			require.Error(t, err, "byte %d", at)
			_, _, err = packed.Open(section[:at])
			require.Error(t, err, "cut at %d", at)
		}
	}
	_, err := packed.Seal(nil, packed.Events, make([]byte, packed.MaxSection+1))
	require.ErrorContains(t, err, "expected at most 67108864")
}

// A section says how long it is, which is believed only as far as it takes no memory.
func TestOpenIsBounded(t *testing.T) {
	section, err := packed.Seal(nil, packed.Events, make([]byte, packed.MaxSection))
	require.NoError(t, err)
	binary.LittleEndian.PutUint32(section[5:], 10)
	table := crc32.MakeTable(crc32.Castagnoli)
	binary.LittleEndian.PutUint32(section[9:], crc32.Update(crc32.Checksum(section[:9], table), table, section[13:]))
	_, _, err = packed.Open(section)
	require.Error(t, err)
}

func FuzzReader(f *testing.F) {
	f.Add(part(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := packed.NewReader([]packed.File{{Name: "x", ReaderAt: bytes.NewReader(data), Size: int64(len(data))}})
		if err != nil {
			return
		}
		var events eventlog.Events
		_, _ = events.Unpack(context.Background(), r.Packed(), eventlog.Loading{Workers: 1})
	})
}

// part is a partition of one part.
func part(t require.TestingT) []byte {
	var b bytes.Buffer
	w, err := packed.NewWriter([]io.Writer{&b})
	require.NoError(t, err)
	p := eventlog.Packing{Shards: 1, Emit: w.Emit}
	scan, err := p.Pack(context.Background(), strings.NewReader(`{"id":"1","type":"account.created","account":"acme","at":"2026-03-01","package":"Gold"}`+"\noops\n"), 0, true)
	require.NoError(t, err)
	require.NoError(t, p.Flush())
	require.NoError(t, w.Close(packed.Header{Currency: "USD", TimeZone: "UTC", Files: [][]byte{[]byte("a.jsonl")}}, []*eventlog.Scan{scan}))
	return b.Bytes()
}

// Blocks that come in any order are written in theirs.
func TestWriterOrders(t *testing.T) {
	var inOrder, other bytes.Buffer
	for i, b := range []*bytes.Buffer{&inOrder, &other} {
		w, err := packed.NewWriter([]io.Writer{b})
		require.NoError(t, err)
		for n := range 10 {
			if i == 1 {
				n = 9 - n
			}
			require.NoError(t, w.Emit(0, n, []byte{byte(n)}))
		}
		require.NoError(t, w.Close(packed.Header{}, nil))
	}
	require.Equal(t, inOrder.Bytes(), other.Bytes())
}

func TestReader(t *testing.T) {
	data := part(t)
	file := packed.File{Name: "x", ReaderAt: bytes.NewReader(data), Size: int64(len(data))}
	r, err := packed.NewReader([]packed.File{file})
	require.NoError(t, err)
	currency, zone := r.Under()
	require.Equal(t, "USD UTC", currency+" "+zone)
	require.Equal(t, []string{"a.jsonl"}, r.Names())
	require.True(t, r.Whole())
	require.Zero(t, r.BadElsewhere())
	var events eventlog.Events
	found, err := events.Unpack(t.Context(), r.Packed(), eventlog.Loading{KeepGoing: true})
	require.NoError(t, err)
	require.Equal(t, 1, found.Bad.Len())
	require.Equal(t, []string{"acme"}, events.Accounts())
	_, err = packed.NewReader([]packed.File{file, file})
	require.ErrorContains(t, err, "x and x are one part")
	r, err = packed.NewReader(nil)
	require.NoError(t, err)
	currency, zone = r.Under()
	require.Empty(t, currency+zone)
}
