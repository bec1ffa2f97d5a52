package parquetfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// chunk reads the pages of a column in a row group.
type chunk struct {
	column *Column
	codec  format.CompressionCodec
	in     *bufio.Reader
	bytes  int64 // of the file that may still be the chunk's
	left   int64 // values in pages that were not read yet
	dict   *values

	packed, unpacked []byte // of the page
	zstd             *zstd.Decoder
}

// newChunk begins to read a column of a row group.
func (f *File) newChunk(group int, c *Column, was *chunk) (*chunk, error) {
	meta := &f.groups[group].Columns[c.index]
	data := &meta.MetaData
	switch {
	case meta.FilePath != "":
		return nil, errors.New("its values are in another file, expected them in this one")
	case data.NumValues != f.groups[group].NumRows:
		return nil, fmt.Errorf("it has %d values in a row group of %d rows, expected one a row", data.NumValues, f.groups[group].NumRows)
	}
	start := data.DataPageOffset
	if d := data.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	if start < int64(len(Magic)) || start > f.end {
		return nil, fmt.Errorf("its pages are said to begin at byte %d, expected them within the file", start)
	}
	switch data.Codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd:
	default:
		return nil, fmt.Errorf("it is compressed with %s, expected snappy, gzip, zstd or nothing", data.Codec)
	}
	to := &chunk{column: c, codec: data.Codec, bytes: f.end - start, left: data.NumValues}
	section := io.NewSectionReader(f.r, start, to.bytes)
	if was == nil {
		to.in = bufio.NewReaderSize(section, 1<<18)
		return to, nil
	}
	to.in, to.packed, to.unpacked, to.zstd = was.in, was.packed, was.unpacked, was.zstd
	to.in.Reset(section)
	return to, nil
}

// next reads the next page of values. The error is io.EOF after the last.
func (c *chunk) next() (*values, error) {
	for c.left > 0 {
		h, err := c.header()
		if err != nil {
			return nil, fmt.Errorf("the header of a page is damaged (%w), expected the file whole", err)
		}
		if err := c.body(h); err != nil {
			return nil, err
		}
		switch h.Type {
		case format.DictionaryPage:
			err = c.dictionary(h)
		case format.DataPage:
			return c.dataV1(h)
		case format.DataPageV2:
			return c.dataV2(h)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// header reads the header of a page.
func (c *chunk) header() (*format.PageHeader, error) {
	for n := 256; ; n *= 4 {
		b, err := c.in.Peek(n)
		size, short := structSize(b, 64)
		switch {
		case short == errShort && err == nil && n < maxHeader:
			continue
		case short != nil && err != nil && err != io.EOF:
			return nil, err
		case short != nil:
			return nil, short
		}
		h := new(format.PageHeader)
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[:size], h); err != nil {
			return nil, err
		}
		c.bytes -= int64(size)
		_, err = c.in.Discard(size)
		return h, err
	}
}

// body reads what follows a header, as it is stored.
func (c *chunk) body(h *format.PageHeader) error {
	size := int64(h.CompressedPageSize)
	for _, n := range []int64{size, int64(h.UncompressedPageSize)} {
		if n < 0 || n > MaxPage {
			return fmt.Errorf("a page is said to have %d bytes, expected at most %d; write it with smaller pages", n, MaxPage)
		}
	}
	if size > c.bytes {
		return fmt.Errorf("a page is said to have %d bytes, and %d are left in the file, expected it whole", size, c.bytes)
	}
	c.packed = grown(c.packed, int(size))
	if _, err := io.ReadFull(c.in, c.packed); err != nil {
		return err
	}
	c.bytes -= size
	if sum := crc32.ChecksumIEEE; h.CRC != 0 && sum(c.packed) != uint32(h.CRC) {
		return errors.New("a page is damaged: its checksum is another, expected the file as it was written")
	}
	return nil
}

// grown is b with n bytes, whatever is in them.
func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// unpack decompresses a page, or what of it is compressed, to a size.
func (c *chunk) unpack(packed []byte, size int) ([]byte, error) {
	if c.codec == format.Uncompressed {
		return packed, nil
	}
	to, err := c.decompress(packed, size)
	if err != nil {
		return nil, fmt.Errorf("the %s data of a page is damaged (%w), expected the file whole", c.codec, err)
	}
	if len(to) != size {
		return nil, fmt.Errorf("the %s data of a page has %d bytes, expected %d, as its header says", c.codec, len(to), size)
	}
	return to, nil
}

func (c *chunk) decompress(packed []byte, size int) ([]byte, error) {
	c.unpacked = grown(c.unpacked, size)
	if c.codec == format.Snappy {
		if n, err := snappy.DecodedLen(packed); err != nil || n != size {
			return nil, fmt.Errorf("%d bytes and not %d", n, size)
		}
		return snappy.Decode(c.unpacked, packed)
	}
	z, err := c.reader(packed)
	if err != nil {
		return nil, err
	}
	n, err := io.ReadFull(z, c.unpacked)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		return c.unpacked[:n], nil
	}
	if extra, _ := z.Read(make([]byte, 1)); err == nil && extra > 0 {
		err = fmt.Errorf("more than %d bytes", size)
	}
	return c.unpacked[:n], err
}

// reader unpacks gzip or zstd.
func (c *chunk) reader(packed []byte) (z io.Reader, err error) {
	if c.codec == format.Gzip {
		return gzip.NewReader(bytes.NewReader(packed))
	}
	if c.zstd == nil {
		if c.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxPage), zstd.WithDecoderLowmem(true)); err != nil {
			return nil, err
		}
	}
	return c.zstd, c.zstd.Reset(bytes.NewReader(packed))
}

func (c *chunk) dictionary(h *format.PageHeader) error {
	d := h.DictionaryPageHeader
	switch {
	case !d.Valid || c.dict != nil:
		return errors.New("it has a second dictionary, or none where its header says so, expected one at most")
	case d.V.Encoding != format.Plain && d.V.Encoding != plainDictionary:
		return fmt.Errorf("its dictionary is encoded as %s, expected PLAIN", d.V.Encoding)
	}
	page, err := c.unpack(c.packed, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	c.dict = new(values)
	return c.dict.plain(c.column, bytes.Clone(page), int(d.V.NumValues))
}

// count makes sure of the number of values of a page.
func (c *chunk) count(n int32) (int, error) {
	if n < 0 || int64(n) > c.left {
		return 0, fmt.Errorf("a page is said to have %d values, expected at most the %d that are left of the row group", n, c.left)
	}
	if n > MaxValues {
		return 0, fmt.Errorf("a page has %d values, expected at most %d; write it with smaller row groups", n, MaxValues)
	}
	c.left -= int64(n)
	return int(n), nil
}

var errNoHeader = errors.New("the header of a page does not say how it is encoded, expected the file whole")

// dataV1 is a page whose levels are compressed with its values.
func (c *chunk) dataV1(h *format.PageHeader) (*values, error) {
	if !h.DataPageHeader.Valid {
		return nil, errNoHeader
	}
	d := &h.DataPageHeader.V
	n, err := c.count(d.NumValues)
	if err != nil {
		return nil, err
	}
	page, err := c.unpack(c.packed, int(h.UncompressedPageSize))
	if err != nil {
		return nil, err
	}
	v := &values{n: n}
	if c.column.optional {
		if d.DefinitionLevelEncoding != format.RLE {
			return nil, fmt.Errorf("its nulls are encoded as %s, expected RLE", d.DefinitionLevelEncoding)
		}
		if len(page) < 4 || uint64(binary.LittleEndian.Uint32(page)) > uint64(len(page)-4) {
			return nil, errors.New("a page ends within its nulls, expected the file whole")
		}
		end := 4 + int(binary.LittleEndian.Uint32(page))
		if err := v.setNulls(page[4:end]); err != nil {
			return nil, err
		}
		page = page[end:]
	}
	return v, v.decode(c, d.Encoding, page)
}

// dataV2 is a page whose levels are not compressed.
func (c *chunk) dataV2(h *format.PageHeader) (*values, error) {
	if !h.DataPageHeaderV2.Valid {
		return nil, errNoHeader
	}
	d := &h.DataPageHeaderV2.V
	n, err := c.count(d.NumValues)
	if err != nil {
		return nil, err
	}
	repeats, nulls := int64(d.RepetitionLevelsByteLength), int64(d.DefinitionLevelsByteLength)
	if repeats < 0 || nulls < 0 || repeats+nulls > int64(len(c.packed)) || repeats+nulls > int64(h.UncompressedPageSize) {
		return nil, errors.New("a page ends within its nulls, expected the file whole")
	}
	v := &values{n: n}
	if c.column.optional {
		if err := v.setNulls(c.packed[repeats : repeats+nulls]); err != nil {
			return nil, err
		}
	}
	page := c.packed[repeats+nulls:]
	if !d.IsCompressed.Valid || d.IsCompressed.V {
		if page, err = c.unpack(page, int(h.UncompressedPageSize)-int(repeats+nulls)); err != nil {
			return nil, err
		}
	}
	return v, v.decode(c, d.Encoding, page)
}
