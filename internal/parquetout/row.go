package parquetout

import (
	"encoding/binary"
)

// A row is its values in the order of the columns: of a number, 1 and the number; of a text, 1, its length and the text; of null, 0.
const null, present = 0, 1

// AppendNull appends a value that is absent.
func AppendNull(row []byte) []byte { return append(row, null) }

// AppendInt appends a Count, a Date, an instant or an Amount.
func AppendInt(row []byte, n int64) []byte { return binary.AppendVarint(append(row, present), n) }

// AppendBool appends a Truth.
func AppendBool(row []byte, is bool) []byte {
	if is {
		return AppendInt(row, 1)
	}
	return AppendInt(row, 0)
}

// AppendText appends a text or a Rate.
func AppendText[T ~string | ~[]byte](row []byte, text T) []byte {
	return append(binary.AppendUvarint(append(row, present), uint64(len(text))), text...)
}

// cut takes the next value off rows: a number, or a text.
func cut(rows []byte, isText bool) (n int64, text, rest []byte, isNull bool) {
	if rows[0] == null {
		return 0, nil, rows[1:], true
	}
	if isText {
		length, size := binary.Uvarint(rows[1:])
		rest = rows[1+size:]
		return 0, rest[:length], rest[length:], false
	}
	n, size := binary.Varint(rows[1:])
	return n, nil, rows[1+size:], false
}
