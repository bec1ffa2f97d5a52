package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// values are those of a page, or of a dictionary. Those that are not null stand one after the other.
type values struct {
	n       int    // with nulls
	present []byte // 1 for each that is not null; nil if none is

	ints   []int64 // of whole numbers, dates, instants and truths
	floats []float64
	spans  []span // of all else, in data
	data   []byte
}

// span is where a value begins and ends.
type span struct{ from, to uint32 }

var (
	errRuns   = errors.New("its runs of values have more or fewer values than the page, expected as many")
	errValues = errors.New("a page has other values than its header says, expected the file whole")
)

// plainDictionary is how pages of version 1 call a dictionary, and what refers to it. It is not to be written any more.
const plainDictionary format.Encoding = 2

// maxPadding is how many values may follow the last one of a page: some writers pack 256 at a time.
const maxPadding = 1 << 13

// runs goes over runs of values, each repeated or bit-packed, and returns where the run ends that has the last of n values.
func runs(b []byte, width, n int) (end int, err error) {
	for n > 0 {
		head, size := binary.Uvarint(b[end:])
		if size <= 0 || head > MaxValues<<1 {
			return 0, errRuns
		}
		end += size
		count, bytes := int(head>>1), (width+7)/8
		if head&1 == 1 { // groups of 8 values
			count, bytes = 8*count, width*count
		}
		if count == 0 || count > n+maxPadding || bytes > len(b)-end {
			return 0, errRuns
		}
		n -= count
		end += bytes
	}
	return end, nil
}

// setNulls reads which values are null.
func (v *values) setNulls(b []byte) error {
	end, err := runs(b, 1, v.n)
	if err != nil {
		return err
	}
	levels := rle.Encoding{BitWidth: 1}
	present, err := levels.DecodeLevels(make([]byte, 0, v.n+8), b[:end])
	if err != nil || len(present) < v.n {
		return errRuns
	}
	v.present = present[:v.n]
	for _, p := range v.present {
		if p != 1 {
			return nil
		}
	}
	v.present = nil
	return nil
}

// decode reads the values that are not null.
func (v *values) decode(c *chunk, encoding format.Encoding, page []byte) error {
	n := v.n
	if v.present != nil {
		n = 0
		for _, p := range v.present {
			n += int(p)
		}
	}
	switch encoding {
	case format.Plain:
		return v.plain(c.column, page, n)
	case plainDictionary, format.RLEDictionary:
		return v.indexed(c.dict, page, n)
	case format.RLE:
		if c.column.physical != format.Boolean || len(page) < 4 {
			return errValues
		}
		list, err := indices(page[4:], 1, n)
		v.ints = make([]int64, len(list))
		for i := range list {
			v.ints[i] = int64(list[i])
		}
		return err
	case format.ByteStreamSplit:
		return v.split(c.column, page, n)
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray, format.DeltaByteArray:
		return v.deltas(c.column, encoding, page, n)
	}
	return fmt.Errorf("a page is encoded as %s, expected PLAIN, a dictionary, DELTA or BYTE_STREAM_SPLIT", encoding)
}

// width is how many bytes a plain value has, 0 where that differs.
func (c *Column) width() int {
	switch c.physical {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	case format.FixedLenByteArray:
		return c.length
	}
	return 0
}

// plain reads n values one after the other.
func (v *values) plain(c *Column, page []byte, n int) error {
	switch c.physical {
	case format.Boolean:
		if n < 0 || (n+7)/8 > len(page) {
			return errValues
		}
		v.ints = make([]int64, n)
		for i := range v.ints {
			v.ints[i] = int64(page[i/8] >> (i % 8) & 1)
		}
		return nil
	case format.ByteArray:
		return v.plainTexts(page, n)
	}
	width := c.width()
	if n < 0 || width <= 0 || n > len(page)/width {
		return errValues
	}
	v.fixed(c, page[:n*width], width)
	return nil
}

// fixed reads values of the same number of bytes.
func (v *values) fixed(c *Column, page []byte, width int) {
	n := len(page) / width
	switch c.physical {
	case format.Int32:
		v.ints = make([]int64, n)
		for i := range v.ints {
			v.ints[i] = int64(int32(binary.LittleEndian.Uint32(page[4*i:])))
		}
	case format.Int64:
		v.ints = make([]int64, n)
		for i := range v.ints {
			v.ints[i] = int64(binary.LittleEndian.Uint64(page[8*i:]))
		}
	case format.Float:
		v.floats = make([]float64, n)
		for i := range v.floats {
			v.floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(page[4*i:])))
		}
	case format.Double:
		v.floats = make([]float64, n)
		for i := range v.floats {
			v.floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(page[8*i:]))
		}
	default:
		v.data, v.spans = page, make([]span, n)
		for i := range v.spans {
			v.spans[i] = span{uint32(i * width), uint32((i + 1) * width)}
		}
	}
}

// plainTexts reads texts, each behind its length.
func (v *values) plainTexts(page []byte, n int) error {
	if n < 0 || n > len(page)/4 {
		return errValues
	}
	v.data, v.spans = page, make([]span, n)
	at := 0
	for i := range v.spans {
		if len(page)-at < 4 {
			return errValues
		}
		size := binary.LittleEndian.Uint32(page[at:])
		at += 4
		if uint64(size) > uint64(len(page)-at) {
			return errValues
		}
		v.spans[i] = span{uint32(at), uint32(at) + size}
		at += int(size)
	}
	return nil
}

// split reads values whose first bytes all come first, then their second ones, and so on.
func (v *values) split(c *Column, page []byte, n int) error {
	width := c.width()
	if width <= 0 || n > len(page)/width {
		return errValues
	}
	joined := make([]byte, n*width)
	for i := range n {
		for k := range width {
			joined[i*width+k] = page[k*n+i]
		}
	}
	v.fixed(c, joined, width)
	return nil
}

// indices reads n numbers of so many bits, in runs.
func indices(b []byte, width, n int) ([]int32, error) {
	if width == 0 {
		return make([]int32, n), nil
	}
	end, err := runs(b, width, n)
	if err != nil {
		return nil, err
	}
	list, err := (&rle.Encoding{BitWidth: width}).DecodeInt32(make([]int32, 0, n+8), b[:end])
	if err != nil || len(list) < n {
		return nil, errRuns
	}
	return list[:n], nil
}

// indexed reads n values that stand in the dictionary.
func (v *values) indexed(dict *values, page []byte, n int) error {
	if n == 0 {
		return nil
	}
	if dict == nil || len(page) == 0 || page[0] > 32 {
		return errValues
	}
	list, err := indices(page[1:], int(page[0]), n)
	if err != nil {
		return err
	}
	ok := false
	switch {
	case dict.spans != nil:
		v.data = dict.data
		v.spans, ok = pick(dict.spans, list)
	case dict.floats != nil:
		v.floats, ok = pick(dict.floats, list)
	default:
		v.ints, ok = pick(dict.ints, list)
	}
	if !ok {
		return errors.New("a page refers to values beyond its dictionary, expected the file whole")
	}
	return nil
}

func pick[T any](from []T, list []int32) ([]T, bool) {
	to := make([]T, len(list))
	for i, index := range list {
		if uint(index) >= uint(len(from)) {
			return nil, false
		}
		to[i] = from[index]
	}
	return to, true
}
