package parquetout

import (
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/parquet-go/parquet-go"
)

const (
	MaxGroupRows = 1 << 18
	MaxGroup     = 32 << 20
)

// What is given to parquet-go at a time: it looks at how long a page is only in between.
const (
	batchRows  = 64
	batchBytes = 1 << 16
)

// Writer writes a file.
type Writer struct {
	to      *parquet.GenericWriter[any]
	columns []Column
	rows    []parquet.Row // that were not given on
	count   int           // of them
	texts   []byte        // theirs
	group   int           // bytes of the rows in the row group
	inGroup int           // rows in it
	row     int64         // of the file, from 1
	rate    big.Int
}

// NewWriter returns a Writer, of which nothing is written yet. The name is that of the schema.
func NewWriter(w io.Writer, name string, columns []Column) *Writer {
	to := parquet.NewGenericWriter[any](w, schema(name, columns), parquet.Compression(&parquet.Zstd), parquet.DataPageVersion(1),
		parquet.DataPageStatistics(false), parquet.CreatedBy("prorata", "1", "parquet-go"))
	return &Writer{to: to, columns: columns, rows: make([]parquet.Row, batchRows)}
}

// WriteAll writes whole rows.
func (w *Writer) WriteAll(rows []byte) (err error) {
	for len(rows) > 0 {
		length := len(rows)
		w.row++
		if rows, err = w.add(rows); err != nil {
			return fmt.Errorf("row %d: %w", w.row, err)
		}
		w.group, w.inGroup = w.group+length-len(rows), w.inGroup+1
		full := w.group >= MaxGroup || w.inGroup == MaxGroupRows
		if full || w.count == batchRows || len(w.texts) >= batchBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
		if full {
			w.group, w.inGroup = 0, 0
			if err := w.to.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes a row off the rows, and keeps it.
func (w *Writer) add(rows []byte) ([]byte, error) {
	row := w.rows[w.count][:0]
	for i := range w.columns {
		c := &w.columns[i]
		var v parquet.Value
		n, text, rest, isNull := cut(rows, c.isText())
		rows = rest
		if isNull {
			row = append(row, v.Level(0, 0, i))
			continue
		}
		switch c.Kind {
		case Truth:
			v = parquet.BooleanValue(n != 0)
		case Date:
			v = parquet.Int32Value(int32(n))
		case Amount:
			if n <= -1e18 || n >= 1e18 {
				return nil, fmt.Errorf("the column %q: %d minor units are more than a decimal of %d digits holds in Parquet, expected less, or another format", c.Name, n, amountDigits)
			}
			v = parquet.Int64Value(n)
		case Rate:
			scaled, err := w.scaled(c, string(text))
			if err != nil {
				return nil, err
			}
			v = parquet.FixedLenByteArrayValue(scaled)
		case Text, JSON:
			at := len(w.texts)
			w.texts = append(w.texts, text...)
			v = parquet.ByteArrayValue(w.texts[at:])
		default:
			v = parquet.Int64Value(n)
		}
		row = append(row, v.Level(0, 1, i))
	}
	w.rows[w.count] = row
	w.count++
	return rows, nil
}

func (c *Column) isText() bool { return c.Kind <= JSON || c.Kind == Rate }

// scaled is a rate as a whole number of its last digit, in two's complement.
func (w *Writer) scaled(c *Column, text string) ([]byte, error) {
	whole, behind, _ := strings.Cut(text, ".")
	digits := len(strings.TrimLeft(strings.TrimPrefix(whole, "-"), "0"))
	if len(behind) > rateScale || digits > rateDigits-rateScale {
		return nil, fmt.Errorf("the column %q: %s has more than the %d digits before the point or %d behind it that a decimal holds in Parquet, expected fewer, or another format",
			c.Name, text, rateDigits-rateScale, rateScale)
	}
	n, ok := w.rate.SetString(whole+behind+strings.Repeat("0", rateScale-len(behind)), 10)
	if !ok {
		return nil, fmt.Errorf("the column %q: %q is no decimal", c.Name, text)
	}
	if n.Sign() < 0 {
		n.Add(n, twoTo128)
	}
	at := len(w.texts)
	w.texts = append(w.texts, make([]byte, rateBytes)...)
	return n.FillBytes(w.texts[at:]), nil
}

var twoTo128 = new(big.Int).Lsh(big.NewInt(1), 8*rateBytes)

// flush writes the rows that are held, and holds none.
func (w *Writer) flush() error {
	_, err := w.to.WriteRows(w.rows[:w.count])
	w.count, w.texts = 0, w.texts[:0]
	return err
}

// Close writes what is left, and the end of the file.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.to.Close()
}
