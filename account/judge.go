package account

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/cycle"
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

// reason says in words why an event makes no sense that was applied last.
func (t *timeline) reason(why AnomalyCode, e *entry) string {
	switch why {
	case NotCreated:
		return "the account has not been created"
	case AlreadyOpen:
		return fmt.Sprintf("the account is already open, since %s", t.opened)
	case AlreadyClosed:
		day, _ := cycle.DateOf(t.phase.to.Time(), t.terms.policy.TimeZone)
		return fmt.Sprintf("the account was closed on %s", day)
	case UnknownPackage:
		return fmt.Sprintf("package %q is not in the package list%s", shown(e.event().Package), t.terms.packages().Hint(e.event().Package))
	case NothingToCancel:
		return "nothing to cancel: no change or close was waiting"
	}
	_, err := schedule(e.event().At, e.event().BillingDate, t.terms.policy) // OutOfCalendar: a cycle that starts on its day
	return err.Error()
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
