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

func (l *eventLog) Next(s *account.Stored) bool {
	if l.next == len(l.events) {
		return false
	}
	e := &l.events[l.next]
	s.Handle = l.next
	l.next++
	if e.Type == account.UsageRecorded && e.ID != "" && e.Account != "" {
		s.Usage, s.At, s.RecordedAt, s.Credits = true, e.At, e.RecordedAt, e.Credits
	}
	return true
}

func (l *eventLog) Event(handle int, e *account.Event) { *e = l.events[handle] }

func (l *eventLog) ID(handle int) []byte { return []byte(l.events[handle].ID) }
