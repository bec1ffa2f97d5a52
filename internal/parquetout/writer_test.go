package parquetout_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/internal/parquetout"
)

var every = []parquetout.Column{{Name: "z", Kind: parquetout.Text}, {Name: "json", Kind: parquetout.JSON},
	{Name: "count", Kind: parquetout.Count}, {Name: "truth", Kind: parquetout.Truth}, {Name: "date", Kind: parquetout.Date},
	{Name: "micros", Kind: parquetout.Micros}, {Name: "nanos", Kind: parquetout.Nanos},
	{Name: "amount", Kind: parquetout.Amount, Scale: 2}, {Name: "rate", Kind: parquetout.Rate}, {Name: "a", Kind: parquetout.Amount}}

// read is what our own reader finds in a file: rows of texts, "null" for null.
func read(t require.TestingT, data []byte) (names []string, rows [][]string) {
	f, err := parquetfile.Open(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	columns := make([]int, len(f.Columns))
	for i := range columns {
		columns[i], names = i, append(names, f.Columns[i].Name)
	}
	r := f.Read(columns, nil)
	for r.Next() {
		row := make([]string, len(columns))
		for i := range columns {
			text, null := r.Append(nil, i)
			if row[i] = string(text); null {
				row[i] = "null"
			}
		}
		rows = append(rows, row)
	}
	require.NoError(t, r.Err())
	return names, rows
}

func TestEveryKind(t *testing.T) {
	var out bytes.Buffer
	w := parquetout.NewWriter(&out, "rows", every)
	row := parquetout.AppendText(nil, "ü\n\"")
	row = parquetout.AppendText(row, []byte(`{"a":1}`))
	row = parquetout.AppendInt(row, -5)
	row = parquetout.AppendBool(row, true)
	row = parquetout.AppendInt(row, 20517)
	row = parquetout.AppendInt(row, 1_772_357_400_000_001)
	row = parquetout.AppendInt(row, 1_772_357_400_000_000_001)
	row = parquetout.AppendInt(row, -7995)
	row = parquetout.AppendText(row, "0.00047")
	row = parquetout.AppendInt(row, 999_999_999_999_999_999)
	for range every {
		row = parquetout.AppendNull(row)
	}
	require.NoError(t, w.WriteAll(row))
	require.NoError(t, w.Close())
	names, rows := read(t, out.Bytes())
	require.Equal(t, []string{"z", "json", "count", "truth", "date", "micros", "nanos", "amount", "rate", "a"}, names, "in their order")
	require.Equal(t, [][]string{
		{"ü\n\"", `{"a":1}`, "-5", "true", "2026-03-05", "2026-03-01T09:30:00.000001Z", "2026-03-01T09:30:00.000000001Z", "-79.95", "0.000470000000000000", "999999999999999999"},
		{"null", "null", "null", "null", "null", "null", "null", "null", "null", "null"},
	}, rows)
}

// anyRows draws rows of all columns, each a slice, and what a reader is to find.
func anyRows(t *rapid.T) (rows [][]byte, want [][]string) {
	long := strings.Repeat("x", 70_000)
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "acme", long}))
	minor := rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999)
	number := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3))
	for range rapid.IntRange(0, 200).Draw(t, "rows") {
		row, cells := []byte(nil), make([]string, len(every))
		for i, c := range every {
			cells[i] = "null"
			if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
				row = parquetout.AppendNull(row)
				continue
			}
			switch c.Kind {
			case parquetout.Text, parquetout.JSON:
				cells[i] = text.Draw(t, c.Name)
				row = parquetout.AppendText(row, cells[i])
			case parquetout.Truth:
				is := rapid.Bool().Draw(t, c.Name)
				cells[i], row = strconv.FormatBool(is), parquetout.AppendBool(row, is)
			case parquetout.Date:
				n := rapid.Int64Range(-719162, 2932896).Draw(t, c.Name) // years 1 to 9999
				cells[i], row = time.Unix(n*86400, 0).UTC().Format(time.DateOnly), parquetout.AppendInt(row, n)
			case parquetout.Micros:
				n := rapid.Int64Range(-62135596800_000000, 253402300799_000000).Draw(t, c.Name)
				cells[i], row = time.UnixMicro(n).UTC().Format(time.RFC3339Nano), parquetout.AppendInt(row, n)
			case parquetout.Nanos:
				n := rapid.Int64().Draw(t, c.Name)
				cells[i], row = time.Unix(0, n).UTC().Format(time.RFC3339Nano), parquetout.AppendInt(row, n)
			case parquetout.Amount:
				n := minor.Draw(t, c.Name)
				cells[i], row = decimal.New(n, -int32(c.Scale)).StringFixed(int32(c.Scale)), parquetout.AppendInt(row, n)
			case parquetout.Rate:
				d := decimal.New(minor.Draw(t, c.Name), -rapid.Int32Range(0, 18).Draw(t, "scale"))
				cells[i], row = d.StringFixed(18), parquetout.AppendText(row, d.String())
			default:
				n := number.Draw(t, c.Name)
				cells[i], row = strconv.FormatInt(n, 10), parquetout.AppendInt(row, n)
			}
		}
		rows, want = append(rows, row), append(want, cells)
	}
	return rows, want
}

// written is the file of rows, given to a Writer so many at a time.
func written(t require.TestingT, rows [][]byte, atATime int) []byte {
	var out bytes.Buffer
	w := parquetout.NewWriter(&out, "rows", every)
	for some := range slices.Chunk(rows, atATime) {
		require.NoError(t, w.WriteAll(bytes.Join(some, nil)))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// Law: whatever rows are written, our reader and that of parquet-go find their values, and the bytes do not depend on how the rows were
// divided among calls.
func TestLawRowsAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, want := anyRows(t)
		data := written(t, rows, 1)
		_, got := read(t, data)
		require.Equal(t, want, got)
		require.True(t, bytes.Equal(data, written(t, rows, rapid.IntRange(2, 300).Draw(t, "at a time"))), "the same bytes")

		f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		require.Equal(t, int64(len(want)), f.NumRows())
		n := 0
		for _, group := range f.RowGroups() {
			r := group.Rows()
			buffer := make([]parquet.Row, 50)
			for err = nil; err == nil; {
				var m int
				m, err = r.ReadRows(buffer)
				for _, row := range buffer[:m] {
					for i, v := range row {
						switch cell := want[n][i]; every[i].Kind {
						case parquetout.Text, parquetout.JSON:
							require.True(t, v.IsNull() && cell == "null" || string(v.ByteArray()) == cell)
						case parquetout.Amount:
							require.True(t, v.IsNull() && cell == "null" || decimal.New(v.Int64(), -int32(every[i].Scale)).StringFixed(int32(every[i].Scale)) == cell)
						default:
							require.Equal(t, cell == "null", v.IsNull())
						}
					}
					n++
				}
			}
			require.Equal(t, io.EOF, err)
			require.NoError(t, r.Close())
		}
		require.Len(t, want, n)
	})
}

// A file of many rows has row groups that are complete when they are large, or have many rows, and can be read by what reads only so much
// of a page.
func TestRowGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	columns := []parquetout.Column{{Name: "n", Kind: parquetout.Count}, {Name: "text", Kind: parquetout.Text}}
	for name, c := range map[string]struct {
		rows, length int
		groups       []int64
	}{
		"many": {parquetout.MaxGroupRows + 5, 1, []int64{parquetout.MaxGroupRows, 5}},
		"long": {70, 1 << 20, []int64{32, 32, 6}},
	} {
		var out bytes.Buffer
		w := parquetout.NewWriter(&out, "rows", columns)
		row, text := []byte(nil), bytes.Repeat([]byte("x"), c.length)
		for i := range c.rows {
			row = parquetout.AppendText(parquetout.AppendInt(row[:0], int64(i)), text)
			require.NoError(t, w.WriteAll(row))
		}
		require.NoError(t, w.Close())
		f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
		require.NoError(t, err)
		groups := []int64(nil)
		for _, g := range f.RowGroups() {
			groups = append(groups, g.NumRows())
		}
		require.Equal(t, c.groups, groups, name)
		_, rows := read(t, out.Bytes())
		require.Len(t, rows, c.rows)
		for i := range rows {
			require.Equal(t, strconv.Itoa(i), rows[i][0])
			require.Len(t, rows[i][1], c.length)
		}
	}
}

// No column has a dictionary, whose bytes would depend on the processor.
func TestPlain(t *testing.T) {
	row := []byte(nil)
	for _, c := range every {
		if c.Kind == parquetout.Text || c.Kind == parquetout.JSON || c.Kind == parquetout.Rate {
			row = parquetout.AppendText(row, "1")
		} else {
			row = parquetout.AppendInt(row, 1)
		}
	}
	data := written(t, [][]byte{row}, 1)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for _, c := range f.Metadata().RowGroups[0].Columns {
		require.Equal(t, []format.Encoding{format.Plain, format.RLE}, []format.Encoding(c.MetaData.Encoding), "%s, RLE of what is null", c.MetaData.PathInSchema)
		require.Equal(t, format.Zstd, c.MetaData.Codec)
	}
}

// The file says nothing of when, where and by which version it was written.
func TestNothingOfTheMachine(t *testing.T) {
	data := written(t, nil, 1)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Equal(t, "prorata version 1(build parquet-go)", f.Metadata().CreatedBy)
	require.Empty(t, f.Metadata().KeyValueMetadata)
	require.Less(t, len(data), 1500, "a file of no rows is short")
}

// A number that its column does not hold is refused, and never rounded.
func TestTooManyDigits(t *testing.T) {
	write := func(c parquetout.Column, row []byte) error {
		return parquetout.NewWriter(io.Discard, "rows", []parquetout.Column{c}).WriteAll(row)
	}
	amount, rate := parquetout.Column{Name: "amount", Kind: parquetout.Amount, Scale: 2}, parquetout.Column{Name: "price", Kind: parquetout.Rate}
	for _, n := range []int64{1e18, -1e18, math.MaxInt64, math.MinInt64} {
		require.EqualError(t, write(amount, parquetout.AppendInt(nil, n)),
			fmt.Sprintf(`row 1: the column "amount": %d minor units are more than a decimal of 18 digits holds in Parquet, expected less, or another format`, n))
	}
	for _, text := range []string{"0.0000000000000000001", "100000000000000000000"} {
		require.EqualError(t, write(rate, parquetout.AppendText(nil, text)),
			`row 1: the column "price": `+text+` has more than the 20 digits before the point or 18 behind it that a decimal holds in Parquet, expected fewer, or another format`)
	}
	require.NoError(t, write(rate, parquetout.AppendText(nil, "99999999999999999999.999999999999999999")))
	require.EqualError(t, write(rate, parquetout.AppendText(nil, "1,5")), `row 1: the column "price": "1,5" is no decimal`)
}

// limited takes some bytes and no more.
type limited struct{ room int }

func (l *limited) Write(p []byte) (int, error) {
	if l.room -= len(p); l.room < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

// Wherever the output ends early, Close or a WriteAll before it says so.
func TestNoRoom(t *testing.T) {
	rows := make([][]byte, 0)
	for i := range 500 {
		row := parquetout.AppendText(nil, strconv.Itoa(i))
		for range every[1:] {
			row = parquetout.AppendNull(row)
		}
		rows = append(rows, row)
	}
	whole := written(t, rows, 100)
	for room := 0; room < len(whole); room += 1 + len(whole)/200 {
		w := parquetout.NewWriter(&limited{room}, "rows", every)
		err := w.WriteAll(bytes.Join(rows, nil))
		if err == nil {
			err = w.Close()
		}
		require.ErrorContains(t, err, "no room", "%d of %d bytes", room, len(whole))
	}
}
