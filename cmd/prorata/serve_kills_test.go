package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

var serverKills = flag.Int("server-kills", 3, "how many times TestServerKilled kills the server for each kind of store; continuous integration says 8")

// clients are those who send to a server that is killed now and then, and what they know of it.
type clients struct {
	url, token string

	mutex    sync.Mutex
	recorded map[string]bool  // ids of events that the server said it recorded
	unsure   []string         // bodies of which it said nothing
	runs     map[int64]string // the seals of runs that it said it made
	months   int              // that were to be issued
	made     int              // events so far
	accounts int
}

// TestServerKilled kills the server at random instants while clients record events and have them billed. After each kill the books are
// whole and have everything that a client was told; what no client was told of is sent again. At the end nothing is
// missing, and everything was billed once.
func TestServerKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to kill with")
	}
	if testing.Short() {
		*serverKills = min(*serverKills, 2)
	}
	y := writeYear(t)
	stores(t, func(t *testing.T, name func() string) {
		store := name()
		y.init(t, store)
		c := &clients{token: strings.TrimSpace(prorata(t, "token", "add", "--store", store, "--name", "clients", "--write")), recorded: map[string]bool{}, runs: map[int64]string{}}
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 1))
		for range *serverKills {
			kill := serve(t, store, &c.url)
			ctx, stop := context.WithCancel(t.Context())
			var working sync.WaitGroup
			for i := range 3 {
				random := rand.New(rand.NewPCG(seed, random.Uint64()+uint64(i)))
				working.Go(func() { c.record(ctx, random) })
			}
			working.Go(func() { c.bill(ctx) })
			time.Sleep(time.Duration(20+random.IntN(300)) * time.Millisecond)
			kill()
			stop()
			working.Wait()
			c.check(t, store)
		}
		kill := serve(t, store, &c.url)
		for _, body := range c.unsure {
			require.True(t, c.send(t.Context(), body), body)
		}
		require.True(t, c.billMonth(t.Context(), 11))
		kill()
		c.check(t, store)
		requireWhole(t, store, true)
		c.requireBilledOnce(t, store)
		t.Logf("%d events and %d runs that were reported", len(c.recorded), len(c.runs))
	})
}

// serve starts the server, says where it listens, and returns what kills it and waits for its end.
func serve(t *testing.T, store string, url *string) func() {
	t.Helper()
	cmd := program(t, "serve", "--store", store, "--listen", "127.0.0.1:0", "--quiet")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	_, at, _ := strings.Cut(strings.TrimSpace(line), " on ")
	*url = strings.TrimSuffix(at, "/")
	return func() {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // which says that it was killed
	}
}

// post sends a body and reads the answer, if there is one.
func (c *clients) post(ctx context.Context, path, body string, answer any) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+path, strings.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return err == nil && got.StatusCode == http.StatusOK && json.Unmarshal(text, answer) == nil
}

// record records events, a few at a time, until the server is gone.
func (c *clients) record(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		body := c.events(random)
		if !c.send(ctx, body) {
			c.mutex.Lock()
			c.unsure = append(c.unsure, body)
			c.mutex.Unlock()
			return
		}
	}
}

// events are some events: a new account now and then, otherwise usage.
func (c *clients) events(random *rand.Rand) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var list []string
	for range 1 + random.IntN(6) {
		c.made++
		if c.accounts == 0 || random.IntN(10) == 0 {
			list = append(list, fmt.Sprintf(`{"id":"e%d","type":"account.created","account":"account %d","at":"2026-01-%02d","package":"Gold"}`, c.made, c.accounts, 1+random.IntN(20)))
			c.accounts++
			continue
		}
		list = append(list, fmt.Sprintf(`{"id":"e%d","type":"usage.recorded","account":"account %d","at":"2026-%02d-%02d","credits":%d}`,
			c.made, random.IntN(c.accounts), 2+random.IntN(8), 1+random.IntN(28), random.IntN(30_000)))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// send sends events, and remembers them where the server says that they are recorded.
func (c *clients) send(ctx context.Context, body string) bool {
	var answer struct{ Events, Repeated int }
	if !c.post(ctx, "/v1/events", body, &answer) {
		return false
	}
	var events []struct{ ID string }
	if json.Unmarshal([]byte(body), &events) != nil || answer.Events+answer.Repeated != len(events) {
		return false
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, e := range events {
		c.recorded[e.ID] = true
	}
	return true
}

// bill has one month after the other billed, and the last again and again.
func (c *clients) bill(ctx context.Context) {
	for ctx.Err() == nil {
		if !c.billMonth(ctx, min(10, 2+c.months/2)) {
			return
		}
		c.months++
	}
}

func (c *clients) billMonth(ctx context.Context, month int) bool {
	var answer struct {
		Run struct {
			Number int64
			Seal   string
		}
	}
	if !c.post(ctx, "/v1/runs", fmt.Sprintf(`{"through":"2026-%02d-01"}`, month), &answer) {
		return false
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.runs[answer.Run.Number] = answer.Run.Seal
	return true
}

// check holds what the clients were told against the books.
func (c *clients) check(t *testing.T, store string) {
	t.Helper()
	requireWhole(t, store, false)
	b, err := books.OpenReader(t.Context(), store)
	require.NoError(t, err)
	defer b.Close()
	there := map[string]bool{}
	for e, err := range b.Events(t.Context(), "") {
		require.NoError(t, err)
		require.False(t, there[e.ID], "event %s is there twice", e.ID)
		there[e.ID] = true
	}
	for id := range c.recorded {
		require.True(t, there[id], "event %s was reported as recorded", id)
	}
	runs, err := b.Runs(t.Context())
	require.NoError(t, err)
	seals := map[int64]string{}
	for i := range runs {
		seals[runs[i].Number] = runs[i].Seal
	}
	for number, seal := range c.runs {
		require.Equal(t, seal, seals[number], "run %d was reported as made", number)
	}
}

// requireBilledOnce bills every account anew, from its events alone, and holds it against what was issued.
func (c *clients) requireBilledOnce(t *testing.T, store string) {
	t.Helper()
	b, err := books.OpenReader(t.Context(), store)
	require.NoError(t, err)
	defer b.Close()
	head, err := b.Head(t.Context())
	require.NoError(t, err)
	accounts, issued := 0, 0
	var got, want bytes.Buffer
	for h, err := range b.Histories(t.Context()) {
		require.NoError(t, err)
		accounts++
		issued += len(h.Issued)
		catalogue, err := invoice.NewCatalogue(h.Terms.Packages, invoice.Retail)
		require.NoError(t, err)
		bill, err := account.BillAccount(h.Events, catalogue, h.Terms.Policy, head.Through)
		require.NoError(t, err)
		fmt.Fprintln(&want, h.Account, sum(t, bill.Invoices))
		fmt.Fprintln(&got, h.Account, sum(t, h.Issued))
	}
	require.Equal(t, want.String(), got.String())
	require.Positive(t, accounts)
	require.GreaterOrEqual(t, issued, accounts)
}

func sum(t *testing.T, invoices []invoice.Invoice) money.Amount {
	t.Helper()
	total := money.New(0, money.USD)
	for i := range invoices {
		var err error
		total, err = total.Add(invoices[i].FinalAmount)
		require.NoError(t, err)
	}
	return total
}
