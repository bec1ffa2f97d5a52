package distributor

import (
	"bytes"

	"github.com/prorata-go/prorata/invoice"
)

// Stream is the document that [FromInvoices] makes of all invoices, in parts: Open with the first Rows, other Rows, and Close, one behind
// the other.
type Stream struct {
	Number string
	XML    bool // else JSON
}

// Rows appends some invoices, each with what stands between it and the one before.
func (s Stream) Rows(b []byte, invoices []invoice.Invoice) []byte {
	d := s.document(invoices)
	if s.XML {
		return d.appendRowsXML(b, d.Rows)
	}
	return invoiceSchema.appendRowsJSON(b, d.Rows, false)
}

// Open appends the start of the document, with the first rows.
func (s Stream) Open(b, rows []byte) []byte {
	d := s.document(nil)
	if s.XML {
		return append(d.openXML(b), rows...)
	}
	return append(d.openJSON(b), bytes.TrimPrefix(rows, []byte(","))...)
}

// Close appends the end of the document, which has rows or none.
func (s Stream) Close(b []byte, rows bool) []byte {
	d := s.document(nil)
	if s.XML {
		return d.closeXML(b)
	}
	return d.closeJSON(b, rows)
}

func (s Stream) document(invoices []invoice.Invoice) *Invoices {
	d := FromInvoices(s.Number, invoices)
	return &d
}
