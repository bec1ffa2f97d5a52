package account

import "time"

// Log is the events of one account as a store keeps them, which [Biller.BillLog] bills. Most events are usage, and billing
// asks no more of it than [Stored] has, so that a store need not make an [Event] of each. No two events have one id.
type Log interface {
	// Account is whose events they are.
	Account() string

	// Len is how many there are.
	Len() int

	// Next sets a zero Stored to the next of them, in any order; each comes once. It reports false when there is none.
	Next(*Stored) bool

	// Event sets e to an event that Next was about.
	Event(handle int, e *Event)

	// ID is the id of such an event, which is not changed.
	ID(handle int) []byte
}

// Stored is an event of a [Log].
type Stored struct {
	Handle int // by which the log finds it again, such as an index or an offset

	// Usage says that the event is usage with an id and nothing but the following to bill; the event itself is then
	// asked for where it is an anomaly. Otherwise these are not set, and the event is asked for.
	Usage          bool
	At, RecordedAt time.Time // as those of [Event]
	Credits        int64
}
