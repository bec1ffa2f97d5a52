package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Input is what is compared.
type Input struct {
	Events    *eventlog.Events // required; without any events it is empty
	Packages  []invoice.Package
	Prices    invoice.PriceList // usually invoice.Distributor: what the reseller owes upstream
	Policy    invoice.Policy
	Documents []distributor.Invoices

	// Accounts are those in question, as we spell them; nil is all, those only the documents name included.
	Accounts []string

	// Aliases are accounts that the Distributor has under another name: theirs to ours.
	Aliases map[string]string

	// From and Through are the dates of the invoices in question, both inclusive; zero Dates are the earliest and the latest
	// date_invoiced of the documents. From after Through, given or not, is an error.
	From, Through cycle.Date

	Tolerance   money.Amount        // differences up to it in every figure are tolerated; the zero Amount is none
	Zones       []*time.Location    // time zones tried for the upstream's days; nil is UTC and US Pacific
	Claimed     map[ClaimedRow]bool // what an earlier dispute file claims: it is not claimed again
	DisputeDays int                 // days after an invoice's date in which it can be disputed, see [CheckDisputeDays]; 0 where that is not known
	Workers     int                 // 0 for one a core; changes nothing in the report
}

// Report is the result.
type Report struct {
	From, Through cycle.Date
	Currency      money.Currency
	Policy        invoice.Policy
	Groups        []*Group          // by account, then days
	LeftOut       []LeftOut         // rows that are compared with nothing
	Findings      []Finding         // by amount
	Claims        []Claim           // by account and cause
	Problems      []string          // what is wrong with the documents as such
	Notes         []string          // what else there is to know of them
	Convention    *Convention       // nil when no prorated group tells of one
	Anomalies     []account.Anomaly // events of ours that make no sense, and are left out of what we expect

	disputeDays int
	newest      cycle.Date // date of their newest row
}

// MaxDisputeDays is for how many days an invoice can be disputed at most: ten years.
const MaxDisputeDays = 3660

// CheckDisputeDays makes sure that an invoice may be disputed for so many days.
func CheckDisputeDays(days int) error {
	if days < 0 || days > MaxDisputeDays {
		return fmt.Errorf("%d, expected 0 to %d days", days, MaxDisputeDays)
	}
	return nil
}

// reconciler holds what a reconciliation takes.
type reconciler struct {
	in        Input
	catalogue invoice.Catalogue
	zones     []*time.Location
	currency  money.Currency
	scope     scope
	accounts  *accounts
	ledgers   []*ledger
	ourTotal  money.Amount
	doubts    map[*Row]string
	withdrawn map[string][]*Row // by our name of the account
	claimed   map[claimedNumber]bool
	trials    sync.Pool // of what workers bill with
}

// Reconcile compares the Distributor's documents with what our engine bills for the same events. A disagreement is a result; an error
// is input that cannot be read as money.
func Reconcile(ctx context.Context, in Input) (*Report, error) {
	if in.Events == nil {
		return nil, errors.New("reconcile: Input.Events is nil, expected the events of the accounts")
	}
	if err := CheckDisputeDays(in.DisputeDays); err != nil {
		return nil, fmt.Errorf("reconcile: Input.DisputeDays is %w", err)
	}
	r := &reconciler{in: in, zones: in.Zones, currency: in.Policy.MoneyCurrency(), claimed: claimedNumbers(in.Claimed)}
	var err error
	if r.catalogue, err = invoice.NewCatalogue(in.Packages, in.Prices); err != nil {
		return nil, err
	}
	if err := r.defaultZones(); err != nil {
		return nil, err
	}
	r.accounts = newAccounts(in.Events.Accounts(), in.Aliases)
	d, err := readDocuments(in.Documents, r.accounts, r.currency)
	if err != nil {
		return nil, err
	}
	r.doubts = d.doubts
	if err := r.takeScope(d); err != nil {
		return nil, err
	}
	report := &Report{Currency: r.currency, Policy: in.Policy, disputeDays: in.DisputeDays}
	if err := r.readLedgers(ctx, d, report); err != nil {
		return nil, err
	}
	r.findBillingDays()
	if err := r.parallel(ctx, len(r.ledgers), func(i int) { r.groupLedger(r.ledgers[i]) }); err != nil {
		return nil, err
	}
	r.findRenamed()
	if err := r.parallel(ctx, len(r.ledgers), func(i int) { r.explainLedger(r.ledgers[i]) }); err != nil {
		return nil, err
	}
	if err := r.findChangedPrices(ctx); err != nil {
		return nil, err
	}
	for _, l := range r.ledgers {
		report.Groups = append(report.Groups, l.groups...)
		d.leftOut = append(d.leftOut, l.leftOut...)
	}
	report.From, report.Through, report.LeftOut = r.scope.from, r.scope.through, d.leftOut
	report.Problems, report.Notes = d.problems, d.notes
	report.noteLeftOut()
	slices.SortStableFunc(report.LeftOut, func(a, b LeftOut) int {
		return cmp.Or(strings.Compare(a.Row.Account, b.Row.Account), a.Row.Period.Start.Compare(b.Row.Period.Start), cmp.Compare(a.Why, b.Why),
			strings.Compare(a.Row.Number, b.Row.Number), cmp.Compare(a.Row.Figures.Total(), b.Row.Figures.Total()))
	})
	if report.Convention, err = r.convention(ctx); err != nil {
		return nil, err
	}
	if err := r.leadShared(ctx, report); err != nil {
		return nil, err
	}
	report.claim(r)
	report.findFindings()
	return report, report.checkLaws(r, d)
}

func (r *reconciler) defaultZones() error {
	if r.zones != nil {
		return nil
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	r.zones = []*time.Location{time.UTC, pacific}
	return nil
}

// asked reports that an account is in question.
func (r *reconciler) asked(name string) bool {
	if r.in.Accounts == nil || slices.Contains(r.in.Accounts, name) {
		return true
	}
	return !r.in.Events.Has(name) && slices.ContainsFunc(r.in.Accounts, func(a string) bool { return fold(a) == fold(name) })
}

// readLedgers sorts both sides by account.
func (r *reconciler) readLedgers(ctx context.Context, d *documents, report *Report) error {
	s := sorting{reconciler: r, ledgers: map[string]*ledger{}}
	r.ourTotal, r.withdrawn = money.New(0, r.currency), map[string][]*Row{}
	s.sortTheirs(d, report)
	if !r.scope.through.IsZero() {
		err := replay(ctx, r, r.in.Policy, func(b billed, bill *account.Bill) billed { return b.add(r.scope.from, bill) }, func(b billed) error {
			report.Anomalies = append(report.Anomalies, b.anomalies...)
			return s.addOurs(b.rows)
		})
		if err != nil {
			return err
		}
	}
	if s.size > math.MaxInt64/4 {
		return fmt.Errorf("reconcile: the amounts of both sides together: %w", money.ErrOverflow)
	}
	for _, key := range slices.Sorted(maps.Keys(s.ledgers)) {
		l := s.ledgers[key]
		if l.ambiguous == "" && r.in.Events.Has(l.account) {
			l.assume = func() assumptions { return r.assumptionsOf(l.account) }
			l.bill = func(through cycle.Date) []invoice.Invoice { a := l.assume(); return a.bill(through) }
		}
		r.ledgers = append(r.ledgers, l)
	}
	slices.SortStableFunc(r.ledgers, func(a, b *ledger) int { return strings.Compare(a.account, b.account) })
	return nil
}

// sorting is rows of both sides on their way into ledgers.
type sorting struct {
	*reconciler
	ledgers map[string]*ledger // by account; by another key where nobody knows of which
	size    uint64             // of all amounts together
}

// of is the ledger of a key, made where there is none.
func (s *sorting) of(key, account string) *ledger {
	l := s.ledgers[key]
	if l == nil {
		l = &ledger{account: account, scope: &s.scope}
		s.ledgers[key] = l
	}
	return l
}

// sortTheirs sorts their rows, and those that are left out. Rows of accounts that were not asked for are dropped.
func (s *sorting) sortTheirs(d *documents, report *Report) {
	kept := d.rows[:0]
	for _, row := range d.rows {
		ours, note, several := s.accounts.ours(row.Account)
		if !s.asked(ours) {
			continue
		}
		kept = append(kept, row)
		key := ours
		if several {
			key = "\x00" + ours // of which of several accounts it is nobody knows: it is compared with none
		}
		l := s.of(key, ours)
		if several {
			l.ambiguous = note
		} else if note != "" {
			l.note = note
		}
		row.Account = ours
		l.theirs = append(l.theirs, row)
		s.size = addSize(s.size, row.Figures, row.added)
		report.newest = cycle.Later(report.newest, row.Date)
	}
	d.rows = kept
	d.leftOut = slices.DeleteFunc(d.leftOut, func(l LeftOut) bool {
		ours, _, several := s.accounts.ours(l.Row.Account)
		if !s.asked(ours) {
			return true
		}
		l.Row.Account = ours
		if l.Why == Withdrawn && !several {
			s.withdrawn[ours] = append(s.withdrawn[ours], l.Row)
		}
		s.size = addSize(s.size, l.Row.Figures, l.Row.added)
		return false
	})
}

// addOurs adds rows of ours.
func (s *sorting) addOurs(rows []*Row) (err error) {
	for _, row := range rows {
		l := s.of(row.Account, row.Account)
		l.ours = append(l.ours, row)
		s.size = addSize(s.size, row.Figures, 0)
		if s.ourTotal, err = s.ourTotal.Add(row.Ours.FinalAmount); err != nil {
			return err
		}
	}
	return nil
}

// addSize adds the sizes of figures, up to the most there is.
func addSize(size uint64, f Figures, more int64) uint64 {
	for _, n := range []int64{f[0], f[1], f[2], more} {
		if n < 0 {
			n = -max(n, -math.MaxInt64)
		}
		size = min(size+uint64(n), math.MaxInt64)
	}
	return size
}

// parallel does n independent things, several at a time.
func (r *reconciler) parallel(ctx context.Context, n int, do func(i int)) error {
	workers := r.in.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int, 64)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	var err error
	for i := range n {
		if err = ctx.Err(); err != nil {
			break
		}
		next <- i
	}
	close(next)
	done.Wait()
	return err
}

// noteLeftOut says how many rows are compared with nothing.
func (rep *Report) noteLeftOut() {
	counts := map[Reason]int{}
	for i := range rep.LeftOut {
		counts[rep.LeftOut[i].Why]++
	}
	for _, why := range []struct {
		Reason
		one, many string
	}{
		{Superseded, "row of theirs stands in another document again, or is replaced there: it is counted once", "rows of theirs stand in another document again, or are replaced there: they are counted once"},
		{Withdrawn, "row of theirs is canceled, refunded or void: it is not owed", "rows of theirs are canceled, refunded or void: they are not owed"},
	} {
		if n := counts[why.Reason]; n == 1 {
			rep.Notes = append(rep.Notes, "1 "+why.one)
		} else if n > 1 {
			rep.Notes = append(rep.Notes, group(int64(n))+" "+why.many)
		}
	}
}
