package account

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// said is what a line says, with its texts where they stand in the line: an [Event] that owns
// nothing, for as long as the line is there. To read a line and keep its record makes no string.
type said struct {
	id, account    []byte
	kind           Type
	effective      Effective
	status         invoice.Status
	at, recordedAt instant // the zero instant is not given
	credits        int64

	pkg         []byte
	description []byte
	invoice     []byte
	voids       []byte
	priceList   PriceLists
	billingDate cycle.Date
	amount      money.Amount
	metadata    jsontext.Value

	file, line, column int // where it stands, the file by its number in the store

	unusual bool // more may be set than id, account, kind, at, credits and the place
}

// saidBy is what an event says, and where it stands but for the file.
func saidBy(e *Event) said {
	s := said{unusual: true, id: []byte(e.ID), account: []byte(e.Account), kind: e.Type, effective: e.Effective, status: e.Status,
		at: instantOf(e.At), credits: e.Credits, pkg: []byte(e.Package), description: []byte(e.Description), invoice: []byte(e.Invoice),
		voids: []byte(e.Voids), priceList: e.PriceList,
		billingDate: e.BillingDate, amount: e.Amount, metadata: e.Metadata, line: e.Place.Line, column: e.Place.Column}
	if !e.RecordedAt.IsZero() {
		s.recordedAt = instantOf(e.RecordedAt)
	}
	return s
}

// event sets an event, but for its place, with texts that the decoder keeps.
func (d *Decoder) event(e *Event, s *said) {
	e.ID, e.Account = d.keep(s.id), d.intern(s.account)
	e.Type, e.Effective, e.Status = s.kind, s.effective, s.status
	e.At, e.Credits = utc(s.at), s.credits
	if s.recordedAt != (instant{}) {
		e.RecordedAt = utc(s.recordedAt)
	}
	if s.pkg != nil {
		e.Package = d.intern(s.pkg)
	}
	if s.description != nil {
		e.Description = d.keep(s.description)
	}
	if s.invoice != nil {
		e.Invoice = d.keep(s.invoice)
	}
	if s.voids != nil {
		e.Voids = d.keep(s.voids)
	}
	e.BillingDate, e.Amount, e.PriceList = s.billingDate, s.amount, s.priceList
	if s.metadata != nil {
		e.Metadata = s.metadata.Clone()
	}
}

func utc(i instant) time.Time { return i.UTC() }
