package account

import (
	"math/bits"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Field is a field of an event, as lines spell it.
type Field uint8

const (
	FieldID Field = iota
	FieldType
	FieldAccount
	FieldAt
	FieldRecordedAt
	FieldMetadata
	FieldPackage
	FieldBillingDate
	FieldEffective
	FieldCredits
	FieldAmount
	FieldDescription
	FieldPriceList
	FieldInvoice
	FieldStatus
	FieldEvent
)

// fieldTable is all there is to know of a field but for which types have it: its name, what its value is, and where an
// event has it. Both decoders, the encoder, [Event.Same] and the records of package eventlog go by it. The type and the
// instants of an event have a row for their names only: their code knows them.
var fieldTable = [...]fieldRow{
	FieldID:          textField("id", IDValue, func(e *Event) *string { return &e.ID }),
	FieldType:        otherField("type"),
	FieldAccount:     textField("account", NameValue, func(e *Event) *string { return &e.Account }),
	FieldAt:          otherField("at"),
	FieldRecordedAt:  otherField("recorded_at"),
	FieldMetadata:    metadataField("metadata"),
	FieldPackage:     textField("package", NameValue, func(e *Event) *string { return &e.Package }),
	FieldBillingDate: dateField("billing_date", func(e *Event) *cycle.Date { return &e.BillingDate }),
	FieldEffective:   wordField("effective", ParseEffective, Effective.String, func(e *Event) *Effective { return &e.Effective }),
	FieldCredits:     countField("credits", func(e *Event) *int64 { return &e.Credits }),
	FieldAmount:      amountField("amount", func(e *Event) *money.Amount { return &e.Amount }),
	FieldDescription: textField("description", TextValue, func(e *Event) *string { return &e.Description }),
	FieldPriceList:   wordField("price_list", ParsePriceLists, PriceLists.String, func(e *Event) *PriceLists { return &e.PriceList }),
	FieldInvoice:     textField("invoice", IDValue, func(e *Event) *string { return &e.Invoice }),
	FieldStatus:      wordField("status", invoice.ParseStatus, invoice.Status.Key, func(e *Event) *invoice.Status { return &e.Status }),
	FieldEvent:       textField("event", IDValue, func(e *Event) *string { return &e.Voids }),
}

func (f Field) String() string {
	if int(f) < len(fieldTable) {
		return fieldTable[f].name
	}
	return names.Word(uint8(f), nil)
}

// FieldNamed is the field of a name, if there is one.
func FieldNamed[S string | []byte](name S) (f Field, ok bool) {
	if len(name) == 0 {
		return 0, false
	}
	for slot := nameSlot(name); fieldsByName[slot] != 0; slot = (slot + 1) % len(fieldsByName) {
		if f = Field(fieldsByName[slot]) - 1; fieldTable[f].name == string(name) {
			return f, true
		}
	}
	return 0, false
}

// fieldsByName has 1 + the number of each field, at the slot of its name or the next that was free.
var fieldsByName = func() (slots [1 << 9]uint8) {
	for f, row := range fieldTable {
		slot := nameSlot(row.name)
		for slots[slot] != 0 {
			slot = (slot + 1) % len(slots)
		}
		slots[slot] = uint8(f) + 1
	}
	return slots
}()

// nameSlot tells names apart by their length and first letter, as those of most fields are.
func nameSlot[S string | []byte](name S) int { return len(name)&15<<5 | int(name[0]&31) }

// Fields is a set of fields, each of which is the bit 1 << f.
type Fields uint32

// Has reports that a field is in the set.
func (s Fields) Has(f Field) bool { return s>>f&1 != 0 }

// All yields the fields of the set in their order.
func (s Fields) All(yield func(Field) bool) {
	for s &= 1<<len(fieldTable) - 1; s != 0; s &= s - 1 {
		if !yield(Field(bits.TrailingZeros32(uint32(s)))) {
			return
		}
	}
}

// The fields that every event must have, and those that it may have.
const (
	RequiredFields Fields = 1<<FieldID | 1<<FieldType | 1<<FieldAccount | 1<<FieldAt
	OptionalFields Fields = 1<<FieldRecordedAt | 1<<FieldMetadata
)

// Names are the names of the fields of the set.
func (s Fields) Names() (list []string) {
	for f := range s.All {
		list = append(list, f.String())
	}
	return list
}
