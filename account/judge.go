package account

import (
	"maps"
	"slices"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

// Check finds the anomalies of one account's events without billing them. Without a
// catalogue, any package will do, and no free upgrade restarts a cycle. The errors are those
// of [BillAccount] that concern the events alone.
func Check(events []Event, catalogue *invoice.Catalogue, policy invoice.Policy) ([]Anomaly, error) {
	t := newTerms(invoice.Catalogue{}, policy)
	t.anyPackage = catalogue == nil
	if catalogue != nil {
		t.catalogue = *catalogue
	}
	var h history
	if err := h.fill(events, t); err != nil {
		return nil, err
	}
	return judge(&h, newTimeline(t)), nil
}

// judge finds the events that make no sense, with everything known. The
// timeline is an empty one, to fold them into.
func judge(h *history, t *timeline) []Anomaly {
	var anomalies []Anomaly
	for _, e := range h.entries {
		var why fault
		switch {
		case e.voided || e.kind == InvoiceStatusChanged: // which are judged by the invoices, see setStatuses
			continue
		case e.kind == EventVoided:
			if why = h.faults[e]; why.code == 0 {
				continue
			}
		default:
			if why.code = t.apply(e); why.code == 0 {
				continue
			}
			why.reason = t.reason(why.code, e)
		}
		anomalies = append(anomalies, Anomaly{Event: *e.event(), Code: why.code, Reason: why.reason})
	}
	return anomalies
}

// maxHints is how many packages a list may have for one of them to be offered.
const maxHints = 1000

// packageNames are those of a list that has not too many.
func packageNames(catalogue invoice.Catalogue) *names.List {
	seen := map[string]bool{}
	for terms := range catalogue.All() {
		if seen[terms.Name()] = true; len(seen) > maxHints {
			return names.NewList(nil)
		}
	}
	return names.NewList(slices.Sorted(maps.Keys(seen)))
}
