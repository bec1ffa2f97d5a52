package account

import (
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
)

// Anomaly is an event that makes no sense where it stands. It is left out of the bill.
type Anomaly struct {
	Event  Event
	Code   AnomalyCode
	Reason string // in words
}

// AnomalyCode says what kind of anomaly an event is. The zero value is none.
type AnomalyCode uint8

const (
	NotCreated        AnomalyCode = iota + 1 // before the account's creation
	AlreadyOpen                              // a creation of an account that is open
	AlreadyClosed                            // after the close
	UnknownPackage                           // a package that is not in the list
	NothingToCancel                          // no change or close was waiting
	OutOfCalendar                            // a billing period outside the years 1 to 9999
	UnknownInvoice                           // a status of an invoice that is not there
	StatusIsFinal                            // a status after the invoice was canceled or refunded
	UnknownEvent                             // a voiding of an event that is not there
	AlreadyVoided                            // a voiding of an event that is voided
	VoidingOfAVoiding                        // a voiding of a voiding
)

var anomalyCodes = []string{"", "not_created", "already_open", "already_closed", "unknown_package", "nothing_to_cancel",
	"out_of_calendar", "unknown_invoice", "status_is_final", "unknown_event", "already_voided", "voiding_of_a_voiding"}

func (c AnomalyCode) String() string { return names.Word(uint8(c), anomalyCodes) }

// fault is why an event makes no sense where it stands; the zero value is that it does.
type fault struct {
	code   AnomalyCode
	reason string
}

func (a Anomaly) String() string {
	return fmt.Sprintf("anomaly: event %q (%s of %q): %s", shown(a.Event.ID), a.Event.Type, shown(a.Event.Account), a.Reason)
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
