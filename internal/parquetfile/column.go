package parquetfile

import (
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// Kind is what the values of a column are, and so how [Rows.Append] writes them.
type Kind uint8

const (
	Other   Kind = iota // nested, a list, or of a type that is not read
	Text                // text, and UUIDs
	Whole               // whole numbers
	Decimal             // decimals, with all their digits
	Float               // binary floating point, as the shortest decimal that is it
	Date                // YYYY-MM-DD
	Instant             // 2026-03-01T09:30:00Z
	Local               // 2026-03-01T09:30:00, of no time zone
	Truth               // true or false
)

var kindNames = [...]string{"nested, a list, or of a type that is not read", "text", "whole numbers", "decimals", "floating point numbers", "dates",
	"instants", "times without a time zone", "true or false"}

// String says what they are, for people.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Other]
}

// Column is a column of a file.
type Column struct {
	Name string
	Kind Kind
	JSON bool // a Text that is marked as JSON

	physical format.Type
	length   int  // bytes of a value whose length is fixed
	optional bool // it may have nulls
	index    int  // in the row groups
	unsigned bool
	scale    int   // of decimals
	unit     int64 // of instants: how many a second has
	uuid     bool
}

// maxScale is how many digits a decimal may have after the point.
const maxScale = 76

func newColumn(e *format.SchemaElement, index int) Column {
	c := Column{Name: strings.Clone(e.Name), physical: e.Type.V, length: int(e.TypeLength.V), index: index}
	c.optional = e.RepetitionType.Valid && e.RepetitionType.V == format.Optional
	if !e.Type.Valid || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
		return c
	}
	logical := e.LogicalType.Value
	if logical == nil && e.ConvertedType.Valid {
		if logical = converted(e); logical == nil {
			return c
		}
	}
	if logical != nil {
		c.setLogical(logical)
		return c
	}
	switch c.physical {
	case format.Boolean:
		c.Kind = Truth
	case format.Int32, format.Int64:
		c.Kind = Whole
	case format.Int96: // an instant, of a zone that is not said
		c.Kind, c.unit = Local, 1e9
	case format.Float, format.Double:
		c.Kind = Float
	case format.ByteArray:
		c.Kind = Text
	}
	return c
}

// converted is what values mean as older files say it, nil for what is not read.
func converted(e *format.SchemaElement) format.LogicalTypeValue {
	switch t := e.ConvertedType.V; t {
	case deprecated.UTF8, deprecated.Enum:
		return new(format.StringType)
	case deprecated.Json:
		return new(format.JsonType)
	case deprecated.Decimal:
		return &format.DecimalType{Scale: e.Scale.V, Precision: e.Precision.V}
	case deprecated.Date:
		return new(format.DateType)
	case deprecated.TimestampMillis:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: new(format.MilliSeconds)}}
	case deprecated.TimestampMicros:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: new(format.MicroSeconds)}}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return &format.IntType{}
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return &format.IntType{IsSigned: true}
	}
	return nil
}

// setLogical sets what values mean beyond how they are stored.
func (c *Column) setLogical(logical format.LogicalTypeValue) {
	stored := func(types ...format.Type) bool { return slices.Contains(types, c.physical) }
	switch l := logical.(type) {
	case *format.StringType, *format.EnumType:
		if stored(format.ByteArray) {
			c.Kind = Text
		}
	case *format.JsonType:
		if stored(format.ByteArray) {
			c.Kind, c.JSON = Text, true
		}
	case *format.UUIDType:
		if stored(format.FixedLenByteArray) && c.length == 16 {
			c.Kind, c.uuid = Text, true
		}
	case *format.DecimalType:
		if stored(format.Int32, format.Int64, format.ByteArray, format.FixedLenByteArray) && l.Scale >= 0 && l.Scale <= maxScale {
			c.Kind, c.scale = Decimal, int(l.Scale)
		}
	case *format.DateType:
		if stored(format.Int32) {
			c.Kind = Date
		}
	case *format.TimestampType:
		if c.unit = unitOf(l.Unit.Value); c.unit == 0 || !stored(format.Int64) {
			return
		}
		if c.Kind = Local; l.IsAdjustedToUTC {
			c.Kind = Instant
		}
	case *format.IntType:
		if stored(format.Int32, format.Int64) {
			c.Kind, c.unsigned = Whole, !l.IsSigned
		}
	}
}

func unitOf(u format.TimeUnitValue) int64 {
	switch u.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	case *format.NanoSeconds:
		return 1e9
	}
	return 0
}
