package account

import "slices"

// field is a field of an event, as lines spell it.
type field uint8

const (
	fieldID field = iota
	fieldType
	fieldAccount
	fieldAt
	fieldRecordedAt
	fieldMetadata
	fieldPackage
	fieldBillingDate
	fieldEffective
	fieldCredits
	fieldAmount
	fieldDescription
	fieldPriceList
	fieldInvoice
	fieldStatus
	fieldEvent
)

var fieldNames = [...]string{
	fieldID: "id", fieldType: "type", fieldAccount: "account", fieldAt: "at", fieldRecordedAt: "recorded_at", fieldMetadata: "metadata",
	fieldPackage: "package", fieldBillingDate: "billing_date", fieldEffective: "effective", fieldCredits: "credits", fieldAmount: "amount",
	fieldDescription: "description", fieldPriceList: "price_list", fieldInvoice: "invoice", fieldStatus: "status", fieldEvent: "event",
}

func (f field) String() string { return fieldNames[f] }

// fieldSet is a set of fields.
type fieldSet uint32

func (f field) set() fieldSet { return 1 << f }

func setOf(list ...field) (s fieldSet) {
	for _, f := range list {
		s |= f.set()
	}
	return s
}

func (s fieldSet) has(f field) bool { return s&f.set() != 0 }

// all yields the fields of the set in their order.
func (s fieldSet) all(yield func(field) bool) {
	for f := range field(len(fieldNames)) {
		if s.has(f) && !yield(f) {
			return
		}
	}
}

// mustAll and mayAll are the fields that every event must and may have.
var (
	mustAll = setOf(fieldID, fieldType, fieldAccount, fieldAt)
	mayAll  = setOf(fieldRecordedAt, fieldMetadata)
)

// fieldsOf are the fields that an event of a type must and may have beyond those. Both ways of decoding, the encoder,
// and the errors go by it, and a test holds the documents to it.
var fieldsOf = [...]struct{ must, may fieldSet }{
	Created:              {must: setOf(fieldPackage), may: setOf(fieldBillingDate)},
	PackageChanged:       {must: setOf(fieldPackage), may: setOf(fieldEffective)},
	ChangeCancelled:      {},
	ChargeAdded:          {must: setOf(fieldAmount, fieldDescription), may: setOf(fieldPriceList)},
	UsageRecorded:        {must: setOf(fieldCredits)},
	Closed:               {may: setOf(fieldEffective)},
	InvoiceStatusChanged: {must: setOf(fieldInvoice, fieldStatus)},
	EventVoided:          {must: setOf(fieldEvent)},
}

// complete reports that the fields are those of an event of a type.
func (s fieldSet) complete(t Type) bool {
	return s&^(fieldsOf[t].may|mayAll) == fieldsOf[t].must|mustAll
}

// names lists the fields of the set.
func (s fieldSet) names() (list []string) {
	for f := range s.all {
		list = append(list, f.String())
	}
	return list
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

// fieldNamed is the field of a name, if there is one.
func fieldNamed[S string | []byte](name S) (f field, ok bool) {
	if len(name) == 0 {
		return 0, false
	}
	f = field(fieldsByName[nameSlot(name)]) - 1
	return f, int(f) < len(fieldNames) && fieldNames[f] == string(name)
}

// validFields are the names of the fields that an event of a type may have.
func validFields(t Type) []string {
	return slices.Concat((mustAll | mayAll).names(), (fieldsOf[t].must | fieldsOf[t].may).names())
}
