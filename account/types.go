package account

import (
	"math/bits"
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Type is what kind of event it is. Types are in the order in which events of one instant
// take effect.
type Type uint8

const (
	Created Type = iota
	PackageChanged
	ChangeCancelled
	ChargeAdded
	UsageRecorded
	Closed
	InvoiceStatusChanged
	EventVoided
)

// typeTable is all there is to know of a type but for what it does: its name, whether it shapes the timeline, whether it waits (see
// [Type.Waits]), and the fields that an event of it must and may have beyond [RequiredFields] and [OptionalFields]. The decoders, the
// encoder and the errors go by it, and a test holds the documents to it.
var typeTable = [...]struct {
	name               string
	structural         bool
	waits              bool
	required, optional Fields
}{
	Created:              {name: "account.created", structural: true, required: 1 << FieldPackage, optional: 1 << FieldBillingDate},
	PackageChanged:       {name: "account.package_changed", structural: true, required: 1 << FieldPackage, optional: 1 << FieldEffective},
	ChangeCancelled:      {name: "account.change_cancelled", structural: true},
	ChargeAdded:          {name: "charge.added", waits: true, required: 1<<FieldAmount | 1<<FieldDescription, optional: 1 << FieldPriceList},
	UsageRecorded:        {name: "usage.recorded", waits: true, required: 1 << FieldCredits},
	Closed:               {name: "account.closed", structural: true, optional: 1 << FieldEffective},
	InvoiceStatusChanged: {name: "invoice.status_changed", waits: true, required: 1<<FieldInvoice | 1<<FieldStatus},
	EventVoided:          {name: "event.voided", required: 1 << FieldEvent},
}

var typeNames = func() (list []string) {
	for _, t := range typeTable {
		list = append(list, t.name)
	}
	return list
}()

// ParseType reads a type as events spell it, such as "account.created".
func ParseType(s string) (Type, error) {
	i, err := names.Index("type", s, typeNames)
	return Type(i), err
}

func (t Type) String() string { return names.Word(uint8(t), typeNames) }

// Valid reports that there is such a type.
func (t Type) Valid() bool { return int(t) < len(typeTable) }

// structural reports that events of the type shape the timeline.
func (t Type) structural() bool { return t.Valid() && typeTable[t].structural }

// Waits reports that events of the type are the cause of no invoice and move no boundary: what they come to waits for the next boundary of
// their account, or for the invoice of a change before it. They are usage, charges and statuses of invoices.
func (t Type) Waits() bool { return t.Valid() && typeTable[t].waits }

// Fields are the fields that an event of the type must and may have, beyond [RequiredFields] and [OptionalFields]; none
// where there is no such type.
func (t Type) Fields() (required, optional Fields) {
	if !t.Valid() {
		return 0, 0
	}
	return typeTable[t].required, typeTable[t].optional
}

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

// fieldTable is all there is to know of a field but for which types have it: its name, what it says, what its value is, and
// where an event has it. Both decoders, the encoder, [Event.Same], the records of package eventlog and the schema of the API go
// by it. Of the type and the instants of an event it has only the names and what they say: their code knows the rest.
var fieldTable = [...]fieldRow{
	FieldID:          textField("id", "unique", IDValue, func(e *Event) *string { return &e.ID }),
	FieldType:        otherField("type", "such as usage.recorded"),
	FieldAccount:     textField("account", "which one", NameValue, func(e *Event) *string { return &e.Account }),
	FieldAt:          otherField("at", "when it happened: an instant of RFC 3339, or a date"),
	FieldRecordedAt:  otherField("recorded_at", "when the seller learned of it, if later: an instant or a date"),
	FieldMetadata:    metadataField("metadata", "any object; no bill depends on it"),
	FieldPackage:     textField("package", "of a creation or a change", NameValue, func(e *Event) *string { return &e.Package }),
	FieldBillingDate: dateField("billing_date", "of a creation: the first boundary", func(e *Event) *cycle.Date { return &e.BillingDate }),
	FieldEffective:   wordField("effective", "of a change or a close: immediately or period_end", ParseEffective, Effective.String, func(e *Event) *Effective { return &e.Effective }),
	FieldCredits:     countField("credits", "used", func(e *Event) *int64 { return &e.Credits }),
	FieldAmount:      amountField("amount", "of a charge; below zero a credit", func(e *Event) *money.Amount { return &e.Amount }),
	FieldDescription: textField("description", "of a charge, as the invoice has it", TextValue, func(e *Event) *string { return &e.Description }),
	FieldPriceList:   wordField("price_list", "of a charge on one price list only: retail or distributor", ParsePriceLists, PriceLists.String, func(e *Event) *PriceLists { return &e.PriceList }),
	FieldInvoice:     textField("invoice", "the number of the invoice whose status changed", IDValue, func(e *Event) *string { return &e.Invoice }),
	FieldStatus:      wordField("status", "the new one of an invoice", invoice.ParseStatus, invoice.Status.Key, func(e *Event) *invoice.Status { return &e.Status }),
	FieldEvent:       textField("event", "the id of the event that is void", IDValue, func(e *Event) *string { return &e.Voids }),
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

// validFields are the names of the fields that an event of a type may have.
func validFields(t Type) []string {
	required, optional := t.Fields()
	return slices.Concat((RequiredFields | OptionalFields).Names(), (required | optional).Names())
}
