package account

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// ValueKind is what the value of a field is, and so how lines spell it.
type ValueKind uint8

const (
	OtherValue  ValueKind = iota // the type or an instant of the event, which no [Value] holds
	IDValue                      // a text that is not empty, another in most events
	NameValue                    // a text that is not empty, the same in many events
	TextValue                    // any text
	WordValue                    // one of a few words
	DateValue                    // a date
	CountValue                   // a whole number, 0 or more
	AmountValue                  // an amount of money
	ObjectValue                  // a JSON object
)

// Value is the value of a field, of whatever kind, so that stores can keep each kind in one way.
type Value struct {
	Text   string // the text or object; the currency's code of an amount
	Number int64  // the count; an amount in minor units; a date in days since 1970-01-01; of a word, the number of its constant
}

// fieldRow is a row of the table of fields.
type fieldRow struct {
	name  string
	about string // what it says of an event, in a few words
	kind  ValueKind
	value func(*Event) (v Value, set bool)
	set   func(*Event, Value)
	parse func(string) (int64, error) // of a word
	word  func(int64) string
}

// row is the field's, or one that does nothing.
func (f Field) row() *fieldRow {
	if int(f) < len(fieldTable) {
		return &fieldTable[f]
	}
	return &noField
}

var noField = otherField("", "")

// About says in a few words what the field says of an event.
func (f Field) About() string { return f.row().about }

// Kind is what the field's value is.
func (f Field) Kind() ValueKind { return f.row().kind }

// Value is what an event has in the field, and whether it has it: what the event would mean without the field counts as
// not having it. The fields of the kind [OtherValue] have none.
func (f Field) Value(e *Event) (v Value, set bool) { return f.row().value(e) }

// SetValue gives an event what [Field.Value] returned.
func (f Field) SetValue(e *Event, v Value) { f.row().set(e, v) }

// ParseWord reads a word as lines spell it, into the number that a [Value] has for it. No other field than those of the
// kind [WordValue] has words.
func (f Field) ParseWord(s string) (number int64, err error) { return f.row().parse(s) }

// Valid reports that a value is one that a line can have in the field, as a store may ask that has read it back. The
// fields of the kind [OtherValue] have none.
func (f Field) Valid(v Value) bool {
	row := f.row()
	switch row.kind {
	case IDValue, NameValue:
		return v.Text != ""
	case TextValue:
		return true
	case WordValue:
		n, err := row.parse(row.word(v.Number))
		return err == nil && n == v.Number
	case DateValue:
		date := v.date()
		return !date.IsZero() && dateValue(date).Number == v.Number
	case CountValue:
		return v.Number >= 0
	case AmountValue:
		_, err := money.ParseCurrency(v.Text)
		return err == nil
	case ObjectValue:
		object := jsontext.Value(v.Text)
		return object.Kind() == '{' && object.IsValid() && utf8.ValidString(v.Text)
	}
	return false
}

func otherField(name, about string) fieldRow {
	return fieldRow{name: name, about: about, value: func(*Event) (Value, bool) { return Value{}, false }, set: func(*Event, Value) {}, parse: noWords(name)}
}

// noWords refuses every word.
func noWords(name string) func(string) (int64, error) {
	return func(s string) (int64, error) { return 0, names.Unknown(name, s, nil) }
}

func textField(name, about string, kind ValueKind, at func(*Event) *string) fieldRow {
	return fieldRow{name: name, about: about, kind: kind, parse: noWords(name),
		value: func(e *Event) (Value, bool) { return Value{Text: *at(e)}, *at(e) != "" },
		set:   func(e *Event, v Value) { *at(e) = v.Text }}
}

func wordField[T ~uint8](name, about string, parse func(string) (T, error), word func(T) string, at func(*Event) *T) fieldRow {
	return fieldRow{name: name, about: about, kind: WordValue,
		value: func(e *Event) (Value, bool) { return Value{Number: int64(*at(e))}, *at(e) != 0 },
		set:   func(e *Event, v Value) { *at(e) = T(v.Number) },
		parse: func(s string) (int64, error) {
			w, err := parse(s)
			return int64(w), err
		},
		word: func(n int64) string { return word(T(n)) }}
}

// epoch is the day that dates of a [Value] are counted from.
var epoch = cycle.MustDate("1970-01-01")

func dateField(name, about string, at func(*Event) *cycle.Date) fieldRow {
	return fieldRow{name: name, about: about, kind: DateValue, parse: noWords(name),
		value: func(e *Event) (Value, bool) { return dateValue(*at(e)), !at(e).IsZero() },
		set:   func(e *Event, v Value) { *at(e) = v.date() }}
}

func dateValue(d cycle.Date) Value { return Value{Number: int64(d.Sub(epoch))} }

// date is the date that the value is.
func (v Value) date() cycle.Date { return epoch.AddDays(int(v.Number)) }

func countField(name, about string, at func(*Event) *int64) fieldRow {
	return fieldRow{name: name, about: about, kind: CountValue, parse: noWords(name),
		value: func(e *Event) (Value, bool) { return Value{Number: *at(e)}, *at(e) != 0 },
		set:   func(e *Event, v Value) { *at(e) = v.Number }}
}

func amountField(name, about string, at func(*Event) *money.Amount) fieldRow {
	return fieldRow{name: name, about: about, kind: AmountValue, parse: noWords(name),
		value: func(e *Event) (Value, bool) { return amountValue(*at(e)), *at(e) != money.Amount{} },
		set:   func(e *Event, v Value) { *at(e) = v.amount() }}
}

func amountValue(a money.Amount) Value { return Value{Text: a.Currency().String(), Number: a.Minor()} }

// amount is the amount that the value is.
func (v Value) amount() money.Amount {
	currency, _ := money.ParseCurrency(v.Text) // the zero Currency is written as one that cannot be read
	return money.New(v.Number, currency)
}

func metadataField(name, about string) fieldRow {
	return fieldRow{name: name, about: about, kind: ObjectValue, parse: noWords(name),
		value: func(e *Event) (Value, bool) { return Value{Text: string(e.Metadata)}, e.Metadata != nil },
		set:   func(e *Event, v Value) { e.Metadata = jsontext.Value([]byte(v.Text)) }}
}
