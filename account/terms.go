package account

import (
	"sync"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// terms are what there is to know besides the events. They do not change.
type terms struct {
	policy     invoice.Policy
	rule       proration.Rule // the policy's
	currency   money.Currency // the policy's
	catalogue  invoice.Catalogue
	anyPackage bool // there is no catalogue to hold packages against

	packages func() *names.List // those of the catalogue, to offer one for a wrong name
}

func newTerms(catalogue invoice.Catalogue, policy invoice.Policy) *terms {
	t := &terms{policy: policy, rule: policy.Rule(), currency: policy.MoneyCurrency(), catalogue: catalogue}
	t.packages = sync.OnceValue(func() *names.List { return packageNames(t.catalogue) })
	return t
}

// forever is later than lastDay, the last day that is billed, and than the period that holds it.
var (
	lastDay   = cycle.MustDate("9999-12-31")
	forever   = lastDay.AddDays(400)
	endOfDays = forever.AddDays(1)
)
