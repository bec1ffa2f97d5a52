package books_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
)

// reconcileOnce keeps a reconciliation that is made up.
func reconcileOnce(t testing.TB, b *books.Books) books.Reconciliation {
	t.Helper()
	r, err := b.AddReconciliation(t.Context(), books.Reconciliation{
		At: at("2026-05-01T08:00:00Z"), By: "anna", Currency: "USD", Prices: "distributor", Theirs: "79.95", Ours: "0.00", Difference: "79.95", Claimed: "0.00",
		Inputs: []books.ReconciledInput{{Name: "a\x00\u2028é<&>.csv", Use: "document", Size: 3, SHA256: books.Hash([]byte("abc"))}},
	}, map[string][]byte{"json": []byte(`{"groups":[]}`), "csv": bytes.Repeat([]byte("a,b\n"), 10_000), "html": {}})
	require.NoError(t, err)
	return r
}

func TestReconciliations(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := demo(t, name())
		none, err := b.Reconciliations(t.Context())
		require.NoError(t, err)
		require.Empty(t, none)
		first, second := reconcileOnce(t, b), reconcileOnce(t, b)
		require.EqualValues(t, 1, first.Number)
		list, err := b.Reconciliations(t.Context())
		require.NoError(t, err)
		require.Equal(t, []books.Reconciliation{first, second}, list, "as they were kept")
		for number, want := range []books.Reconciliation{{}, first, second, {}} {
			got, err := b.Reconciliation(t.Context(), int64(number))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.Equal(t, []books.ReportSummary{{"csv", 40_000, books.Hash(bytes.Repeat([]byte("a,b\n"), 10_000))}, {"html", 0, books.Hash(nil)}, {"json", 13, books.Hash([]byte(`{"groups":[]}`))}}, first.Reports)
		require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", first.Inputs[0].SHA256, "that of FIPS 180-4's example")
		for format, want := range map[string][]byte{"json": []byte(`{"groups":[]}`), "html": {}, "xlsx": nil} {
			got, err := b.Report(t.Context(), 2, format)
			require.NoError(t, err)
			require.Equal(t, want, got, format)
		}
		got, err := b.Report(t.Context(), 3, "json")
		require.NoError(t, err)
		require.Nil(t, got)
		found := whole(t, b)
		require.EqualValues(t, 2, found.Reconciliations)

		var exported, again bytes.Buffer
		require.NoError(t, b.Export(t.Context(), &exported))
		copied, err := books.Load(t.Context(), name(), bytes.NewReader(exported.Bytes()), "export.jsonl")
		require.NoError(t, err)
		defer copied.Close()
		require.Equal(t, found, whole(t, copied))
		require.NoError(t, copied.Export(t.Context(), &again))
		require.Equal(t, exported.String(), again.String())
	})
}

// Books without reconciliations are exported as earlier programs read them, and an export that lacks one is refused.
func TestExportOfReconciliations(t *testing.T) {
	b := demo(t, t.TempDir()+"/books.db")
	export := func() string {
		var text strings.Builder
		require.NoError(t, b.Export(t.Context(), &text))
		return text.String()
	}
	require.True(t, strings.HasPrefix(export(), `{"books":{"version":1,`))
	reconcileOnce(t, b)
	lines := strings.SplitAfter(export(), "\n")
	require.True(t, strings.HasPrefix(lines[0], `{"books":{"version":2,`))
	for i, line := range lines {
		want := ""
		switch {
		case strings.HasPrefix(line, `{"reconciliation"`):
			want = "1 reconciliations, and it has 3, 9, 6, 9 and 0"
		case strings.HasPrefix(line, `{"end"`):
			want = "the export has no end"
		default:
			continue
		}
		cut := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		_, err := books.Load(t.Context(), t.TempDir()+"/loaded.db", strings.NewReader(cut), "export.jsonl")
		require.ErrorContains(t, err, want, line)
	}
}

// TestLog: a log has the events as they are billed, and the invoices that were issued follow from it.
func TestLog(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := demo(t, name())
		l, err := b.Log(t.Context())
		require.NoError(t, err)
		terms, err := b.Terms(t.Context())
		require.NoError(t, err)
		require.Equal(t, terms, l.Terms)
		require.EqualValues(t, 9, l.Last)
		require.Equal(t, []string{"a", "b", "c"}, l.Events.Accounts())
		for h, err := range b.Histories(t.Context()) {
			require.NoError(t, err)
			got := l.Events.Of(h.Account)
			require.Len(t, got, len(h.Events))
			for i := range got {
				require.True(t, got[i].Same(&h.Events[i]), "%v, and %v", got[i], h.Events[i])
				require.Equal(t, h.Events[i].Known(), got[i].Known(), got[i].ID)
			}
		}
	})
}

// Two reconciliations are the same that compared the same and found the same, whoever made them and when.
func TestAddNewReconciliation(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		reports := map[string][]byte{"json": []byte(`{"groups":[]}`)}
		base := books.Reconciliation{At: at("2026-05-01T08:00:00Z"), By: "anna", Events: 7, Inputs: []books.ReconciledInput{{Name: "a.csv", SHA256: books.Hash([]byte("abc"))}}, Notes: []string{"x"}}
		add := func(r books.Reconciliation, reports map[string][]byte) (int64, bool) {
			made, added, err := b.AddNewReconciliation(t.Context(), r, reports)
			require.NoError(t, err)
			kept, err := b.Reconciliation(t.Context(), made.Number)
			require.NoError(t, err)
			require.Equal(t, kept, made)
			return made.Number, added
		}
		requireAdded := func(want int64, r books.Reconciliation, reports map[string][]byte) {
			n, added := add(r, reports)
			require.Equal(t, want, n)
			require.True(t, added)
		}
		other := base
		other.Events++
		requireAdded(1, other, reports)
		// Of the same at once, one is added, and the others are it.
		var added atomic.Int32
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				again := base
				again.At, again.By = again.At.AddDate(0, 0, i), fmt.Sprint(i)
				made, new, err := b.AddNewReconciliation(context.Background(), again, reports)
				if assert.NoError(t, err); new {
					added.Add(1)
				}
				assert.EqualValues(t, 2, made.Number)
			})
		}
		all.Wait()
		require.EqualValues(t, 1, added.Load())
		requireAdded(3, base, map[string][]byte{"json": []byte(`{"groups":[1]}`)}) // another program found more
		changed := base
		changed.Inputs = []books.ReconciledInput{{Name: "a.csv", SHA256: books.Hash([]byte("abd"))}}
		requireAdded(4, changed, reports)
		n, new := add(changed, reports)
		require.EqualValues(t, 4, n)
		require.False(t, new)
	})
}
