package account

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Stretch is days of an account with one package: those that it is charged for.
type Stretch struct {
	Package string
	Days    cycle.Period // the zero End is not known yet
}

// Stretches are the packages of an account over time, with everything known; a change or close that waits for the period's end
// included. A package that is charged for no day is left out. The errors are those of [BillAccount] that concern the events alone.
func Stretches(events []Event, catalogue invoice.Catalogue, policy invoice.Policy) ([]Stretch, error) {
	if err := policy.Check(); err != nil {
		return nil, err
	}
	t := newTerms(catalogue, policy)
	var h history
	if err := h.fill(events, t); err != nil {
		return nil, err
	}
	folded := newTimeline(t)
	judge(&h, folded)
	var list []Stretch
	for _, p := range folded.phases {
		one := Stretch{p.pkg, p.days}
		if p.ends == notEnded {
			one.Days.End = folded.pending.day // the zero Date where nothing waits
		} else if one.Days.End.Compare(one.Days.Start) <= 0 {
			continue
		}
		list = append(list, one)
	}
	if waits := folded.pending; waits.pkg != "" {
		list = append(list, Stretch{waits.pkg, cycle.Period{Start: waits.day}})
	}
	return list, nil
}
