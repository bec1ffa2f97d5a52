package account_test

import (
	"github.com/prorata-go/prorata/account"
)

// eventLog is a log of events that are there already, as obvious as can be.
type eventLog struct {
	events []account.Event
	next   int
}

func logOf(events []account.Event) *eventLog { return &eventLog{events: events} }

func (l *eventLog) Account() string { return l.events[0].Account }

func (l *eventLog) Len() int { return len(l.events) }

func (l *eventLog) Next() (s account.Stored, more bool) {
	if l.next == len(l.events) {
		return s, false
	}
	e := &l.events[l.next]
	s.Handle = l.next
	l.next++
	if e.Type == account.UsageRecorded && e.ID != "" && e.Account != "" {
		s.Usage, s.At, s.Known, s.Credits = true, e.At, e.Known(), e.Credits
	}
	return s, true
}

func (l *eventLog) Event(handle int, e *account.Event) { *e = l.events[handle] }

func (l *eventLog) ID(handle int) []byte { return []byte(l.events[handle].ID) }
