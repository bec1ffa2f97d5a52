package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The bounds of what is read. What is beyond them is an error.
const (
	MaxFooter = 16 << 20 // bytes of the description at the end of a file
	MaxPage   = 64 << 20 // bytes of a page, packed or not
	MaxValues = 1 << 24  // values of a page

	maxEntries = 1 << 18 // lists of objects in a footer, all together
	maxHeader  = 1 << 16 // bytes of the header of a page
)

// Magic is how a Parquet file begins and ends.
const Magic = "PAR1"

// File is a Parquet file. The zero value has no rows and no columns.
type File struct {
	Rows    int64
	Columns []Column // at the top level, in the file's order

	r      io.ReaderAt
	end    int64 // of the pages
	groups []format.RowGroup
}

// Open reads the footer of a file of a size.
func Open(r io.ReaderAt, size int64) (f *File, err error) {
	defer caught(&err)
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	f = &File{r: r, end: size - 8 - int64(len(footer))}
	if err := f.describe(footer); err != nil {
		return nil, fmt.Errorf("its footer is damaged (%w), expected the file whole", err)
	}
	return f, nil
}

// describe reads what the footer says. The library takes memory for as much as it says there is, so it is looked through before.
func (f *File) describe(footer []byte) error {
	if err := checkStruct(footer, maxEntries); err != nil {
		return err
	}
	var meta format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), footer, &meta); err != nil {
		return err
	}
	f.Rows, f.groups = meta.NumRows, meta.RowGroups
	leaves, err := f.setColumns(meta.Schema)
	if err != nil {
		return err
	}
	rows := int64(0)
	for i := range f.groups {
		n, columns := f.groups[i].NumRows, len(f.groups[i].Columns)
		if columns != leaves {
			return fmt.Errorf("a row group has %d columns and not %d", columns, leaves)
		}
		if n < 0 || n > f.Rows-rows {
			return fmt.Errorf("it has %d rows, and more in its row groups", f.Rows)
		}
		rows += n
	}
	if rows != f.Rows {
		return fmt.Errorf("it has %d rows, and %d in its row groups", f.Rows, rows)
	}
	return nil
}

// setColumns finds the columns at the top level, and counts the leaves, each of which row groups have values of. The schema is a
// tree: the elements within an element follow it.
func (f *File) setColumns(schema []format.SchemaElement) (leaves int, err error) {
	if len(schema) == 0 || schema[0].Type.Valid {
		return 0, errors.New("it has no columns")
	}
	within := []int32{schema[0].NumChildren.V} // how many elements are to come, of each that one is within
	for i := 1; i < len(schema); i++ {
		for len(within) > 0 && within[len(within)-1] <= 0 {
			within = within[:len(within)-1]
		}
		if len(within) == 0 {
			return 0, errors.New("it has columns that belong nowhere")
		}
		within[len(within)-1]--
		e := &schema[i]
		if len(within) == 1 {
			f.Columns = append(f.Columns, newColumn(e, leaves))
		}
		if e.Type.Valid {
			leaves++
		} else {
			within = append(within, e.NumChildren.V)
		}
	}
	return leaves, nil
}

// readFooter reads the description at the end of a file.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	if size < int64(len(Magic)+8) {
		return nil, fmt.Errorf("it has %d bytes and no footer, expected the file whole", size)
	}
	var end [8]byte
	if _, err := readAt(r, end[:], size-8); err != nil {
		return nil, err
	}
	switch string(end[4:]) {
	case Magic:
	case "PARE":
		return nil, errors.New("it is encrypted, expected a file that is not")
	default:
		return nil, fmt.Errorf("it does not end with %s, expected the file whole", Magic)
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	if length > size-8-int64(len(Magic)) {
		return nil, fmt.Errorf("its footer is said to have %d bytes, expected less than the %d of the file", length, size)
	}
	if length > MaxFooter {
		return nil, fmt.Errorf("its footer has %d bytes, expected at most %d; write it with larger row groups or fewer columns", length, MaxFooter)
	}
	footer := make([]byte, length)
	_, err := readAt(r, footer, size-8-length)
	return footer, err
}

// readAt fills b, or returns an error.
func readAt(r io.ReaderAt, b []byte, at int64) (int, error) {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return n, nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// caught makes an error of a panic, of the library or here.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("it is damaged (%v), expected the file whole", p)
	}
}
