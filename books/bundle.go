package books

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/internal/fields"
	"github.com/prorata-go/prorata/invoice"
)

// bundle is what a run needs to know of an account, in one row: its events up to one, and what the invoices billed that were issued to it.
// The run that looks at an account leaves there what it has read and issued, so that the next one reads a row and the few events since,
// where else it reads each event and each invoice from a place of its own. It says nothing that they do not say, and Verify holds it
// against them. Where it cannot be read, is of another format, or is older than the last invoice of its account, it is as good as none. The
// zero bundle is none.
type bundle struct {
	through  int64 // the Seq of the last event that the run knew
	counts   int64 // the Counts of the account after the run
	events   string
	invoices string
}

// bundleFormat is how a body begins. Another number is another format.
const bundleFormat = 1

var errNotBundle = errors.New("a bundle that nothing reads, expected one as a run writes it")

// readBundle reads a bundle, whose hash tells that it is the one that was written, and of that account. One of another format is none.
func readBundle(row *store.Bundle) (b bundle, err error) {
	if !bytes.Equal(row.Hash, bundleHash(row)) || len(row.Body) == 0 {
		return b, errNotBundle
	}
	if row.Body[0] != bundleFormat {
		return b, nil
	}
	f := fields.Reader{Rest: string(row.Body[1:])}
	b = bundle{through: row.Events, counts: f.Int(), events: f.Text()}
	if b.invoices = f.Rest; f.Failed {
		return bundle{}, errNotBundle
	}
	return b, nil
}

func bundleHash(row *store.Bundle) []byte {
	h := sha256.New()
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(row.Account))
	binary.BigEndian.PutUint64(head[8:], uint64(row.Events))
	h.Write(head[:])
	h.Write(row.Body)
	return h.Sum(nil)
}

// How an event stands in a bundle: as the JSON that is kept, or, most of them, as usage that is nothing but an id, an instant and credits.
const (
	asJSON = iota
	asUsage
)

// appendKept appends an event as a bundle has it.
func appendKept(b []byte, row *store.Event, e *account.Event) []byte {
	at := len(b)
	if row.Known.IsZero() && e.Type == account.UsageRecorded {
		b = appendUsage(b, e)
		f, again := fields.Reader{Rest: string(b[at+1:])}, account.Event{}
		if readUsage(&f, e.Account, &again); !f.Failed && bytes.Equal(again.AppendJSON(nil), row.Body) {
			return b
		}
	}
	return fields.AppendText(binary.AppendVarint(append(b[:at], asJSON), nanoseconds(row.Known)), row.Body)
}

// nanoseconds are those of an instant since 1970, 0 for none.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func appendUsage(b []byte, e *account.Event) []byte {
	b = fields.AppendText(append(b, asUsage), e.ID)
	b = binary.AppendVarint(b, e.At.Unix())
	b = binary.AppendUvarint(b, uint64(e.At.Nanosecond()))
	return binary.AppendVarint(b, e.Credits)
}

// readUsage reads what appendUsage appended, after its first byte.
func readUsage(f *fields.Reader, of string, e *account.Event) {
	e.ID, e.Account, e.Type = f.Text(), of, account.UsageRecorded
	seconds := f.Int()
	e.At = time.Unix(seconds, int64(f.Uint(1e9-1))).UTC()
	e.Credits = f.Int()
}

// bundled reads an event that a bundle has, as it is billed.
func (r *reader) bundled(f *fields.Reader, of string, e *account.Event) (err error) {
	switch f.Uint(asUsage) {
	case asUsage:
		readUsage(f, of, e)
	case asJSON:
		row := store.Event{}
		if known := f.Int(); known != 0 {
			row.Known = time.Unix(0, known).UTC()
		}
		if row.Body = []byte(f.Text()); !f.Failed {
			*e, err = r.event(&row)
		}
	}
	if f.Failed {
		return errNotBundle
	}
	return err
}

// bundledHistories are what a run reads of some accounts, in their order: their bundles, and what is not in them.
func bundledHistories(tx store.Tx, accounts []store.Account, through int64) ([]history, error) {
	c := collect(accounts)
	without, err := c.bundled(tx, through)
	if err != nil {
		return nil, err
	}
	if err := tx.BodiesOf(without, 0, through, c.event); err != nil {
		return nil, err
	}
	return c.list, tx.InvoicesOf(without, c.invoice)
}

// bundled reads the bundles of accounts, and the events since, up to and including one. It returns the accounts that have no bundle.
func (c *collected) bundled(tx store.Tx, through int64) (without []int64, err error) {
	err = tx.Bundles(c.numbers, func(row store.Bundle) error {
		h := c.at[row.Account]
		if b, err := readBundle(&row); err == nil && b.through <= through && b.counts == nanoseconds(h.Counts) {
			h.bundle = b
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	from := map[int64][]int64{} // the last event of bundles, mostly the same few, and the accounts that have them
	for i := range c.list {
		h := &c.list[i]
		from[h.bundle.through] = append(from[h.bundle.through], h.Number)
	}
	without = from[0]
	delete(from, 0)
	for _, after := range slices.Sorted(maps.Keys(from)) {
		if err := tx.BodiesOf(from[after], after, through, c.event); err != nil {
			return nil, err
		}
	}
	return without, nil
}

// bundledChanges is changesOf for accounts that a run has looked at of late: of most it reads one row, where changesOf reads each event from
// a place of its own.
func (r *reader) bundledChanges(tx store.Tx, numbers []int64) (map[int64][]account.Event, error) {
	accounts, err := tx.Numbered(numbers)
	if err != nil {
		return nil, err
	}
	c := collect(accounts)
	without, err := c.bundled(tx, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	bundled := map[int64][]account.Event{}
	for i := range c.list {
		h := &c.list[i]
		if h.bundle.through == 0 {
			continue
		}
		events, err := r.bundledEvents(h, nil)
		if err != nil {
			without = append(without, h.Number)
			continue
		}
		bundled[h.Number] = slices.DeleteFunc(events, func(e account.Event) bool { return e.Type == account.UsageRecorded })
	}
	changes, err := r.changesOf(tx, without)
	maps.Copy(changes, bundled)
	return changes, err
}

// bundleNow is the bundle of all that is known of an account: what a run has read of it that is no bundle yet, and what it issued. It is nil
// where that is nothing.
func (h *history) bundleNow(through int64, counts time.Time, read []account.Event, before, issued []invoice.Invoice) *store.Bundle {
	if len(h.events) == 0 && len(before) == 0 && len(issued) == 0 {
		return nil
	}
	var roomEvents, roomInvoices [2000]byte // where what is new mostly fits
	events, invoices := roomEvents[:0], roomInvoices[:0]
	for i := range h.events {
		events = appendKept(events, &h.events[i], &read[i])
	}
	for _, list := range [][]invoice.Invoice{before, issued} {
		for i := range list {
			invoices = list[i].AppendBilled(invoices)
		}
	}
	const numbers = 1 + 2*binary.MaxVarintLen64
	body := append(make([]byte, 0, numbers+len(h.bundle.events)+len(events)+len(h.bundle.invoices)+len(invoices)), bundleFormat)
	body = binary.AppendVarint(body, nanoseconds(counts))
	body = binary.AppendUvarint(body, uint64(len(h.bundle.events)+len(events)))
	body = append(append(body, h.bundle.events...), events...)
	body = append(append(body, h.bundle.invoices...), invoices...)
	row := store.Bundle{Account: h.Number, Events: through, Body: body}
	row.Hash = bundleHash(&row)
	return &row
}

// bundledEvents appends the events of an account, as they are billed: those of its bundle, and those that are in none.
func (r *reader) bundledEvents(h *history, events []account.Event) ([]account.Event, error) {
	for f := (fields.Reader{Rest: h.bundle.events}); f.Rest != ""; {
		events = append(events, account.Event{})
		if err := r.bundled(&f, h.Name, &events[len(events)-1]); err != nil {
			return events, err
		}
	}
	for i := range h.events {
		e, err := r.event(&h.events[i])
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

// all appends what a run knows of an account: its events as they are billed, and what was issued to it, as far as that is billed.
func (r *reader) all(h *history, events []account.Event, issued []invoice.Invoice) ([]account.Event, []invoice.Invoice, error) {
	events, err := r.bundledEvents(h, events)
	if err != nil {
		return events, issued, err
	}
	for rest := h.bundle.invoices; rest != ""; {
		issued = slices.Grow(issued, 1)[:len(issued)+1]
		inv := &issued[len(issued)-1] // with the memory of the one that was there before
		if rest, err = inv.ReadBilled(rest); err != nil {
			return events, issued, err
		}
		inv.Account = h.Name
	}
	for i := range h.invoices {
		inv, err := r.issued(&h.invoices[i])
		if err != nil {
			return events, issued, err
		}
		issued = append(issued, inv)
	}
	return events, issued, nil
}
