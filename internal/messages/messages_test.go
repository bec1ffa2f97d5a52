package messages_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/invoice"
)

func TestNoInvoices(t *testing.T) {
	from, end := cycle.MustDate("2026-02-01"), cycle.MustDate("2026-02-28")
	require.Equal(t, "no invoices: the files hold no events", messages.NoInvoices(0, cycle.Period{End: end}))
	require.Equal(t, "no invoices: 1 account, none with one dated through 2026-02-28", messages.NoInvoices(1, cycle.Period{End: end}))
	require.Equal(t, "no invoices: 2 accounts, none with one dated from 2026-02-01 to 2026-02-28", messages.NoInvoices(2, cycle.Period{Start: from, End: end}))
	require.Equal(t, "no invoices: --from 2026-02-28 is after the last day billed, 2026-02-01", messages.NoInvoices(2, cycle.Period{Start: end, End: from}))
}

func TestLimit(t *testing.T) {
	limit, list := messages.Limit{Most: 2}, []error(nil)
	for range 5 {
		list, _ = limit.Add(list, "a", errors.New("x"))
	}
	list, more := limit.Add(list, "b", errors.New("y"))
	require.True(t, more, "each file has its own")
	require.EqualError(t, errors.Join(list...), "x\nx\na: more than 2 problems, giving up on it\ny")
}

// Far dates that are found in shards, and added, are those of one run.
func TestLawFarEventsOfShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		years := rapid.SliceOfN(rapid.SampledFrom([]int{1926, 2026, 2026, 2026, 2040, 2062}), 1, 60).Draw(t, "years")
		for i, year := range years {
			lines = append(lines, fmt.Sprintf(`{"id":"%d","type":"usage.recorded","account":"%c","at":"%d-01-%02d","credits":1}`, i, 'a'+i%5, year, 1+i%28))
		}
		text := strings.Join(lines, "\n")
		load := func(only func(string) bool) *eventlog.Events {
			var events eventlog.Events
			_, err := events.Load(t.Context(), []eventlog.Source{source("x", text)}, eventlog.Loading{Only: only})
			require.NoError(t, err)
			return &events
		}
		of := func(events *eventlog.Events) messages.FarEvents {
			return messages.FarEventsOf(events, events.Accounts(), false, invoice.Policy{})
		}
		print := func(far messages.FarEvents) string {
			var b bytes.Buffer
			dates := far.Dates(invoice.Policy{})
			dates.Print(&b)
			return fmt.Sprint(b.String(), dates.N, len(dates.List))
		}
		want := of(load(nil))
		var all messages.FarEvents
		for shard := range 3 {
			far := of(load(func(name string) bool { return eventlog.Shard(name, 3) == shard }))
			all.Span = far.Span
			all.Add(&far)
		}
		require.Equal(t, print(want), print(all))
	})
}

func source(name, text string) eventlog.Source {
	return eventlog.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}
