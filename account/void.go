package account

import "fmt"

// findVoided finds the events that are voided, and the voidings that make no sense. An event is
// voided from the earliest instant at which one of its voidings is known; the voiding that comes
// first in order is the one that makes sense. What a voiding names is looked up among all events
// of the account, whenever they happened: it is about what was recorded, not about the timeline.
func (h *history) findVoided() {
	if clear(h.voidedAt); len(h.voidings) == 0 {
		return
	}
	if h.voidedAt == nil {
		h.voidedAt, h.faults = map[*entry]instant{}, map[*entry]fault{}
	}
	clear(h.faults)
	byID := make(map[string]*entry, len(h.entries))
	for _, e := range h.entries {
		byID[e.id()] = e
	}
	for _, v := range h.voidings {
		named := v.event().Voids
		e, found := byID[named]
		switch {
		case !found:
			h.faults[v] = fault{UnknownEvent, fmt.Sprintf("the account has no event %q to void", shown(named))}
		case e.kind == EventVoided:
			h.faults[v] = fault{VoidingOfAVoiding, fmt.Sprintf("event %q is a voiding itself, which cannot be voided", shown(named))}
		case e.voided:
			h.faults[v] = fault{AlreadyVoided, fmt.Sprintf("event %q is voided already", shown(named))}
			if v.known.Before(h.voidedAt[e]) {
				h.voidedAt[e] = v.known
			}
		default:
			e.voided = true
			h.voidedAt[e] = v.known
		}
	}
}
