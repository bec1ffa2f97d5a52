package parquetout

import (
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// Kind is what the values of a column are.
type Kind uint8

const (
	Text   Kind = iota // any text
	JSON               // text that is JSON
	Count              // whole numbers
	Truth              // true or false
	Date               // days since 1970-01-01
	Micros             // instants, in microseconds since 1970-01-01T00:00:00Z
	Nanos              // instants, in nanoseconds since then
	Amount             // minor units, of which Scale digits are behind the point
	Rate               // a decimal as text
)

// Column is a column of the file.
type Column struct {
	Name  string
	Kind  Kind
	Scale int // of an Amount
}

const (
	amountDigits = 18
	rateDigits   = 38
	rateScale    = 18
	rateBytes    = 16
)

// node is the column as parquet-go has it.
func (c *Column) node() parquet.Node {
	var n parquet.Node
	switch c.Kind {
	case JSON:
		n = parquet.JSON()
	case Count:
		n = parquet.Int(64)
	case Truth:
		n = parquet.Leaf(parquet.BooleanType)
	case Date:
		n = parquet.Date()
	case Micros:
		n = parquet.Timestamp(parquet.Microsecond)
	case Nanos:
		n = parquet.Timestamp(parquet.Nanosecond)
	case Amount:
		n = parquet.Decimal(c.Scale, amountDigits, parquet.Int64Type)
	case Rate:
		n = parquet.Decimal(rateScale, rateDigits, parquet.FixedLenByteArrayType(rateBytes))
	default:
		n = parquet.String()
	}
	// What parquet-go makes of a dictionary depends on the instructions that the processor has; zstd finds what repeats.
	n = parquet.Encoded(n, &parquet.Plain)
	return parquet.Optional(n)
}

// schema has columns in their order, which a parquet.Group has by name.
func schema(name string, columns []Column) *parquet.Schema {
	group, fields := parquet.Group{}, make([]parquet.Field, len(columns))
	for i := range columns {
		n := columns[i].node()
		group[columns[i].Name], fields[i] = n, &field{n, columns[i].Name}
	}
	return parquet.NewSchema(name, &ordered{group, fields})
}

type ordered struct {
	parquet.Node
	fields []parquet.Field
}

func (o *ordered) Fields() []parquet.Field { return o.fields }

type field struct {
	parquet.Node
	name string
}

func (f *field) Name() string { return f.name }

// Value is the field of a Go value, none of which is ever written.
func (f *field) Value(reflect.Value) reflect.Value { return reflect.Value{} }
