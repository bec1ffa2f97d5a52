package parquetfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/parquetfile"
)

// sample is a small file of texts and numbers, some of them null.
func sample(t testing.TB, codec compress.Codec, texts, ints encoding.Encoding, version int) []byte {
	node := func(n parquet.Node, e encoding.Encoding) parquet.Node {
		return parquet.Compressed(parquet.Encoded(parquet.Optional(n), e), codec)
	}
	var file bytes.Buffer
	w := parquet.NewWriter(&file, parquet.NewSchema("rows", parquet.Group{"account": node(parquet.String(), texts), "credits": node(parquet.Int(64), ints)}),
		parquet.PageBufferSize(64), parquet.DataPageVersion(version))
	for i := range 40 {
		row := parquet.Row{parquet.ByteArrayValue(fmt.Appendf(nil, "acct-%d", i/3)).Level(0, 1, 0), parquet.Int64Value(int64(i*i)).Level(0, 1, 1)}
		if i%7 == 3 {
			row[1] = parquet.NullValue().Level(0, 0, 1)
		}
		_, err := w.WriteRows([]parquet.Row{row})
		require.NoError(t, err)
		if i == 25 {
			require.NoError(t, w.Flush())
		}
	}
	require.NoError(t, w.Close())
	return file.Bytes()
}

func samples(t testing.TB) (list [][]byte) {
	for i, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		list = append(list, sample(t, codec, forTexts[i], forInts[i], 1+i%2))
	}
	return list
}

// allocated is how much memory something takes, what it gives back included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A file that ends anywhere is an error that says so.
func TestCutShort(t *testing.T) {
	for _, data := range samples(t) {
		for n := range data {
			_, err := readAll(data[:n], 100)
			require.ErrorContains(t, err, "expected", "cut at %d", n)
		}
	}
}

// A bit that was flipped is an error or another value, and takes no more memory than a page.
func TestFlipped(t *testing.T) {
	for _, data := range samples(t) {
		for at := range data {
			if at%4 != 0 || testing.Short() && at%20 != 0 {
				continue
			}
			bad := bytes.Clone(data)
			bad[at] ^= 1 << (at / 4 % 8)
			size := allocated(func() { _, _ = readAll(bad, 100) })
			require.Less(t, size, uint64(2*parquetfile.MaxPage+32<<20), "byte %d", at)
		}
	}
}

// made is a file with one column and one row group, whose pages and description are as given.
type made struct {
	physical format.Type
	logical  *format.LogicalType
	codec    format.CompressionCodec
	optional bool
	rows     int64
	pages    []page
	footer   func(*format.FileMetaData)
}

type page struct {
	header format.PageHeader
	body   []byte
}

func (m made) bytes(t testing.TB) []byte {
	protocol := new(thrift.CompactProtocol)
	data := []byte(parquetfile.Magic)
	for _, p := range m.pages {
		header, err := thrift.Marshal(protocol, &p.header)
		require.NoError(t, err)
		data = append(append(data, header...), p.body...)
	}
	element := format.SchemaElement{Name: "c", Type: thrift.New(m.physical), RepetitionType: thrift.New(format.Required)}
	if m.optional {
		element.RepetitionType = thrift.New(format.Optional)
	}
	if m.logical != nil {
		element.LogicalType = *m.logical
	}
	meta := format.FileMetaData{Version: 1, NumRows: m.rows, Schema: []format.SchemaElement{{Name: "rows", NumChildren: thrift.New(int32(1))}, element},
		RowGroups: []format.RowGroup{{NumRows: m.rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
			Type: m.physical, Codec: m.codec, NumValues: m.rows, DataPageOffset: 4, TotalCompressedSize: int64(len(data)) - 4, PathInSchema: []string{"c"}}}}}}}
	if m.footer != nil {
		m.footer(&meta)
	}
	footer, err := thrift.Marshal(protocol, &meta)
	require.NoError(t, err)
	data = binary.LittleEndian.AppendUint32(append(data, footer...), uint32(len(footer)))
	return append(data, parquetfile.Magic...)
}

// dataPage is a page of values of which its header says that there are so many, of a size.
func dataPage(n int32, encoding format.Encoding, body []byte, size int) page {
	return page{format.PageHeader{Type: format.DataPage, CompressedPageSize: int32(len(body)), UncompressedPageSize: int32(size),
		DataPageHeader: thrift.New(format.DataPageHeader{NumValues: n, Encoding: encoding, DefinitionLevelEncoding: format.RLE})}, body}
}

// withFooter is a file of one footer.
func withFooter(footer []byte) []byte {
	data := append([]byte(parquetfile.Magic), footer...)
	return append(binary.LittleEndian.AppendUint32(data, uint32(len(footer))), parquetfile.Magic...)
}

// What a file says that it does not have, or that is more than there should be, is refused before memory is taken for it.
func TestHostile(t *testing.T) {
	varint := func(n uint64) []byte { return binary.AppendUvarint(nil, n) }
	zeros := make([]byte, 1<<20)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(zeros)
	require.NoError(t, w.Close())
	enc, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	huge := binary.AppendUvarint(nil, 1<<31)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"no footer":                  {[]byte("PAR1PAR1"), "it has 8 bytes and no footer, expected the file whole"},
		"another end":                {[]byte("PAR1\x00\x00\x00\x00\x00\x00\x00\x00PAR2"), "it does not end with PAR1, expected the file whole"},
		"encrypted":                  {[]byte("PAR1\x00\x00\x00\x00\x00\x00\x00\x00PARE"), "it is encrypted, expected a file that is not"},
		"a footer beyond the file":   {[]byte("PAR1\xff\xff\xff\xffPAR1"), "its footer is said to have 4294967295 bytes, expected less than the 12 of the file"},
		"a long footer":              {withFooter(make([]byte, parquetfile.MaxFooter+1)), "its footer has 16777217 bytes, expected at most 16777216; write it with larger row groups or fewer columns"},
		"a list of 2³¹":              {withFooter(append([]byte{0x29, 0xfc}, huge...)), "its footer is damaged (it ends too early), expected the file whole"},
		"a text of 2³¹":              {withFooter(append([]byte{0x28}, huge...)), "its footer is damaged (it ends too early), "},
		"many row groups":            {withFooter(append(append([]byte{0x49, 0xfc}, varint(1<<20)...), zeros...)), "its footer is damaged (it has too many row groups and columns), "},
		"objects within objects":     {withFooter(bytes.Repeat([]byte{0x1c}, 1<<16)), "its footer is damaged (it has objects within objects without end), "},
		"more rows than row groups":  {made{physical: format.Int64, rows: 1, footer: func(m *format.FileMetaData) { m.NumRows = 2 }}.bytes(t), "its footer is damaged (it has 2 rows, and 1 in its row groups), "},
		"a column that is not there": {made{physical: format.Int64, rows: 1, footer: func(m *format.FileMetaData) { m.RowGroups[0].Columns = nil }}.bytes(t), "its footer is damaged (a row group has 0 columns and not 1), "},
		"in another file":            {made{physical: format.Int64, rows: 1, footer: func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].FilePath = "x" }}.bytes(t), `column "c": its values are in another file, expected them in this one`},
		"pages beyond the file": {made{physical: format.Int64, rows: 1, footer: func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.DataPageOffset = 1 << 40 }}.bytes(t),
			`column "c": its pages are said to begin at byte 1099511627776, expected them within the file`},
		"LZ4":           {made{physical: format.Int64, codec: format.Lz4Raw, rows: 1}.bytes(t), `column "c": it is compressed with LZ4_RAW, expected snappy, gzip, zstd or nothing`},
		"a page of 2³¹": {made{physical: format.Int64, rows: 1, pages: []page{dataPage(1, format.Plain, nil, 1<<31-1)}}.bytes(t), `column "c": a page is said to have 2147483647 bytes, expected at most 67108864; write it with smaller pages`},
		"a page beyond the file": {made{physical: format.Int64, rows: 1, pages: []page{{dataPage(1, format.Plain, zeros[:1000], 1000).header, nil}}}.bytes(t),
			`column "c": a page is said to have 1000 bytes, and `},
		"2³¹ values":             {made{physical: format.Int64, rows: 1 << 40, pages: []page{dataPage(1<<31-1, format.Plain, zeros[:8], 8)}}.bytes(t), `column "c": a page has 2147483647 values, expected at most 16777216; write it with smaller row groups`},
		"more values than rows":  {made{physical: format.Int64, rows: 1, pages: []page{dataPage(2, format.Plain, zeros[:16], 16)}}.bytes(t), `column "c": a page is said to have 2 values, expected at most the 1 that are left of the row group`},
		"fewer values than rows": {made{physical: format.Int64, rows: 3, pages: []page{dataPage(2, format.Plain, zeros[:16], 16)}}.bytes(t), `column "c": the header of a page is damaged (`},
		"values without bytes":   {made{physical: format.Int64, rows: 1 << 24, pages: []page{dataPage(1<<24, format.Plain, zeros[:16], 16)}}.bytes(t), `column "c": a page has other values than its header says, `},
		"nulls without end": {made{physical: format.Int64, optional: true, rows: 8, pages: []page{dataPage(8, format.Plain, append([]byte{6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1}, zeros[:64]...), 74)}}.bytes(t),
			`column "c": its runs of values have more or fewer values than the page, `},
		"nulls beyond the page": {made{physical: format.Int64, optional: true, rows: 8, pages: []page{dataPage(8, format.Plain, []byte{255, 255, 255, 255, 1}, 5)}}.bytes(t), `column "c": a page ends within its nulls, `},
		"no dictionary":         {made{physical: format.Int64, rows: 8, pages: []page{dataPage(8, format.RLEDictionary, []byte{1, 16, 0}, 3)}}.bytes(t), `column "c": a page has other values than its header says, `},
		"beyond the dictionary": {made{physical: format.Int64, rows: 8, pages: []page{
			{format.PageHeader{Type: format.DictionaryPage, CompressedPageSize: 8, UncompressedPageSize: 8, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: 1})}, zeros[:8]},
			dataPage(8, format.RLEDictionary, []byte{1, 16, 1}, 3)}}.bytes(t), `column "c": a page refers to values beyond its dictionary, `},
		"deltas without end": {made{physical: format.Int64, rows: 8, pages: []page{dataPage(8, format.DeltaBinaryPacked, append([]byte{0x80, 1, 4}, huge...), 8)}}.bytes(t), `column "c": a page has other values than its header says, `},
		"texts that grow": {made{physical: format.ByteArray, rows: 4, pages: []page{dataPage(4, format.DeltaByteArray,
			// lengths of what is shared with the text before: 0, 2²⁴, 2²⁴, 2²⁴; of what follows: 1, 0, 0, 0
			append([]byte{0x80, 1, 4, 4, 0, 0, 26, 0, 0, 0}, zeros[:200]...), 210)}}.bytes(t), `column "c": a page has other values than its header says, `},
		"snappy that is more": {made{physical: format.Int64, codec: format.Snappy, rows: 1, pages: []page{dataPage(1, format.Plain, binary.AppendUvarint(nil, 1<<31), 8)}}.bytes(t),
			`column "c": the SNAPPY data of a page is damaged (2147483648 bytes and not 8), `},
		"snappy that is less": {made{physical: format.Int64, codec: format.Snappy, rows: 1, pages: []page{dataPage(1, format.Plain, snappy.Encode(nil, zeros[:8]), 16)}}.bytes(t), `column "c": the SNAPPY data of a page is damaged (8 bytes and not 16), `},
		"gzip that is more":   {made{physical: format.Int64, codec: format.Gzip, rows: 1, pages: []page{dataPage(1, format.Plain, gz.Bytes(), 8)}}.bytes(t), `column "c": the GZIP data of a page is damaged (more than 8 bytes), `},
		"zstd that is more":   {made{physical: format.Int64, codec: format.Zstd, rows: 1, pages: []page{dataPage(1, format.Plain, enc.EncodeAll(zeros, nil), 8)}}.bytes(t), `column "c": the ZSTD data of a page is damaged (more than 8 bytes), `},
		"zstd in many frames": {made{physical: format.Int64, codec: format.Zstd, rows: 1, pages: []page{dataPage(1, format.Plain, bytes.Repeat(enc.EncodeAll(zeros, nil), 100), 1<<21)}}.bytes(t),
			`column "c": the ZSTD data of a page is damaged (more than 2097152 bytes), `},
		"another checksum": {made{physical: format.Int64, rows: 1, pages: []page{func() page {
			p := dataPage(1, format.Plain, zeros[:8], 8)
			p.header.CRC = 1
			return p
		}()}}.bytes(t), `column "c": a page is damaged: its checksum is another, `},
	} {
		var err error
		size := allocated(func() { _, err = readAll(c.data, 100) })
		require.ErrorContains(t, err, c.want, name)
		require.Less(t, size, uint64(2*parquetfile.MaxPage+16<<20+3*len(c.data)), name)
	}
}

// Nothing panics, and no file takes more memory than its pages may have.
func FuzzParquet(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	real, err := filepath.Glob("../../testdata/parquet/*.parquet")
	require.NoError(f, err)
	for _, name := range real {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			t.Skip()
		}
		size := allocated(func() { _, _ = readAll(data, 1000) })
		require.Less(t, size, uint64(1<<30))
	})
}
