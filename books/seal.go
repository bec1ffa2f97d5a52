package books

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"

	"github.com/prorata-go/prorata/books/store"
)

// sealing computes the seal of a run: the SHA-256, in hexadecimal, of these lines, each ended by a line feed:
//
//	prorata run NUMBER
//	store ID
//	before SEAL          of the run before; nothing after the space for the first
//	terms NUMBER SHA-256 of the terms that it billed by
//	events SEQ           of the last event that it knew of
//	INVOICE              each invoice as it was issued, in order
//	through DATE
//	at INSTANT           in UTC, as RFC 3339 has it
//	latest DATE          the start of the latest billing period that something was issued for; nothing where there is none
//	invoices COUNT
//	total AMOUNT CURRENCY
type sealing struct {
	hash   hash.Hash
	buffer []byte
}

// newSealing begins the seal of a run with what is known of it before its invoices are.
func newSealing(id string, run *store.Run, terms []byte) *sealing {
	s := &sealing{hash: sha256.New()}
	body := sha256.Sum256(terms)
	s.line("prorata run ", strconv.FormatInt(run.Number, 10))
	s.line("store ", id)
	s.line("before ", run.Before)
	s.line("terms ", strconv.FormatInt(run.Terms, 10), " ", hex.EncodeToString(body[:]))
	s.line("events ", strconv.FormatInt(run.Events, 10))
	return s
}

// add adds the bytes of an invoice.
func (s *sealing) add(body []byte) {
	s.hash.Write(body)
	s.hash.Write([]byte{'\n'})
}

// seal is the seal once all invoices are added and the run is known in full.
func (s *sealing) seal(run *store.Run) string {
	s.line("through ", run.Through.String())
	s.line("at ", instantText(run.At))
	s.line("latest ", run.Latest.String())
	s.line("invoices ", strconv.FormatInt(run.Invoices, 10))
	s.line("total ", run.Total)
	return hex.EncodeToString(s.hash.Sum(nil))
}

func (s *sealing) line(texts ...string) {
	s.buffer = s.buffer[:0]
	for _, text := range texts {
		s.buffer = append(s.buffer, text...)
	}
	s.hash.Write(append(s.buffer, '\n'))
}
