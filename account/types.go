package account

import (
	"slices"

	"github.com/prorata-go/prorata/internal/names"
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

// typeTable is all there is to know of a type but for what it does: its name, whether it shapes the timeline, and the fields that
// an event of it must and may have beyond [RequiredFields] and [OptionalFields]. The decoders, the encoder and the errors go by it,
// and a test holds the documents to it.
var typeTable = [...]struct {
	name               string
	structural         bool
	required, optional Fields
}{
	Created:              {name: "account.created", structural: true, required: 1 << FieldPackage, optional: 1 << FieldBillingDate},
	PackageChanged:       {name: "account.package_changed", structural: true, required: 1 << FieldPackage, optional: 1 << FieldEffective},
	ChangeCancelled:      {name: "account.change_cancelled", structural: true},
	ChargeAdded:          {name: "charge.added", required: 1<<FieldAmount | 1<<FieldDescription, optional: 1 << FieldPriceList},
	UsageRecorded:        {name: "usage.recorded", required: 1 << FieldCredits},
	Closed:               {name: "account.closed", structural: true, optional: 1 << FieldEffective},
	InvoiceStatusChanged: {name: "invoice.status_changed", required: 1<<FieldInvoice | 1<<FieldStatus},
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

// Fields are the fields that an event of the type must and may have, beyond [RequiredFields] and [OptionalFields]; none
// where there is no such type.
func (t Type) Fields() (required, optional Fields) {
	if !t.Valid() {
		return 0, 0
	}
	return typeTable[t].required, typeTable[t].optional
}

// validFields are the names of the fields that an event of a type may have.
func validFields(t Type) []string {
	required, optional := t.Fields()
	return slices.Concat((RequiredFields | OptionalFields).Names(), (required | optional).Names())
}
