package account

import (
	"slices"

	"github.com/prorata-go/prorata/internal/names"
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

var fieldNames = [...]string{
	FieldID: "id", FieldType: "type", FieldAccount: "account", FieldAt: "at", FieldRecordedAt: "recorded_at", FieldMetadata: "metadata",
	FieldPackage: "package", FieldBillingDate: "billing_date", FieldEffective: "effective", FieldCredits: "credits", FieldAmount: "amount",
	FieldDescription: "description", FieldPriceList: "price_list", FieldInvoice: "invoice", FieldStatus: "status", FieldEvent: "event",
}

func (f Field) String() string { return names.Word(uint8(f), fieldNames[:]) }

// FieldNamed is the field of a name, if there is one.
func FieldNamed[S string | []byte](name S) (f Field, ok bool) {
	if len(name) == 0 {
		return 0, false
	}
	f = Field(fieldsByName[nameSlot(name)]) - 1
	return f, int(f) < len(fieldNames) && fieldNames[f] == string(name)
}

// fieldsByName has 1 + the number of each field by the length and the first letter of its name, no two of which share
// both.
var fieldsByName = func() (slots [1 << 9]uint8) {
	for f, name := range fieldNames {
		slots[nameSlot(name)] = uint8(f) + 1
	}
	return slots
}()

func nameSlot[S string | []byte](name S) int { return len(name)&15<<5 | int(name[0]&31) }

// Fields is a set of fields, each of which is the bit 1 << f.
type Fields uint32

// Has reports that a field is in the set.
func (s Fields) Has(f Field) bool { return s>>f&1 != 0 }

// All yields the fields of the set in their order.
func (s Fields) All(yield func(Field) bool) {
	for f := range Field(len(fieldNames)) {
		if s.Has(f) && !yield(f) {
			return
		}
	}
}

// The fields that every event must have, and those that it may have.
const (
	RequiredFields Fields = 1<<FieldID | 1<<FieldType | 1<<FieldAccount | 1<<FieldAt
	OptionalFields Fields = 1<<FieldRecordedAt | 1<<FieldMetadata
)

// fieldsOf are the fields that an event of a type must and may have beyond those. Both ways of decoding, the encoder,
// and the errors go by it, and a test holds the documents to it.
var fieldsOf = [...]struct{ required, optional Fields }{
	Created:              {required: 1 << FieldPackage, optional: 1 << FieldBillingDate},
	PackageChanged:       {required: 1 << FieldPackage, optional: 1 << FieldEffective},
	ChangeCancelled:      {},
	ChargeAdded:          {required: 1<<FieldAmount | 1<<FieldDescription, optional: 1 << FieldPriceList},
	UsageRecorded:        {required: 1 << FieldCredits},
	Closed:               {optional: 1 << FieldEffective},
	InvoiceStatusChanged: {required: 1<<FieldInvoice | 1<<FieldStatus},
	EventVoided:          {required: 1 << FieldEvent},
}

// Fields are the fields that an event of the type must and may have, beyond [RequiredFields] and [OptionalFields]; none
// where there is no such type.
func (t Type) Fields() (required, optional Fields) {
	if int(t) >= len(fieldsOf) {
		return 0, 0
	}
	return fieldsOf[t].required, fieldsOf[t].optional
}

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
