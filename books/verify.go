package books

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Verifying says what is verified.
type Verifying struct {
	Head   string // a seal that was noted when a run was made: the books must still have it; empty for none
	Replay bool   // bills every account again as each run knew it, and compares
}

// Verified is what verifying found.
type Verified struct {
	Accounts, Events, Invoices, Runs, Reconciliations int64

	Head   Run      // the last run
	Faults []string // what is wrong, each naming where, at most [MaxFaults]; none where the books are whole
	More   int      // how many more faults there are
}

// MaxFaults is how many faults are told one by one.
const MaxFaults = 100

// Whole reports that nothing is wrong.
func (v *Verified) Whole() bool { return len(v.Faults) == 0 }

// Verify reads everything in the books and computes again what can be computed: the seals of all runs from the bytes of their invoices,
// the sums of each invoice from its lines, its number from its account and day; no number or day twice, no invoice, run or event
// missing between two others, every event readable, and every bundle the same as the events and invoices of its account; of each
// reconciliation and its reports the SHA-256. The error is that the books cannot be read.
func (b *Books) Verify(ctx context.Context, what Verifying) (Verified, error) {
	v := &verifier{books: b, what: what}
	if c, can := b.home.(interface {
		Check(context.Context) ([]string, error)
	}); can {
		wrong, err := c.Check(ctx)
		if err != nil {
			return v.Verified, err
		}
		for _, text := range wrong {
			v.fault("the store: %s", text)
		}
	}
	err := b.home.Read(ctx, func(tx store.Tx) error { return v.verify(ctx, tx) })
	return v.Verified, err
}

type verifier struct {
	Verified
	books *Books
	what  Verifying

	terms    map[int64][]byte
	policies map[int64]invoice.Policy // of the terms
	policy   invoice.Policy           // the last
	runs     []store.Run
	through  cycle.Date // the last day that any run was through
	names    map[int64]string
	counts   map[int64]time.Time // by account, from when what is recorded counts at the earliest, by what was issued to it
	bundles  map[int64]*holding
}

func (v *verifier) fault(format string, args ...any) {
	if len(v.Faults) == MaxFaults {
		v.More++
		return
	}
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// fails notes an error of reading as a fault, but for one of a context that is done.
func (v *verifier) fails(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		v.fault("%v", err)
	}
	return nil
}

func (v *verifier) verify(ctx context.Context, tx store.Tx) error {
	for _, step := range []func(store.Tx) error{v.readTerms, v.readAccounts, v.readBundles, v.readRuns, v.readInvoices, v.checkAccounts, v.readEvents, v.checkBundles,
		v.readReconciliations} {
		if err := v.fails(ctx, step(tx)); err != nil {
			return err
		}
	}
	v.checkHead()
	if v.what.Replay && v.Whole() {
		return v.fails(ctx, v.replay(ctx, tx))
	}
	return nil
}

func (v *verifier) readTerms(tx store.Tx) error {
	rows, err := tx.Terms()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errors.New("the price list and the policy are missing")
	}
	v.terms, v.policies = map[int64][]byte{}, map[int64]invoice.Policy{}
	for i, row := range rows {
		if row.Number != int64(i)+1 {
			v.fault("terms %d stand where terms %d are expected", row.Number, i+1)
		}
		v.terms[row.Number] = row.Body
		terms, err := readTerms(row)
		if err != nil {
			v.fault("%v", err)
			continue
		}
		v.policy, v.policies[row.Number] = terms.Policy, terms.Policy
	}
	return nil
}

func (v *verifier) readAccounts(tx store.Tx) error {
	v.names = map[int64]string{}
	return tx.AccountsFrom("", func(a store.Account) (bool, error) {
		v.names[a.Number] = a.Name
		v.Accounts++
		return true, nil
	})
}

// readRuns makes sure that runs follow each other, each with the seal of the one before.
func (v *verifier) readRuns(tx store.Tx) (err error) {
	if v.runs, err = tx.Runs(); err != nil {
		return err
	}
	var before store.Run
	for i := range v.runs {
		r := &v.runs[i]
		switch {
		case r.Number != int64(i)+1:
			v.fault("run %d stands where run %d is expected", r.Number, i+1)
		case r.Before != before.Seal:
			v.fault("run %d follows a run with the seal %q, and the run before it has %q", r.Number, names.Clip(r.Before), before.Seal)
		case r.At.Before(before.At):
			v.fault("run %d is of %s, before the run before it", r.Number, instantText(r.At))
		case r.Events < before.Events:
			v.fault("run %d knew of %d events, and the run before it of %d", r.Number, r.Events, before.Events)
		}
		before = *r
		v.Runs++
		if v.Head, err = readRun(r); err != nil {
			v.fault("%v", err)
		}
	}
	return nil
}

func (v *verifier) checkHead() {
	if v.what.Head == "" {
		return
	}
	for i := range v.runs {
		if v.runs[i].Seal == v.what.Head {
			return
		}
	}
	v.fault("no run has the seal %s: runs at the end are missing, or were changed", names.ClipTo(v.what.Head, 80))
}

// bill is what the invoices of a run that were read so far come to.
type bill struct {
	*sealing
	run    *store.Run
	count  int64
	total  money.Amount
	latest cycle.Date
	last   store.Invoice // the one before
	name   string        // of its account
}

// readInvoices makes sure of each invoice, and of the seals of the runs.
func (v *verifier) readInvoices(tx store.Tx) error {
	v.counts = map[int64]time.Time{}
	type accountDay struct {
		account int64
		day     cycle.Date
	}
	seen := map[accountDay]bool{}
	next := 0
	var current bill
	begin := func() {
		r := &v.runs[next]
		latest := current.latest
		current = bill{run: r, sealing: newSealing(v.books.id, r, v.terms[r.Terms]), total: money.New(0, v.policy.MoneyCurrency()), latest: latest}
		next++
	}
	if len(v.runs) > 0 {
		begin()
	}
	reader := newReader(v.policy)
	err := tx.Invoices(0, func(row store.Invoice) error {
		v.Invoices++
		if row.Seq != v.Invoices {
			v.fault("invoice %d of the store stands where invoice %d is expected", row.Seq, v.Invoices)
			v.Invoices = row.Seq
		}
		for current.run != nil && row.Run > current.run.Number && next < len(v.runs) {
			v.end(&current)
			begin()
		}
		if current.run == nil || row.Run != current.run.Number {
			v.fault("invoice %s is of run %d, which is not there or came before", names.Clip(row.Number), row.Run)
			return nil
		}
		if key := (accountDay{row.Account, row.Date}); seen[key] {
			v.fault("%s: the account has two invoices of that day", v.called(&row))
		} else {
			seen[key] = true
		}
		current.add(row.Body)
		v.invoice(reader, &current, &row)
		return nil
	})
	if err != nil {
		return err
	}
	for current.run != nil {
		v.end(&current)
		if next == len(v.runs) {
			break
		}
		begin()
	}
	return nil
}

// called names an invoice.
func (v *verifier) called(row *store.Invoice) string {
	return fmt.Sprintf("invoice %s of run %d (account %q)", names.Clip(row.Number), row.Run, names.Clip(v.names[row.Account]))
}

// invoice makes sure of one invoice.
func (v *verifier) invoice(reader *reader, to *bill, row *store.Invoice) {
	to.count++
	if counts := countsFrom(v.policies[to.run.Terms], row.Date, to.run.At); counts.After(v.counts[row.Account]) {
		v.counts[row.Account] = counts
	}
	name, there := v.names[row.Account]
	if !there {
		v.fault("%s: there is no account %d", v.called(row), row.Account)
	}
	if to.count > 1 && (name < to.name || name == to.name && !row.Date.After(to.last.Date)) {
		v.fault("%s: it stands after an invoice that comes later", v.called(row))
	}
	to.last, to.name = *row, name
	if hash := sha256.Sum256(row.Body); !bytes.Equal(hash[:], row.Hash) {
		v.fault("%s: what is kept of it is not what was issued: its SHA-256 differs", v.called(row))
	}
	inv, err := reader.issued(row)
	if err != nil {
		v.fault("%s: %v", v.called(row), err)
		return
	}
	v.bundledInvoice(row, &inv)
	switch {
	case !bytes.Equal(inv.AppendJSON(nil), row.Body):
		v.fault("%s: it is not written as invoices are", v.called(row))
	case inv.Account != name || inv.Date != row.Date || inv.Number.String() != row.Number:
		v.fault("%s: it says that it is %s of %q on %s", v.called(row), inv.Number, names.Clip(inv.Account), inv.Date)
	case inv.Number.String() != v.books.prefix+invoice.NumbersOf(inv.Account).On(inv.Date).String():
		v.fault("%s: an invoice of that account and day has the number %s", v.called(row), v.books.prefix+invoice.NumbersOf(inv.Account).On(inv.Date).String())
	case inv.Date.After(to.run.Through) || inv.CutAt.After(to.run.At):
		v.fault("%s: the run could not issue it: it is of %s, cut at %s", v.called(row), inv.Date, instantText(inv.CutAt))
	}
	if err := checkSums(&inv); err != nil {
		v.fault("%s: %v", v.called(row), err)
	}
	if to.total, err = to.total.Add(inv.FinalAmount); err != nil {
		v.fault("%s: %v", v.called(row), err)
	}
	to.latest = latestPeriod(to.latest, &inv)
}

// end makes sure of a run whose invoices were read.
func (v *verifier) end(to *bill) {
	r := to.run
	if _, there := v.terms[r.Terms]; !there {
		v.fault("run %d: the terms %d that it billed by are missing", r.Number, r.Terms)
	}
	if to.count != r.Invoices {
		v.fault("run %d: it issued %d invoices, and %d are there", r.Number, r.Invoices, to.count)
	}
	if total := to.total.String(); total != r.Total {
		v.fault("run %d: its invoices come to %s, and it says %s", r.Number, total, names.Clip(r.Total))
	}
	if to.latest != r.Latest {
		v.fault("run %d: the latest billing period starts on %s, and it says %s", r.Number, to.latest, r.Latest)
	}
	if seal := to.seal(r); seal != r.Seal {
		v.fault("run %d: its seal is not that of what is kept: %s computed, %s kept", r.Number, seal, names.ClipTo(r.Seal, 80))
	}
}

// checkSums makes sure that the figures of an invoice are the sums of its lines.
func checkSums(inv *invoice.Invoice) error {
	zero := money.New(0, inv.FinalAmount.Currency())
	sums := map[invoice.Kind]money.Amount{invoice.Recurring: zero, invoice.Overage: zero, invoice.Charge: zero}
	var err error
	for i := range inv.Lines {
		l := &inv.Lines[i]
		if sums[l.Kind], err = sums[l.Kind].Add(l.Amount); err != nil {
			return err
		}
	}
	recurring, err := inv.Amount.Sub(inv.Prorated)
	if err != nil {
		return err
	}
	total := recurring
	for _, a := range []money.Amount{inv.Overage, inv.AdditionalCharges} {
		if total, err = total.Add(a); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		what      string
		has, sums money.Amount
	}{
		{"amount less prorated", recurring, sums[invoice.Recurring]},
		{"overage", inv.Overage, sums[invoice.Overage]},
		{"additional charges", inv.AdditionalCharges, sums[invoice.Charge]},
		{"final amount", inv.FinalAmount, total},
	} {
		if c.has != c.sums {
			return fmt.Errorf("its %s is %s, and its lines come to %s", c.what, c.has, c.sums)
		}
	}
	return nil
}

// latestPeriod is the later one of a day and the starts of the billing periods that an invoice settles something of.
func latestPeriod(latest cycle.Date, inv *invoice.Invoice) cycle.Date {
	for i := range inv.Lines {
		if p := inv.Lines[i].Period(); inv.Lines[i].Kind != invoice.Charge && p.After(latest) {
			latest = p
		}
	}
	return latest
}

// checkAccounts makes sure of what is kept of each account.
func (v *verifier) checkAccounts(tx store.Tx) error {
	return tx.AccountsFrom("", func(a store.Account) (bool, error) {
		if counts := v.counts[a.Number]; !v.sameMidnight(counts, a.Counts) {
			v.fault("account %q: what is recorded next counts from %s, by what was issued to it, and it says %s", names.Clip(a.Name), optionalInstant(counts), optionalInstant(a.Counts))
		}
		return true, nil
	})
}

// otherClocks is how far clocks may be from those that a run went by: time zone databases change, also for days that are over.
const otherClocks = 3 * time.Hour

// sameMidnight reports that an instant, which a day has at its midnight, is the one that was kept, or was by other clocks.
func (v *verifier) sameMidnight(computed, kept time.Time) bool {
	return computed.Equal(kept) || v.policy.TimeZone.String() != "UTC" && computed.Sub(kept).Abs() <= otherClocks
}

// readEvents makes sure that every event can be read and is where it says.
func (v *verifier) readEvents(tx store.Tx) error {
	reader := newReader(v.policy)
	err := tx.Events(0, func(row store.Event) error {
		v.Events++
		if row.Seq != v.Events {
			v.fault("event %d of the store stands where event %d is expected", row.Seq, v.Events)
			v.Events = row.Seq
		}
		e, err := reader.event(&row)
		switch {
		case err != nil:
			v.fault("%v", err)
		case e.ID != row.ID || e.Account != v.names[row.Account] || (e.Type == account.UsageRecorded) != row.Usage:
			v.fault("event %d of the store: it says that it is %q, %s of %q", row.Seq, names.Clip(e.ID), e.Type, names.Clip(e.Account))
		default:
			v.bundledEvent(&row, &e)
		}
		return nil
	})
	if err == nil && len(v.runs) > 0 && v.runs[len(v.runs)-1].Events > v.Events {
		v.fault("events are missing at the end: the last run knew of %d, and %d are there", v.runs[len(v.runs)-1].Events, v.Events)
	}
	return err
}
