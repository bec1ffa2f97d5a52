package books

import (
	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// slotSize is how many numbers a slot has. Each day of the month has a slot of numbers for the accounts that are billed on it: what a run on that
// day changes of them then lies together in the store, and not scattered among what it leaves as it is. Slot 0 is for accounts whose day was
// not known when the first of their events was recorded, and has the numbers of stores that earlier versions wrote. Only where rows lie depends
// on this: an account keeps its number whatever becomes of its day.
const slotSize = 1 << 32

// slotOf is the slot of the account that an event creates.
func slotOf(created *account.Event, policy invoice.Policy) int64 {
	boundary := created.BillingDate
	if boundary.IsZero() {
		var err error
		if boundary, err = cycle.DateOf(created.At, policy.TimeZone); err != nil {
			return 0
		}
	}
	_, _, day := boundary.Civil()
	return int64(day)
}

// nextNumber is the number of a new account.
func (r *recording) nextNumber(tx store.Tx, name string) (int64, error) {
	slot := r.slots[name]
	last, asked := r.numbers[slot]
	if !asked {
		var err error
		if last, err = tx.LastAccount(slot*slotSize+1, (slot+1)*slotSize-1); err != nil {
			return 0, err
		}
		last = max(last, slot*slotSize)
	}
	r.numbers[slot] = last + 1
	return last + 1, nil
}
