package account

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Event is one thing that happened to an account. Which of the fields below At and
// RecordedAt are set depends on the Type; see the table in the package documentation.
type Event struct {
	ID         string
	Type       Type
	Account    string
	At         time.Time // when it happened
	RecordedAt time.Time // when the reseller learned of it; the zero time is At

	Package     string         // created, package_changed
	BillingDate cycle.Date     // created: the first boundary; the zero Date is one month on
	Effective   Effective      // package_changed, closed
	Credits     int64          // usage: credits used, 0 or more
	Amount      money.Amount   // charge: may be negative
	Description string         // charge
	Invoice     string         // status: the invoice's number
	Status      invoice.Status // status: its new status
	PriceList   PriceLists     // charge: the price list it is kept to; AllLists for both
	Voids       string         // voided: the id of the event of this account that counts as never recorded

	Metadata jsontext.Value // any JSON object, or nil; no bill depends on it

	Place source.Place // where it was read

	counted bool // RecordedAt is what CountFrom set; nothing but Status asks
}

// Effective says when a change or a close takes effect.
type Effective uint8

const (
	Immediately Effective = iota // at once; the default
	PeriodEnd                    // at the next boundary
)

var effectives = []string{"immediately", "period_end"}

// ParseEffective reads it as events spell it, such as "period_end".
func ParseEffective(s string) (Effective, error) {
	i, err := names.Index("effective", s, effectives)
	return Effective(i), err
}

func (e Effective) String() string { return names.Word(uint8(e), effectives) }

// PriceLists says on which price lists a one-off charge is billed.
type PriceLists uint8

const (
	AllLists        PriceLists = iota // to end users and to the reseller; the default
	RetailOnly                        // to end users
	DistributorOnly                   // to the reseller
)

var priceLists = []string{"", "retail", "distributor"}

// ParsePriceLists reads a list as events spell it, "retail" or "distributor"; for both, an event has no price_list.
func ParsePriceLists(s string) (PriceLists, error) {
	i, err := names.Index("price_list", s, priceLists[1:])
	if err != nil {
		return AllLists, err
	}
	return PriceLists(i + 1), nil
}

// String is the list's name as events spell it, empty for both.
func (l PriceLists) String() string { return names.Word(uint8(l), priceLists) }

// on reports that a charge is billed on a price list.
func (l PriceLists) on(list invoice.PriceList) bool {
	return l == AllLists || (l == RetailOnly) == (list == invoice.Retail)
}

// CountFrom has an event that is recorded after an invoice of its account was issued count from an instant only, see [CountsFrom].
// [Status] still sees it on the day before.
func (e *Event) CountFrom(at time.Time) { e.RecordedAt, e.counted = at, true }

// Known is when the reseller knew of the event: RecordedAt, or At.
func (e *Event) Known() time.Time {
	if e.RecordedAt.IsZero() {
		return e.At
	}
	return e.RecordedAt
}

// Compare orders events of an account as they take effect: by instant, then by type, then
// by id.
func (e *Event) Compare(o *Event) int {
	return cmp.Or(e.At.Compare(o.At), cmp.Compare(e.Type, o.Type), strings.Compare(e.ID, o.ID))
}

// Same reports that two events say the same, wherever and however they were written down.
func (e *Event) Same(o *Event) bool {
	if e.Type != o.Type || !e.At.Equal(o.At) || !e.Known().Equal(o.Known()) || !sameMetadata(e.Metadata, o.Metadata) {
		return false
	}
	for i := range fieldTable {
		if row := &fieldTable[i]; row.kind != OtherValue && row.kind != ObjectValue {
			mine, _ := row.value(e)
			if theirs, _ := row.value(o); mine != theirs {
				return false
			}
		}
	}
	return true
}

// ConflictError says that two events have one id and different content.
type ConflictError struct {
	ID            string
	First, Second source.Place // First is zero when Second is the first, or says the same
}

func (e *ConflictError) Error() string {
	how := "twice with different content, first at " + e.First.String()
	switch {
	case e.Second.IsZero():
		how = "twice with different content"
	case e.First.IsZero():
		how = "again with different content"
	}
	return fmt.Sprintf("id %q is used %s, expected one event an id", shown(e.ID), how)
}

// shown is an id or a name in a message, where it is not of a reasonable length only the
// beginning.
func shown(text string) string { return names.ClipTo(text, 200) }
