package parquetfile_test

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/parquetfile"
)

// sort is a sort of column: how it is stored, what its values are, and what is to be read of them.
type sort struct {
	name      string
	node      parquet.Node
	kind      parquetfile.Kind
	encodings []encoding.Encoding
	draw      func(t *rapid.T) (parquet.Value, string)
}

var (
	forInts  = []encoding.Encoding{&parquet.Plain, &parquet.DeltaBinaryPacked, &parquet.RLEDictionary, &parquet.ByteStreamSplit}
	forReals = []encoding.Encoding{&parquet.Plain, &parquet.ByteStreamSplit, &parquet.RLEDictionary}
	forTexts = []encoding.Encoding{&parquet.Plain, &parquet.DeltaLengthByteArray, &parquet.DeltaByteArray, &parquet.RLEDictionary}
)

// small draws mostly numbers of which some are the same, and at times any.
func small(t *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(0, 100_000), rapid.Int64()).Draw(t, "number")
}

// instant draws one whose text has a year of four digits.
func instant(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(-62_135_596_800, 253_402_300_799).Draw(t, "second"), rapid.SampledFrom([]int64{0, 0, 5e6, 999e6}).Draw(t, "nanos")).UTC()
}

func decimalText(unscaled *big.Int, scale int) string {
	return new(big.Rat).SetFrac(unscaled, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
}

func twosComplement(n *big.Int, size int) []byte {
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

var sorts = []sort{
	{"text", parquet.String(), parquetfile.Text, forTexts, func(t *rapid.T) (parquet.Value, string) {
		s := rapid.OneOf(rapid.SampledFrom([]string{"", "acme", "acme-1", "acme-12", "ü"}), rapid.String()).Draw(t, "text")
		return parquet.ByteArrayValue([]byte(s)), s
	}},
	{"bytes", parquet.Leaf(parquet.ByteArrayType), parquetfile.Text, forTexts, func(t *rapid.T) (parquet.Value, string) {
		s := string(rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "bytes"))
		return parquet.ByteArrayValue([]byte(s)), s
	}},
	{"uuid", parquet.UUID(), parquetfile.Text, []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary}, func(t *rapid.T) (parquet.Value, string) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")
		return parquet.FixedLenByteArrayValue(b), fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	}},
	{"int64", parquet.Int(64), parquetfile.Whole, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := small(t)
		return parquet.Int64Value(n), strconv.FormatInt(n, 10)
	}},
	{"int32", parquet.Leaf(parquet.Int32Type), parquetfile.Whole, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := int32(small(t))
		return parquet.Int32Value(n), strconv.FormatInt(int64(n), 10)
	}},
	{"uint64", parquet.Uint(64), parquetfile.Whole, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := small(t)
		return parquet.Int64Value(n), strconv.FormatUint(uint64(n), 10)
	}},
	{"uint32", parquet.Uint(32), parquetfile.Whole, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := int32(small(t))
		return parquet.Int32Value(n), strconv.FormatUint(uint64(uint32(n)), 10)
	}},
	{"decimal64", parquet.Decimal(2, 18, parquet.Int64Type), parquetfile.Decimal, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := small(t)
		return parquet.Int64Value(n), decimalText(big.NewInt(n), 2)
	}},
	{"decimal128", parquet.Decimal(10, 38, parquet.FixedLenByteArrayType(16)), parquetfile.Decimal, []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary}, func(t *rapid.T) (parquet.Value, string) {
		n := new(big.Int).Mul(big.NewInt(small(t)), big.NewInt(small(t)))
		return parquet.FixedLenByteArrayValue(twosComplement(n, 16)), decimalText(n, 10)
	}},
	{"double", parquet.Leaf(parquet.DoubleType), parquetfile.Float, forReals, func(t *rapid.T) (parquet.Value, string) {
		f := rapid.Float64().Draw(t, "double")
		return parquet.DoubleValue(f), strconv.FormatFloat(f, 'f', -1, 64)
	}},
	{"float", parquet.Leaf(parquet.FloatType), parquetfile.Float, forReals, func(t *rapid.T) (parquet.Value, string) {
		f := rapid.Float32().Draw(t, "float")
		return parquet.FloatValue(f), strconv.FormatFloat(float64(f), 'f', -1, 32)
	}},
	{"truth", parquet.Leaf(parquet.BooleanType), parquetfile.Truth, []encoding.Encoding{&parquet.Plain, &parquet.RLE}, func(t *rapid.T) (parquet.Value, string) {
		b := rapid.Bool().Draw(t, "truth")
		return parquet.BooleanValue(b), strconv.FormatBool(b)
	}},
	{"date", parquet.Date(), parquetfile.Date, forInts, func(t *rapid.T) (parquet.Value, string) {
		at := instant(t).Truncate(24 * time.Hour)
		return parquet.Int32Value(int32(at.Unix() / 86400)), at.Format("2006-01-02")
	}},
	{"millis", parquet.Timestamp(parquet.Millisecond), parquetfile.Instant, forInts, func(t *rapid.T) (parquet.Value, string) {
		at := instant(t)
		return parquet.Int64Value(at.UnixMilli()), at.Truncate(time.Millisecond).Format(time.RFC3339Nano)
	}},
	{"micros", parquet.Timestamp(parquet.Microsecond), parquetfile.Instant, forInts, func(t *rapid.T) (parquet.Value, string) {
		at := instant(t)
		return parquet.Int64Value(at.UnixMicro()), at.Truncate(time.Microsecond).Format(time.RFC3339Nano)
	}},
	{"nanos", parquet.TimestampAdjusted(parquet.Nanosecond, false), parquetfile.Local, forInts, func(t *rapid.T) (parquet.Value, string) {
		n := rapid.Int64().Draw(t, "nanos")
		return parquet.Int64Value(n), time.Unix(0, n).UTC().Format("2006-01-02T15:04:05.999999999")
	}},
	{"int96", parquet.Leaf(parquet.Int96Type), parquetfile.Local, []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary}, func(t *rapid.T) (parquet.Value, string) {
		at := instant(t)
		days := at.Truncate(24 * time.Hour)
		nanos := uint64(at.Sub(days))
		return parquet.Int96Value(deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(days.Unix()/86400 + 2_440_588)}), at.Format("2006-01-02T15:04:05.999999999")
	}},
}

// drawn is a file, and what is to be read of it.
type drawn struct {
	sorts []sort
	data  []byte
	rows  [][]*string // nil for null
}

func drawFile(t *rapid.T, most int) drawn {
	d := drawn{sorts: rapid.SliceOfN(rapid.SampledFrom(sorts), 1, 4).Draw(t, "columns")}
	group := parquet.Group{}
	optional := make([]bool, len(d.sorts))
	for i, s := range d.sorts {
		node := parquet.Encoded(s.node, rapid.SampledFrom(s.encodings).Draw(t, "encoding"))
		if optional[i] = rapid.Bool().Draw(t, "optional"); optional[i] {
			node = parquet.Optional(node)
		}
		group[fmt.Sprint("c", i)] = parquet.Compressed(node, rapid.SampledFrom([]compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd}).Draw(t, "codec"))
	}
	var file bytes.Buffer
	w := parquet.NewWriter(&file, parquet.NewSchema("rows", group), parquet.PageBufferSize(rapid.SampledFrom([]int{16, 200, 1 << 16}).Draw(t, "page")),
		parquet.DataPageVersion(rapid.IntRange(1, 2).Draw(t, "version")))
	for range rapid.IntRange(0, 3).Draw(t, "groups") {
		for range rapid.IntRange(0, most).Draw(t, "rows") {
			var row parquet.Row
			var want []*string
			for i, s := range d.sorts {
				level := 0
				if optional[i] {
					level = 1
				}
				if optional[i] && rapid.IntRange(0, 4).Draw(t, "null") == 0 {
					row, want = append(row, parquet.NullValue().Level(0, 0, i)), append(want, nil)
					continue
				}
				v, text := s.draw(t)
				row, want = append(row, v.Level(0, level, i)), append(want, &text)
			}
			_, err := w.WriteRows([]parquet.Row{row})
			require.NoError(t, err)
			d.rows = append(d.rows, want)
		}
		require.NoError(t, w.Flush())
	}
	require.NoError(t, w.Close())
	d.data = file.Bytes()
	return d
}

// readAll reads columns of a file, up to so many rows.
func readAll(data []byte, most int) (rows [][]*string, err error) {
	f, err := parquetfile.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var columns []int
	for i, c := range f.Columns {
		if c.Kind != parquetfile.Other {
			columns = append(columns, i)
		}
	}
	r := f.Read(columns, nil)
	for len(rows) < most && r.Next() {
		var row []*string
		for k := range columns {
			text, null := r.Append(nil, k)
			s := string(text)
			if row = append(row, &s); null {
				row[k] = nil
			}
		}
		rows = append(rows, row)
	}
	return rows, r.Err()
}

// What another writes in any form is read as it was.
func TestLawRowsAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFile(t, 60)
		f, err := parquetfile.Open(bytes.NewReader(d.data), int64(len(d.data)))
		require.NoError(t, err)
		require.Len(t, f.Columns, len(d.sorts))
		require.EqualValues(t, len(d.rows), f.Rows)
		for i, s := range d.sorts {
			require.Equal(t, s.kind, f.Columns[i].Kind, s.name)
		}
		rows, err := readAll(d.data, len(d.rows)+1)
		require.NoError(t, err)
		require.Equal(t, d.rows, rows)
	})
}

// Some columns of a file are read as all of them are.
func TestSomeColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFile(t, 20)
		k := rapid.IntRange(0, len(d.sorts)-1).Draw(t, "column")
		f, err := parquetfile.Open(bytes.NewReader(d.data), int64(len(d.data)))
		require.NoError(t, err)
		r := f.Read([]int{k}, nil)
		for i := range d.rows {
			require.True(t, r.Next())
			require.EqualValues(t, i+1, r.Row())
			text, null := r.Append([]byte("before "), 0)
			if d.rows[i][k] == nil {
				require.True(t, null)
				require.Equal(t, "before ", string(text))
			} else {
				require.Equal(t, "before "+*d.rows[i][k], string(text))
			}
		}
		require.False(t, r.Next())
		require.NoError(t, r.Err())
	})
}

// Times without a zone are instants of one that is named.
func TestZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	var file bytes.Buffer
	w := parquet.NewWriter(&file, parquet.NewSchema("rows", parquet.Group{"at": parquet.TimestampAdjusted(parquet.Millisecond, false)}))
	for _, at := range []string{"2026-01-01T00:30:00.5", "2026-07-01T00:30:00", "1969-12-31T23:59:59.999"} {
		local, err := time.Parse("2006-01-02T15:04:05.999", at)
		require.NoError(t, err)
		_, err = w.WriteRows([]parquet.Row{{parquet.Int64Value(local.UnixMilli()).Level(0, 0, 0)}})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	f, err := parquetfile.Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	var got []string
	for r := f.Read([]int{0}, berlin); r.Next(); {
		text, _ := r.Append(nil, 0)
		got = append(got, string(text))
	}
	require.Equal(t, []string{"2025-12-31T23:30:00.5Z", "2026-06-30T22:30:00Z", "1969-12-31T22:59:59.999Z"}, got)
}

// Columns that are nested or lists are there, and not read.
func TestOtherColumns(t *testing.T) {
	type inner struct{ X, Y int64 }
	type row struct {
		A    int64             `parquet:"a"`
		List []int64           `parquet:"list,list"`
		Map  map[string]string `parquet:"map"`
		In   inner             `parquet:"in"`
		Time time.Duration     `parquet:"time,time"`
		Z    string            `parquet:"z"`
	}
	var file bytes.Buffer
	require.NoError(t, parquet.Write(&file, []row{{A: 1, List: []int64{1, 2}, Map: map[string]string{"k": "v"}, Z: "one"}, {A: 2, Z: "two"}}))
	f, err := parquetfile.Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	kinds := map[string]parquetfile.Kind{}
	for _, c := range f.Columns {
		kinds[c.Name] = c.Kind
	}
	require.Equal(t, map[string]parquetfile.Kind{"a": parquetfile.Whole, "list": parquetfile.Other, "map": parquetfile.Other, "in": parquetfile.Other,
		"time": parquetfile.Other, "z": parquetfile.Text}, kinds)
	one, two, a, b := "one", "two", "1", "2"
	rows, err := readAll(file.Bytes(), 3)
	require.NoError(t, err)
	require.Equal(t, [][]*string{{&a, &one}, {&b, &two}}, rows)
	for i, c := range f.Columns {
		if c.Name == "list" {
			r := f.Read([]int{i}, nil)
			require.False(t, r.Next())
			require.EqualError(t, r.Err(), `column "list": it is nested, a list, or of a type that is not read, expected one value a row`)
		}
	}
}
