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
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/fields"
	"github.com/prorata-go/prorata/invoice"
)

// bundle is what a run needs to know of an account, in one row: its events up to one, and what the invoices billed that were issued to it.
// The run that looks at an account leaves there what it has read and issued, so that the next one reads a row and the few events since,
// where else it reads each event and each invoice from a place of its own. It says nothing that they do not say, and Verify holds it
// against them. Where it cannot be read, is of another format, or is older than the last invoice of its account, it is as good as none. The
// zero bundle is none.
//
// What stands, see [account.Issuance.Stands], takes no room in it: events and lines of invoices from before a day are left out. Where a run
// needs them after all, or bills by terms by which they may not stand, it reads all events and invoices.
type bundle struct {
	through  int64      // the Seq of the last event that the run knew
	counts   int64      // the Counts of the account after the run
	since    cycle.Date // what stands from before it is left out; the zero Date is nothing
	terms    int64      // the number of the terms by which it stands
	events   string
	invoices string
}

// bundleFormat is how a body begins. Another number is another format. A version of the program that bills something in another way takes
// another number too: what stands by one does not by the other.
const bundleFormat = 2

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
	b = bundle{through: row.Events, counts: f.Int(), terms: f.Int(), since: cycle.Date{}.AddDays(int(f.Uint(math.MaxInt32))), events: f.Text()}
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

// asJSON is how an event begins in a bundle that has the JSON which is kept of it. Others begin with one more than their type and two flags.
const asJSON = 0

const (
	isRecorded = 1 << iota // it has a RecordedAt
	isCounted              // which says from when it counts
	flags      = iota
)

// appendKept appends an event as a bundle has it: its fields, or where it has others than are written here, as JSON.
func appendKept(b []byte, row *store.Event, e *account.Event) []byte {
	at := len(b)
	b = appendFields(b, e, !row.Known.IsZero())
	f, again := fields.Reader{Rest: string(b[at:])}, account.Event{Account: e.Account}
	if readFields(&f, f.Uint(math.MaxUint8), &again); !f.Failed && bytes.Equal(again.AppendJSON(nil), e.AppendJSON(nil)) {
		return b
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

func appendFields(b []byte, e *account.Event, counted bool) []byte {
	kind := uint64(e.Type) << flags
	if !e.RecordedAt.IsZero() {
		kind |= isRecorded
	}
	if counted {
		kind |= isCounted
	}
	b = appendInstant(fields.AppendText(binary.AppendUvarint(b, 1+kind), e.ID), e.At)
	if kind&isRecorded != 0 {
		b = appendInstant(b, e.RecordedAt)
	}
	switch e.Type {
	case account.Created:
		b = binary.AppendVarint(fields.AppendText(b, e.Package), int64(e.BillingDate.Sub(cycle.Date{})))
	case account.PackageChanged:
		b = append(fields.AppendText(b, e.Package), byte(e.Effective))
	case account.Closed:
		b = append(b, byte(e.Effective))
	case account.UsageRecorded:
		b = binary.AppendVarint(b, e.Credits)
	case account.InvoiceStatusChanged:
		b = append(fields.AppendText(b, e.Invoice), byte(e.Status))
	}
	return b
}

func appendInstant(b []byte, t time.Time) []byte {
	return binary.AppendUvarint(binary.AppendVarint(b, t.Unix()), uint64(t.Nanosecond()))
}

// readFields reads what appendFields appended, after its first number.
func readFields(f *fields.Reader, first uint64, e *account.Event) {
	kind := first - 1
	e.Type, e.ID, e.At = account.Type(kind>>flags), f.Text(), readInstant(f)
	if kind&isRecorded != 0 {
		e.RecordedAt = readInstant(f)
	}
	if kind&isCounted != 0 {
		e.CountFrom(e.RecordedAt)
	}
	switch e.Type {
	case account.Created:
		e.Package, e.BillingDate = f.Text(), cycle.Date{}.AddDays(int(f.Int()))
	case account.PackageChanged:
		e.Package, e.Effective = f.Text(), account.Effective(f.Uint(math.MaxUint8))
	case account.Closed:
		e.Effective = account.Effective(f.Uint(math.MaxUint8))
	case account.UsageRecorded:
		e.Credits = f.Int()
	case account.InvoiceStatusChanged:
		e.Invoice, e.Status = f.Text(), invoice.Status(f.Uint(math.MaxUint8))
	}
}

func readInstant(f *fields.Reader) time.Time {
	seconds := f.Int()
	return time.Unix(seconds, int64(f.Uint(1e9-1))).UTC()
}

// bundled reads an event that a bundle has, as it is billed.
func (r *reader) bundled(f *fields.Reader, of string, e *account.Event) (err error) {
	first := f.Uint(math.MaxUint8)
	if first != asJSON {
		e.Account = of
		readFields(f, first, e)
	} else {
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
			h.bundle, h.looked = b, b.through
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

// bundledChanges is changesOf for accounts that a run has looked at of late, as far as their invoices from a day on ask for it: of most it reads
// one row, where changesOf reads each event from a place of its own.
func (r *reader) bundledChanges(tx store.Tx, from map[int64]cycle.Date) (map[int64][]account.Event, error) {
	accounts, err := tx.Numbered(slices.Sorted(maps.Keys(from)))
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
		if h.bundle.since.After(from[h.Number]) {
			without = append(without, h.Number)
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

// bundleNow is a bundle with all that is known of an account, but for what it leaves out: what a run has read of it, and what it issued. It is
// nil where the one there is says that already.
func (r *reader) bundleNow(h *history, now bundle, events []account.Event, before, issued []invoice.Invoice) *store.Bundle {
	if len(h.events) == 0 && len(h.invoices) == 0 && len(issued) == 0 {
		return nil
	}
	var roomEvents, roomInvoices [2000]byte // where they mostly fit
	kept, invoices := roomEvents[:0], roomInvoices[:0]
	for i := range events {
		switch n := i - len(r.bundledAs); {
		case events[i].LeftOut(now.since):
		case n < 0:
			kept = append(kept, r.bundledAs[i]...)
		default:
			kept = appendKept(kept, &h.events[n], &events[i])
		}
	}
	for _, list := range [][]invoice.Invoice{before, issued} {
		for i := range list {
			invoices = list[i].AppendBilledSince(invoices, now.since)
		}
	}
	const numbers = 1 + 4*binary.MaxVarintLen64
	body := append(make([]byte, 0, numbers+len(kept)+len(invoices)), bundleFormat)
	body = binary.AppendVarint(body, now.counts)
	body = binary.AppendVarint(body, now.terms)
	body = binary.AppendUvarint(body, uint64(now.since.Sub(cycle.Date{})))
	body = append(fields.AppendText(body, kept), invoices...)
	row := store.Bundle{Account: h.Number, Events: now.through, Body: body}
	row.Hash = bundleHash(&row)
	return &row
}

// bundledEvents appends the events of an account, as they are billed: those of its bundle, and those that are in none.
func (r *reader) bundledEvents(h *history, events []account.Event) ([]account.Event, error) {
	r.bundledAs = r.bundledAs[:0]
	for f := (fields.Reader{Rest: h.bundle.events}); f.Rest != ""; {
		before := f.Rest
		events = append(events, account.Event{})
		if err := r.bundled(&f, h.Name, &events[len(events)-1]); err != nil {
			return events, err
		}
		r.bundledAs = append(r.bundledAs, before[:len(before)-len(f.Rest)])
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
