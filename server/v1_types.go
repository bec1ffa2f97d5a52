package server

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/account"
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

func whole(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: description}
}

func flag(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean, Description: description}
}

func object(properties map[string]*huma.Schema, optional ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: properties, AdditionalProperties: true}
	for name := range properties {
		leftOut := false
		for _, o := range optional {
			leftOut = leftOut || o == name
		}
		if !leftOut {
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
			"account": text("which one"), "package": text("in force"), "credits_allowed": whole("included in the period"), "credits_used": whole("in it so far"),
			"credits_remain": whole("of those included"), "credits_overage": whole("used beyond them"), "billing_start_date": day("of the period"),
			"billing_end_date": day("inclusive"), "billing_process_date": day("of the next invoice"), "accrued_amount": amount("what the next invoice is if the account is closed today"),
			"projected_amount": amount("what it is if nothing more happens"),
		}, "billing_start_date", "billing_end_date", "billing_process_date", "package")
	})
}

// Schema describes it.
func (apiEvent) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Event", func() *huma.Schema {
		fields := account.RequiredFields | account.OptionalFields
		for t := account.Type(0); t.Valid(); t++ {
			required, optional := t.Fields()
			fields |= required | optional
		}
		properties := map[string]*huma.Schema{}
		for f := range fields.All {
			properties[f.String()] = fieldSchema(f)
		}
		return object(properties, (fields &^ account.RequiredFields).Names()...)
	})
}

// fieldSchema describes a field of an event.
func fieldSchema(f account.Field) *huma.Schema {
	switch f.Kind() {
	case account.CountValue:
		return whole(f.About())
	case account.AmountValue:
		return amount(f.About())
	case account.DateValue:
		return day(f.About())
	case account.ObjectValue:
		return &huma.Schema{Type: huma.TypeObject, Description: f.About(), AdditionalProperties: true}
	}
	return text(f.About())
}
