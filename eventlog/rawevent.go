package eventlog

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// rawEvent is an event as a line has it, with its texts where they stand in the line: an [account.Event] that owns
// nothing, for as long as the line is there. To read a line and keep its record makes no string.
type rawEvent struct {
	id, account    []byte
	kind           account.Type
	effective      account.Effective
	status         invoice.Status
	at, recordedAt instant.Instant // the zero instant is not given
	credits        int64

	pkg         []byte
	description []byte
	invoice     []byte
	voids       []byte
	priceList   account.PriceLists
	billingDate cycle.Date
	amount      money.Amount
	metadata    jsontext.Value

	file, line, column int // where it stands, the file by its number in the store

	full bool // more may be set than id, account, kind, at, credits and the place
}

// rawOf is what an event says, and where it stands but for the file.
func rawOf(e *account.Event) rawEvent {
	s := rawEvent{full: true, id: []byte(e.ID), account: []byte(e.Account), kind: e.Type, effective: e.Effective, status: e.Status,
		at: instant.Of(e.At), credits: e.Credits, pkg: []byte(e.Package), description: []byte(e.Description), invoice: []byte(e.Invoice),
		voids: []byte(e.Voids), priceList: e.PriceList,
		billingDate: e.BillingDate, amount: e.Amount, metadata: e.Metadata, line: e.Place.Line, column: e.Place.Column}
	if !e.RecordedAt.IsZero() {
		s.recordedAt = instant.Of(e.RecordedAt)
	}
	return s
}
