package parquetfile

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"
)

// deltas reads n values of which the differences are stored, or what they have in common with the one before.
func (v *values) deltas(c *Column, encoding format.Encoding, page []byte, n int) error {
	isInt := c.physical == format.Int32 || c.physical == format.Int64
	isText := c.physical == format.ByteArray || encoding == format.DeltaByteArray && c.physical == format.FixedLenByteArray
	switch {
	case isInt && encoding == format.DeltaBinaryPacked:
		list, _, err := deltaInts(page, n)
		if c.physical == format.Int32 {
			for i := range list {
				list[i] = int64(int32(list[i]))
			}
		}
		v.ints = list
		return err
	case isText && encoding == format.DeltaLengthByteArray:
		lengths, rest, err := deltaInts(page, n)
		if err != nil {
			return err
		}
		return v.texts(lengths, rest)
	case isText && encoding == format.DeltaByteArray:
		if err := v.deltaTexts(page, n); err != nil {
			return err
		}
		for _, s := range v.spans {
			if c.physical == format.FixedLenByteArray && int(s.to-s.from) != c.length {
				return errValues
			}
		}
		return nil
	}
	return errValues
}

// deltaInts reads n whole numbers: the first, and in blocks the differences between them, bit-packed. It returns what follows them.
func deltaInts(b []byte, n int) (list []int64, rest []byte, err error) {
	var head [3]uint64 // values of a block, parts of it, values in all
	for i := range head {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > MaxValues {
			return nil, nil, errValues
		}
		head[i], b = v, b[size:]
	}
	first, size := binary.Varint(b)
	block, parts := int(head[0]), int(head[1])
	if size <= 0 || int(head[2]) != n || parts == 0 || block%parts != 0 || block/parts%8 != 0 || block == 0 {
		return nil, nil, errValues
	}
	b = b[size:]
	if n == 0 {
		return nil, b, nil
	}
	list = append(make([]int64, 0, n), first)
	for last := first; len(list) < n; last = list[len(list)-1] {
		least, size := binary.Varint(b)
		if size <= 0 || len(b)-size < parts {
			return nil, nil, errValues
		}
		widths := b[size : size+parts]
		b = b[size+parts:]
		for _, width := range widths {
			if len(list) == n {
				break // the other parts are not there
			}
			bytes := block / parts / 8 * int(width)
			if width > 64 || bytes > len(b) {
				return nil, nil, errValues
			}
			for i := range min(block/parts, n-len(list)) {
				last += least + int64(bits(b, i*int(width), int(width)))
				list = append(list, last)
			}
			b = b[bytes:]
		}
	}
	return list, b, nil
}

// bits is the number in so many bits, from a bit on.
func bits(b []byte, at, width int) (v uint64) {
	for got := 0; got < width; {
		bit := (at + got) % 8
		v |= uint64(b[(at+got)/8]>>bit) << got
		got += 8 - bit
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// texts are texts of some lengths, one after the other.
func (v *values) texts(lengths []int64, data []byte) error {
	v.data, v.spans = data, make([]span, len(lengths))
	at := int64(0)
	for i, n := range lengths {
		if n < 0 || n > int64(len(data))-at {
			return errValues
		}
		v.spans[i] = span{uint32(at), uint32(at + n)}
		at += n
	}
	return nil
}

// deltaTexts reads texts each of which begins as the one before it, for some bytes.
func (v *values) deltaTexts(page []byte, n int) error {
	shared, rest, err := deltaInts(page, n)
	if err != nil {
		return err
	}
	lengths, rest, err := deltaInts(rest, n)
	if err != nil {
		return err
	}
	total := int64(0)
	for i := range lengths {
		if shared[i] < 0 || shared[i] > MaxPage || lengths[i] < 0 || lengths[i] > int64(len(rest)) {
			return errValues
		}
		if total += shared[i] + lengths[i]; total > MaxPage {
			return errValues
		}
	}
	v.data, v.spans = make([]byte, 0, total), make([]span, n)
	var last span
	for i := range v.spans {
		if shared[i] > int64(last.to-last.from) || lengths[i] > int64(len(rest)) {
			return errValues
		}
		from := len(v.data)
		v.data = append(v.data, v.data[last.from:int64(last.from)+shared[i]]...)
		v.data = append(v.data, rest[:lengths[i]]...)
		rest = rest[lengths[i]:]
		last = span{uint32(from), uint32(len(v.data))}
		v.spans[i] = last
	}
	return nil
}
