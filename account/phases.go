package account

import (
	"sort"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// phase is a stretch with one package. Charges follow its days and usage its instants: on
// the day of a change the new package is charged, but a credit used before the change
// belongs to the old one.
type phase struct {
	stay
	list invoice.Versions // the package's terms
}

// stay is all there is to tell one phase from another.
type stay struct {
	pkg    string
	life   int32        // of the account: the place of its creation among the structural events
	order  int32        // phases are in this order: twice the place of the event that starts it, or one more where it waited
	starts start        // how it starts
	ends   ending       // how it ends
	days   cycle.Period // charged days
	from   instant      // the first
	to     instant      // ended: the first instant after it

	endDay cycle.Date // ended: the day of the change, or of a close the first day not charged
	reach  cycle.Date // ended: the first day that has none of its days and instants
}

// start is how a phase starts.
type start uint8

const (
	afterWaiting  start = iota // by a change at the end of a period
	lifeStarts                 // by the creation of the account
	cycleRestarts              // from free to paid, which starts a new cycle
	paidStarts                 // from free to paid on a boundary, where nothing restarts
	changes                    // by any other immediate change
)

// ending is how a phase ends.
type ending uint8

const (
	notEnded  ending = iota
	waited           // by a change or close at the end of a period
	isChanged        // by an immediate change
	isClosed         // by an immediate close, whose own instant still belongs to it
)

// settles reports that the phase ended by an immediate change or close.
func (p *stay) settles() bool { return p.ends >= isChanged }

// holds reports that a credit used at an instant belongs to the phase.
func (p *stay) holds(at instant) bool {
	if at.Before(p.from) {
		return false
	}
	return p.ends == notEnded || at.Before(p.to) || p.ends == isClosed && at == p.to
}

// meets reports that the phase has days or instants in a stretch of days.
func (p *stay) meets(days cycle.Period) bool {
	return p.days.Start.Before(days.End) && (p.ends == notEnded || p.reach.After(days.Start))
}

// created is when the first life started; the zero instant when none did.
func (t *timeline) created() instant {
	if len(t.phases) == 0 {
		return instant{}
	}
	return t.phases[0].from
}

// nearby is how far a search goes one by one before it halves what is left: most are about the last few.
const nearby = 8

// startedBefore is how many phases start before a day.
func (t *timeline) startedBefore(day cycle.Date) int {
	if n := len(t.phases); n > 0 && t.phases[n-1].days.Start.Before(day) {
		return n
	}
	return t.searchPhases(day)
}

func (t *timeline) searchPhases(day cycle.Date) int {
	n := len(t.phases)
	for range nearby {
		if n == 0 || t.phases[n-1].days.Start.Before(day) {
			return n
		}
		n--
	}
	return sort.Search(n, func(i int) bool { return !t.phases[i].days.Start.Before(day) })
}

// charged reports that some day of a stretch is charged.
func (t *timeline) charged(stretch cycle.Period) bool { return t.lastIn(stretch) != nil }

// lastIn is the phase in force on the last charged day of a stretch, or nil.
func (t *timeline) lastIn(stretch cycle.Period) *phase {
	for i := t.startedBefore(stretch.End) - 1; i >= 0; i-- {
		p := t.phases[i]
		if !stretch.Start.Before(p.days.End) {
			return nil // nor do those before it reach the stretch
		}
		if !p.days.IsEmpty() {
			return p
		}
	}
	return nil
}

// ofLife returns the phases of a life that have days or instants in a stretch of days, in order.
func (t *timeline) ofLife(life int32, days cycle.Period) []*phase {
	end := t.startedBefore(days.End)
	for end > 0 && t.phases[end-1].life > life {
		end--
	}
	first := end
	for first > 0 && t.phases[first-1].life == life && t.phases[first-1].meets(days) {
		first--
	}
	return t.phases[first:end]
}

// before returns the phases of the lives before one that have days or instants in a stretch of days, in order.
func (t *timeline) before(life int32, days cycle.Period) []*phase {
	end := sort.Search(len(t.phases), func(i int) bool { return t.phases[i].life >= life })
	first := end
	for first > 0 && t.phases[first-1].meets(days) {
		first--
	}
	return t.phases[first:end]
}
