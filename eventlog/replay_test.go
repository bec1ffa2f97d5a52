package eventlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// crowd is many accounts under one policy.
func crowd(pick picker, accounts int) *history {
	h := &history{eventtest.History{Year: 2026}}
	h.RandomPolicy(pick)
	h.RandomPackages(pick)
	for i := range accounts {
		h.Events = append(h.Events, h.RandomEvents(pick, fmt.Sprintf("account-%03d", i), 8)...)
	}
	return h
}

// files writes the events as that many event files, in a random order.
func (h *history) files(pick picker, n int) []string {
	files := make([][]byte, n)
	for _, i := range shuffled(pick, len(h.Events)) {
		f := pick(n)
		files[f] = append(h.Events[i].AppendJSON(files[f]), '\n')
	}
	var texts []string
	for _, f := range files {
		texts = append(texts, string(f))
	}
	return texts
}

func shuffled(pick picker, n int) []int {
	order := make([]int, n)
	for i := range order {
		j := pick(i + 1)
		order[i], order[j] = order[j], i
	}
	return order
}

func gather(t require.TestingT, policy invoice.Policy, files ...string) *eventlog.Events {
	var events eventlog.Events
	for i, text := range files {
		for e, err := range eventlog.Read(strings.NewReader(text), fmt.Sprintf("%d.jsonl", i), policy) {
			require.NoError(t, err)
			require.NoError(t, events.Add(e))
		}
	}
	return &events
}

// replayed is every bill, as bytes.
func (h *history) replayed(t require.TestingT, events *eventlog.Events, workers int) string {
	var b bytes.Buffer
	for bill, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: workers}) {
		require.NoError(t, err)
		b.WriteString(billText(bill))
	}
	return b.String()
}

func billText(b account.Bill) string {
	text := b.Account + "\n" + invoicesJSON(b.Invoices)
	for _, a := range b.Anomalies {
		text += a.String() + "\n"
	}
	return text
}

// Law: neither the order of the events, nor how often one is repeated, nor how they are spread
// over files, nor the number of workers changes a byte.
func TestLawOrderFilesAndWorkersChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := drawn(t)
		h := crowd(pick, 1+pick(4))
		once := gather(t, h.Policy, h.files(pick, 1)...)
		files := h.files(pick, 3)
		twice := gather(t, h.Policy, append(files, files[pick(3)])...)
		require.Equal(t, once.Len(), twice.Len())
		require.Equal(t, h.replayed(t, once, 1), h.replayed(t, twice, 1+pick(3)))
	})
}

// Law: bills that are lent say what those say that are given, whatever was billed before.
func TestLawLentBills(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := drawn(t)
		h := crowd(pick, 1+pick(30))
		events := gather(t, h.Policy, h.files(pick, 1)...)
		var lent strings.Builder
		err := eventlog.ReplayInto(context.Background(), events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 1 + pick(3)},
			func(text string, b *account.Bill) string { return text + billText(*b) },
			func(text string) error { _, err := lent.WriteString(text); return err })
		require.NoError(t, err)
		require.Equal(t, h.replayed(t, events, 1), lent.String())
	})
}

// Law: an account's bill does not depend on the other accounts, nor on how they are sharded.
func TestLawAccountsAreIndependent(t *testing.T) {
	pick := picker(rand.New(rand.NewPCG(3, 4)).IntN)
	h := crowd(pick, 300) // more than the workers take at a time
	events := gather(t, h.Policy, h.files(pick, 3)...)
	want := h.replayed(t, events, 1)
	for _, workers := range []int{0, 2, 7} {
		require.Equal(t, want, h.replayed(t, events, workers), "%d workers", workers)
	}

	var alone strings.Builder
	for _, name := range events.Accounts() {
		b, err := account.BillAccount(events.Of(name), h.Catalogue(), h.Policy, h.Through())
		require.NoError(t, err)
		alone.WriteString(billText(b))
	}
	require.Equal(t, want, alone.String())

	shards := make([]eventlog.Events, 4)
	for i, name := range events.Accounts() {
		for _, e := range events.Of(name) {
			require.NoError(t, shards[i%4].Add(e))
		}
	}
	var merged []string
	for i := range shards {
		for _, name := range shards[i].Accounts() {
			b, err := account.BillAccount(shards[i].Of(name), h.Catalogue(), h.Policy, h.Through())
			require.NoError(t, err)
			merged = append(merged, billText(b))
		}
	}
	slices.Sort(merged)
	require.Equal(t, want, strings.Join(merged, ""))
}

func TestReplayStops(t *testing.T) {
	pick := picker(rand.New(rand.NewPCG(5, 6)).IntN)
	h := crowd(pick, 500)
	events := gather(t, h.Policy, h.files(pick, 1)...)
	before := runtime.NumGoroutine()

	t.Run("when the caller does", func(t *testing.T) {
		n := 0
		for _, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3}) {
			require.NoError(t, err)
			if n++; n == 70 {
				break
			}
		}
		require.Equal(t, 70, n)
	})
	t.Run("when the context is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		n, last := 0, error(nil)
		for _, err := range events.Replay(ctx, eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3}) {
			if last = err; err != nil {
				break
			}
			if n++; n == 10 {
				cancel()
			}
		}
		require.ErrorIs(t, last, context.Canceled)
		require.Less(t, n, 500)
	})
	full := errors.New("the disk is full")
	t.Run("at an error of who takes what is made", func(t *testing.T) {
		n := 0
		err := eventlog.ReplayInto(context.Background(), events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3},
			func(names []string, b *account.Bill) []string { return append(names, b.Account) },
			func(names []string) error {
				assert.Equal(t, events.Accounts()[n:][:len(names)], names)
				if n += len(names); n >= 50 {
					return full
				}
				return nil
			})
		require.ErrorIs(t, err, full)
		require.Less(t, n, 100, "nothing is passed on after an error")
	})
	for name, end := range map[string]error{"when the context is done": context.Canceled, "at an error": full} {
		t.Run(name+" while nothing is taken", func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			billed := atomic.Int64{}
			err := eventlog.ReplayInto(ctx, events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3},
				func(_ int, b *account.Bill) int { return int(billed.Add(1)) },
				func(int) error {
					for was := int64(-1); billed.Load() > was; time.Sleep(20 * time.Millisecond) { // until the others wait
						was = billed.Load()
					}
					if end == full {
						return full
					}
					cancel()
					return nil
				})
			require.ErrorIs(t, err, end)
			require.Less(t, billed.Load(), int64(200), "workers do not run far ahead of a slow one")
		})
	}
	for _, wrong := range []int{100, 96, 0} { // within a batch, at the beginning of one, and of all
		t.Run(fmt.Sprintf("at an error of account %d", wrong), func(t *testing.T) {
			name := events.Accounts()[wrong]
			require.NoError(t, events.Add(account.Event{ID: "huge " + name, Account: name, Type: account.UsageRecorded, At: at(fmt.Sprintf("%d-01-01", h.Year)), Credits: -1}))
			names, failure := []string{}, error(nil)
			for b, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3}) {
				if err != nil {
					require.NoError(t, failure, "an error is the last")
					failure = err
					continue
				}
				names = append(names, b.Account)
			}
			require.ErrorContains(t, failure, "-1 credits")
			require.ErrorContains(t, failure, name)
			require.Equal(t, events.Accounts()[:wrong], names, "everything before it is billed")

			given := []string{}
			err := eventlog.ReplayInto(context.Background(), events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: h.Catalogue(), Policy: h.Policy, Through: h.Through(), Workers: 3},
				func(names []string, b *account.Bill) []string { return append(names, b.Account) },
				func(names []string) error {
					assert.NotEmpty(t, names, "there is something to take")
					given = append(given, names...)
					return nil
				})
			require.EqualError(t, err, failure.Error())
			require.Equal(t, names, given)
		})
	}
	for deadline := time.Now().Add(time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "no goroutine is left")
}

func TestEvents(t *testing.T) {
	var policy invoice.Policy
	var events eventlog.Events
	require.Zero(t, events.Len())
	require.Empty(t, events.Accounts())
	require.Equal(t, eventlog.Span{}, must(events.Span(policy)))

	for _, e := range []account.Event{
		{ID: "1", Account: "b", Type: account.Created, At: at("2026-01-31T23:30:00Z"), Package: "Gold"},
		{ID: "2", Account: "a", Type: account.Created, At: at("2026-01-02"), Package: "Gold"},
		{ID: "3", Account: "b", Type: account.UsageRecorded, At: at("2026-01-31T23:45:00Z"), Credits: 5},
	} {
		require.NoError(t, events.Add(e))
		require.NoError(t, events.Add(e), "a repeat counts once")
	}
	require.Equal(t, 3, events.Len())
	require.Equal(t, []string{"a", "b"}, events.Accounts())
	require.Len(t, events.Of("b"), 2)
	room := make([]account.Event, 1, 8)
	require.Equal(t, append(room[:1:1], events.Of("b")...), events.AppendOf(room, "b"))
	require.Equal(t, room, events.AppendOf(room, "nobody"))
	require.Equal(t, date("2026-01-31"), must(events.Span(policy)).Last)
	require.Equal(t, date("2026-02-01"), must(events.Span(policyOf("time_zone=Europe/Berlin"))).Last)

	other := account.Event{ID: "3", Account: "a", Type: account.UsageRecorded, At: at("2026-01-31T23:45:00Z"), Credits: 5,
		Place: source.Place{File: "second.jsonl", Line: 7}}
	err := events.Add(other)
	conflict := (*account.ConflictError)(nil)
	require.True(t, errors.As(err, &conflict), "%v", err)
	require.Equal(t, "3", conflict.ID)
	require.Equal(t, other.Place, conflict.Second)
	require.Equal(t, 3, events.Len(), "a conflict changes nothing")
	require.True(t, events.Has("a"))
	require.False(t, events.Has("c"))
	require.Empty(t, events.Of("c"))
}

// Many accounts are sorted side by side, and come out as few do.
func TestManyAccounts(t *testing.T) {
	var text strings.Builder
	var want []string
	for i := range 10_000 {
		name := fmt.Sprint(i*7919%10_007, "@example.com")
		want = append(want, name)
		fmt.Fprintf(&text, `{"id":"%d","type":"usage.recorded","account":%q,"at":"2026-01-05","credits":1}`+"\n", i, name)
	}
	slices.Sort(want)
	events, found := load(t, eventlog.Loading{}, text.String())
	require.NoError(t, found.err)
	for _, cores := range []int{1, 2, 3, 8} {
		was := runtime.GOMAXPROCS(cores)
		got := events.Accounts()
		runtime.GOMAXPROCS(was)
		require.Equal(t, want, got, "%d cores", cores)
	}
}

// Law: where no bill can fail, none does, however large the figures.
func TestLawCertain(t *testing.T) {
	sizes := []int64{1, 1e6, 1 << 40, 1 << 58, 1<<62 - 1, math.MaxInt64}
	certain, failed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		pick := drawn(t)
		size := func() int64 { return sizes[pick(len(sizes))] }
		rate, err := money.ParseRate([]string{"0", "0.001", "1000"}[pick(3)])
		require.NoError(t, err)
		packages := catalogue(invoice.Package{Name: "Large", Price: money.New(size()>>pick(60), money.USD), Credits: 1, Overage: rate})
		var events eventlog.Events
		require.NoError(t, events.Add(account.Event{ID: "1", Account: "a", Type: account.Created, At: at("2026-01-01"), Package: "Large"}))
		for i := range 1 + pick(4) {
			e := account.Event{ID: fmt.Sprint("e", i), Account: "a", Type: account.UsageRecorded, At: at("2026-01-05"), Credits: size()}
			if pick(2) == 0 {
				e.Type, e.Credits, e.Amount = account.ChargeAdded, 0, money.New([]int64{1, -1}[pick(2)]*size(), money.USD)
			}
			require.NoError(t, events.Add(e))
		}
		_, err = account.BillAccount(events.Of("a"), packages, invoice.Policy{}, date("2026-12-31"))
		if err != nil {
			failed++
		}
		if events.Certain(packages, invoice.Policy{}) {
			certain++
			require.NoError(t, err)
		}
	})
	require.NotZero(t, certain)
	require.NotZero(t, failed)

	var events eventlog.Events
	require.NoError(t, events.Add(account.Event{ID: "1", Account: "a", Type: account.ChargeAdded, At: at("2026-01-01"), Amount: money.New(math.MinInt64, money.USD)}))
	require.False(t, events.Certain(catalogue(gold()), invoice.Policy{}), "the largest of all credits")
	events = eventlog.Events{}
	require.True(t, events.Certain(catalogue(gold()), invoice.Policy{}))
	unpriced, err := invoice.NewCatalogue([]invoice.Package{gold()}, invoice.Distributor)
	require.NoError(t, err)
	require.False(t, events.Certain(unpriced, invoice.Policy{}), "a price is missing")
}
