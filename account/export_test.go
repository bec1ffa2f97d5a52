package account

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/invoice"
)

// SetTerms gives a biller another catalogue and policy, as BillAccount does.
func (b *Biller) SetTerms(catalogue invoice.Catalogue, policy invoice.Policy) {
	b.terms = newTerms(catalogue, policy)
}

// Canonical is metadata in its one spelling.
func Canonical(v jsontext.Value) jsontext.Value { return canonical(v) }
