package server

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
)

// Documents that have a JSON form of their own are answered as that form. Their description for /openapi.json is here.

// Document is a piece of JSON that another package made.
type document []byte

func (d document) MarshalJSON() ([]byte, error) { return d, nil }

// Invoice is an invoice as prorata replay prints it.
type apiInvoice struct{ document }

// Current is where an account stands, as prorata current prints it.
type apiCurrent struct{ document }

// Event is an event, as in a file of events.
type apiEvent struct{ document }

var _ = []json.Marshaler{apiInvoice{}, apiCurrent{}, apiEvent{}}

func text(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description}
}

func amount(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description + ", a decimal", Examples: []any{"79.95"}}
}

func day(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Description: description}
}

func dayOrNone(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(\d{4}-\d\d-\d\d)?$`, Description: description + "; empty where there is none"}
}

func instant(description string) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString, Format: "date-time"}, {Type: huma.TypeString, Format: "date"}}, Description: description}
}

func oneOf(description string, words ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: description}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

func whole(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: description}
}

func flag(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean, Description: description}
}

func object(properties map[string]*huma.Schema, optional ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: properties, AdditionalProperties: true}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(optional, name) {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

// named puts a schema under a name once, and refers to it.
func named(r huma.Registry, name string, make func() *huma.Schema) *huma.Schema {
	if r.Map()[name] == nil {
		r.Map()[name] = &huma.Schema{} // while it is made, it is there
		r.Map()[name] = make()
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

// Schema describes it.
func (apiInvoice) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Invoice", func() *huma.Schema {
		line := object(map[string]*huma.Schema{
			"kind": {Type: huma.TypeString, Enum: []any{"recurring", "overage", "charge"}}, "package": text("empty for a charge"),
			"start_date": day("the first day it is for"), "end_date": day("the last one, inclusive"), "days": whole("charged for"),
			"period_days": whole("of the whole period"), "quantity": whole("units"), "unit_price": amount("of one unit"), "amount": amount("of the line"),
			"adjustment": flag("it corrects what was billed before"), "explanation": text("how the amount comes about"),
			"period": day("the first day of the billing period that it settles"), "phase": whole("which of the period's phases with that package"),
			"credits": whole("used"), "event": text("of a charge"),
		}, "event")
		return object(map[string]*huma.Schema{
			"number": text("of the invoice"), "account": text("billed"), "type": text("such as Recurring Bill"), "date_invoiced": day("of the invoice"),
			"start_date": day("of its own period"), "end_date": day("inclusive"), "package": text("the last one in force"), "currency": text("ISO 4217"),
			"credits": whole("used in what it settles"), "amount": amount("the full price"), "prorated": amount("taken off it"), "overage": amount("of credits over"),
			"additional_charges": amount("charges and credits"), "final_amount": amount("what it comes to"), "status": text("Unpaid, Paid, Refunded, Deferred or Canceled"),
			"cut_at": {Type: huma.TypeString, Format: "date-time", Description: "what was recorded by then is in it"},
			"lines":  {Type: huma.TypeArray, Items: line},
		}, "cut_at")
	})
}

// Schema describes it.
func (apiCurrent) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Current", func() *huma.Schema {
		return object(map[string]*huma.Schema{
			"account": text("which one"), "package": text("in force; empty where there is none"), "credits_allowed": whole("included in the period"), "credits_used": whole("in it so far"),
			"credits_remain": whole("of those included"), "credits_overage": whole("used beyond them"), "billing_start_date": dayOrNone("of the period"),
			"billing_end_date": dayOrNone("inclusive"), "billing_process_date": dayOrNone("of the next invoice"), "accrued_amount": amount("what the next invoice is if the account is closed today"),
			"projected_amount": amount("what it is if nothing more happens"),
			"pending": {OneOf: []*huma.Schema{{Type: "null"}, object(map[string]*huma.Schema{
				"type": text("account.package_changed or account.closed"), "package": text("the next one; none for a close"), "date": day("when it takes effect"),
			}, "package")}, Description: "what waits for the end of the period"},
		})
	})
}

// Schema describes it: one of the types of events, each with the fields that it must and may have.
func (apiEvent) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Event", func() *huma.Schema {
		event := &huma.Schema{}
		for t := account.Type(0); t.Valid(); t++ {
			event.OneOf = append(event.OneOf, eventOfType(r, t))
		}
		return event
	})
}

// eventOfType describes events of a type.
func eventOfType(r huma.Registry, t account.Type) *huma.Schema {
	return named(r, t.String(), func() *huma.Schema {
		must, may := t.Fields()
		must, may = must|account.RequiredFields, may|account.OptionalFields
		properties := map[string]*huma.Schema{}
		for f := range (must | may).All {
			properties[f.String()] = fieldSchema(f)
		}
		properties[account.FieldType.String()] = oneOf("", t.String())
		s := object(properties, may.Names()...)
		s.AdditionalProperties = false
		return s
	})
}

// fieldSchema describes a field of an event.
func fieldSchema(f account.Field) *huma.Schema {
	switch f {
	case account.FieldAt, account.FieldRecordedAt:
		return instant(f.About())
	case account.FieldEffective:
		return oneOf(f.About(), account.Immediately.String(), account.PeriodEnd.String())
	case account.FieldPriceList:
		return oneOf(f.About(), account.RetailOnly.String(), account.DistributorOnly.String())
	case account.FieldStatus:
		s := oneOf(f.About())
		for status := invoice.Unpaid; status <= invoice.Canceled; status++ {
			s.Enum = append(s.Enum, status.Key())
		}
		return s
	}
	switch f.Kind() {
	case account.CountValue:
		s, least := whole(f.About()), 0.0
		s.Minimum = &least
		return s
	case account.AmountValue:
		return amount(f.About())
	case account.DateValue:
		return day(f.About())
	case account.ObjectValue:
		return &huma.Schema{Type: huma.TypeObject, Description: f.About(), AdditionalProperties: true}
	}
	return text(f.About())
}

// Schema describes it.
func (apiReconciliation) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Reconciliation", func() *huma.Schema {
		listOf := func(item *huma.Schema) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: item} }
		input := object(map[string]*huma.Schema{
			"name": text("of the file"), "use": {Type: huma.TypeString, Enum: []any{"document", "mapping", "aliases", "claimed"}}, "size": whole("in bytes"),
			"sha256": text("of the file, as it was sent"), "mapping": text("of a table: the mapping it was read by"), "text": text("of a mapping: what it says"),
		}, "mapping", "text")
		report := object(map[string]*huma.Schema{"format": text("to ask for it by"), "size": whole("in bytes"), "sha256": text("of it")})
		return object(map[string]*huma.Schema{
			"number": whole("from 1 on"), "at": {Type: huma.TypeString, Format: "date-time", Description: "when it was made"}, "by": text("the name of the token"),
			"inputs": listOf(input), "tolerance": amount("that was tolerated"), "dispute_days": disputeDays(),
			"events": whole("the number of the last event of the books that was known"), "terms": whole("the number of the price list and policy"),
			"prices": text("distributor"), "currency": text("ISO 4217"), "from": day("invoices from this day"), "through": day("and through this one"),
			"groups": whole("of rows and invoices that belong together"), "different": whole("of them, those that differ"), "theirs": amount("what they billed"),
			"ours": amount("what is owed"), "difference": amount("theirs less ours"), "claimed": amount("what is worth asking back"),
			"notes": listOf(text("of what was left out or rounded")), "reports": listOf(report),
		}, "by", "tolerance", "dispute_days", "from", "through", "notes")
	})
}
