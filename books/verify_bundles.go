package books

import (
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/fields"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

// chain is a hash of texts, one after the other.
type chain [sha256.Size]byte

func (c *chain) add(text []byte) { *c = sha256.Sum256(append(c[:], text...)) }

// contents are the events and the invoices that a bundle has, or ought to have.
type contents struct{ events, invoices chain }

// holding is a bundle that is being held against the events and invoices themselves.
type holding struct {
	through   int64
	since     cycle.Date // what is left out of it is from before
	has, want contents
}

// readBundles reads what the bundles have, for the events and invoices that are read after it to be held against.
func (v *verifier) readBundles(tx store.Tx) error {
	v.bundles = map[int64]*holding{}
	reader := newReader(v.policy)
	for numbers := range slices.Chunk(slices.Sorted(maps.Keys(v.names)), chunk) {
		err := tx.Bundles(numbers, func(row store.Bundle) error {
			name := v.names[row.Account]
			b, err := readBundle(&row)
			if err == nil && b.through == 0 {
				return nil // of another format
			}
			h := &holding{through: b.through, since: b.since}
			if err == nil {
				h.has, err = b.contents(reader, name)
			}
			if err != nil {
				v.fault("account %q: its bundle is not the one that was written", names.Clip(name))
				return nil
			}
			v.bundles[row.Account] = h
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// contents are those of a bundle.
func (b *bundle) contents(r *reader, name string) (c contents, err error) {
	for f := (fields.Reader{Rest: b.events}); f.Rest != ""; {
		var e account.Event
		if err := r.bundled(&f, name, &e); err != nil {
			return c, err
		}
		c.events.add(e.AppendJSON(nil))
	}
	for rest := b.invoices; rest != ""; {
		var inv invoice.Invoice
		if rest, err = inv.ReadBilled(rest); err != nil {
			return c, err
		}
		c.invoices.add(inv.AppendBilled(nil))
	}
	return c, nil
}

// bundledEvent and bundledInvoice note an event or an invoice that the bundle of its account, if it has one, ought to have.
func (v *verifier) bundledEvent(row *store.Event, e *account.Event) {
	if h := v.bundles[row.Account]; h != nil && row.Seq <= h.through && !e.LeftOut(h.since) {
		h.want.events.add(e.AppendJSON(nil))
	}
}

func (v *verifier) bundledInvoice(row *store.Invoice, inv *invoice.Invoice) {
	h := v.bundles[row.Account]
	if h == nil {
		return
	}
	if billed := inv.AppendBilledSince(nil, h.since); len(billed) > 0 {
		h.want.invoices.add(billed)
	}
}

// checkBundles makes sure that each bundle has what it ought to.
func (v *verifier) checkBundles(store.Tx) error {
	for _, number := range slices.Sorted(maps.Keys(v.bundles)) {
		h := v.bundles[number]
		if h.has.events != h.want.events {
			v.fault("account %q: its bundle does not have the events that are kept of it", names.Clip(v.names[number]))
		}
		if h.has.invoices != h.want.invoices {
			v.fault("account %q: its bundle does not have what the invoices billed that are kept of it", names.Clip(v.names[number]))
		}
	}
	return nil
}
