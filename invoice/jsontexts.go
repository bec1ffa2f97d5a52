package invoice

import (
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/proration"
)

// jsonTexts are what invoices before have in a text that grows, to be copied from there where it comes again: the invoices
// of an account have its name, and mostly the same package at the same price. The zero value is that of a new text.
type jsonTexts struct {
	last    *Invoice
	account place // from the part of its number that is the account's own to the end of its account's name
	date    place // of its date
	name    place // of its package, with the comma before it

	shares [4]shareText // in turns: a month has one of four numbers of days
	n      int          // how many were put there
}

// place is a place in the text.
type place struct{ from, to int }

// shareText is where there are the figures of a line that isShare.
type shareText struct {
	of proration.Share
	place
}

// appendAccount appends the number and the account of an invoice.
func (t *jsonTexts) appendAccount(b []byte, inv *Invoice) []byte {
	if t.last != nil && t.account.to > 0 && inv.Number.isAfter(&t.last.Number) && inv.Account == t.last.Account {
		return append(inv.Number.appendDay(b), b[t.account.from:t.account.to]...)
	}
	t.account = place{}
	b = inv.Number.Append(b)
	from := len(b) - suffixLen
	b = strictjson.AppendString(append(b, `","account":`...), inv.Account)
	if inv.Number != (Number{}) {
		t.account = place{from, len(b)}
	}
	return b
}

// isShare reports that all figures of the line follow from how a price was shared out.
func (l *Line) isShare() bool {
	i := l.owed
	return l.Kind == Recurring && i != nil && l.billed == nil && l.read == nil && i.Terms != nil && i.Nth != refunded &&
		!l.Adjustment && l.Amount == i.share.Amount
}

// appendShare appends the figures of a line that isShare.
func (t *jsonTexts) appendShare(b []byte, l *Line) []byte {
	share := &l.owed.share
	for i := range min(t.n, len(t.shares)) {
		if s := &t.shares[i]; s.of == *share {
			return append(b, b[s.from:s.to]...)
		}
	}
	from := len(b)
	b = l.appendFigures(b)
	t.shares[t.n%len(t.shares)] = shareText{*share, place{from, len(b)}}
	t.n++
	return b
}
