package eventlog

import (
	"errors"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// readPolicy is what of a policy says what amounts and plain dates mean, as events are read.
type readPolicy struct {
	known    bool // some were
	zone     *time.Location
	currency money.Currency
}

func readPolicyOf(p invoice.Policy) readPolicy {
	return readPolicy{known: true, zone: p.TimeZone, currency: p.MoneyCurrency()}
}

func (u readPolicy) String() string {
	zone := "UTC"
	if u.zone != nil {
		zone = u.zone.String()
	}
	return fmt.Sprintf("currency %s and time_zone %s", u.currency, zone)
}

// setReadPolicy notes the policy that files are read by, which must be that of those before.
func (es *Events) setReadPolicy(p invoice.Policy) error {
	if err := es.mayAdd(); err != nil {
		return err
	}
	now := readPolicyOf(p)
	if es.readBy.known && !es.readBy.same(now) {
		return fmt.Errorf("the events were read with %s so far, and now with %s, expected one policy", es.readBy, now)
	}
	es.readBy = now
	return nil
}

// mayAdd refuses to add events to some that are not all there, or that are not its own.
func (es *Events) mayAdd() error {
	if es.shared {
		return errShared
	}
	return es.failed
}

// check refuses to bill events that are not all there, or that were read under another policy.
func (es *Events) check(p invoice.Policy) error {
	if es.failed != nil {
		return fmt.Errorf("the events were not read as they should be: %w", es.failed)
	}
	if now := readPolicyOf(p); es.readBy.known && !es.readBy.same(now) {
		return fmt.Errorf("the events were read with %s, and are to be billed with %s, expected the same, since amounts and plain dates mean something else", es.readBy, now)
	}
	return nil
}

// InTimeZone is the same events, to be billed in another time zone than they were loaded under: each instant stays the one
// it is, that of a plain date too, and so may be of another day. It is for asking what the bills would be; es is as before.
// Nothing can be added to what it returns.
func (es *Events) InTimeZone(zone *time.Location) *Events {
	es.group()
	other := &Events{store: es.store, seen: es.seen, readBy: es.readBy, failed: es.failed, shared: true}
	other.readBy.zone = zone
	return other
}

var errShared = errors.New("these are the events of others in another time zone, expected the others")

// same reports that amounts and plain dates mean the same. Time zones that are loaded twice are two pointers: they are the
// same when they have one name, and show the same time every half year from 1970 to 2060.
func (u readPolicy) same(o readPolicy) bool {
	if u.currency != o.currency {
		return false
	}
	a, b := u.zone, o.zone
	if a == nil {
		a = time.UTC
	}
	if b == nil {
		b = time.UTC
	}
	if a == b {
		return true
	}
	if a.String() != b.String() {
		return false
	}
	for month := range 2 * 90 {
		t := time.Date(1970, time.Month(1+6*month), 1, 0, 0, 0, 0, time.UTC)
		_, one := t.In(a).Zone()
		if _, other := t.In(b).Zone(); one != other {
			return false
		}
	}
	return true
}
