package books_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
)

// numbered are the numbers of the accounts, by name.
func numbered(t testing.TB, b *books.Books) map[string]int64 {
	numbers := map[string]int64{}
	for e, err := range b.Events(t.Context(), "") {
		require.NoError(t, err)
		numbers[e.Account] = e.Event.Account
	}
	return numbers
}

// on is the n-th number of a day of the month, as package books gives them; day 0 is for accounts whose day was not known.
func on(day, n int64) int64 { return day<<32 + n }

// Accounts that are billed on one day of the month have numbers next to each other, in whatever order and however many at once they are
// recorded.
func TestNeighbours(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		r := rand.New(rand.NewPCG(7, 7))
		for range 3 {
			b := create(t, name(), gold())
			var lines []string
			for i := range 60 {
				lines = append(lines, fmt.Sprintf(`%d account.created a%d 2026-01-%02dT08:00:00Z "package":"Gold"`, i, i, i%31+1))
			}
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			for some := range slices.Chunk(lines, 1+r.IntN(60)) {
				record(t, b, "2026-01-31T10:00:00Z", some...)
			}
			numbers := numbered(t, b)
			for i := range 31 {
				of := []int64{numbers[fmt.Sprint("a", i)]}
				want := []int64{on(int64(i+1), 1)}
				if second, there := numbers[fmt.Sprint("a", i+31)]; there {
					of, want = append(of, second), append(want, on(int64(i+1), 2))
				}
				require.ElementsMatch(t, want, of, "day %d", i+1)
			}
			require.EqualValues(t, 60, issue(t, b, "2026-03-31T05:00:00Z").Accounts)
			whole(t, b)
		}
	})
}

// The day of an account is that of its boundaries: of its billing date, or of its creation in the time zone of the books. It is known where
// the creation is recorded together with the first of its events, before or after them.
func TestDayOfANumber(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold("time_zone=America/New_York"))
		lines := []string{`u1 usage.recorded usage-first 2026-01-10T18:00:00Z "credits":1`, `u2 usage.recorded unknown 2026-01-10T18:00:00Z "credits":1`,
			`1 account.created evening 2026-01-11T03:00:00Z "package":"Gold"`, `2 account.created next 2026-01-11T05:00:00Z "package":"Gold"`,
			`3 account.created named 2026-01-31T18:00:00Z "package":"Gold","billing_date":"2026-02-10"`}
		for i := range 600 { // more than go into the store at once
			lines = append(lines, fmt.Sprintf(`v%d usage.recorded evening 2026-01-12T18:00:00Z "credits":1`, i))
		}
		lines = append(lines, `4 account.created usage-first 2026-01-10T17:00:00Z "package":"Gold"`)
		record(t, b, "2026-01-31T20:00:00Z", lines...)
		want := map[string]int64{"usage-first": on(10, 1), "unknown": on(0, 1), "evening": on(10, 2), "next": on(11, 1), "named": on(10, 3)}
		require.Equal(t, want, numbered(t, b))

		again := `5 account.created again 2026-01-20T17:00:00Z "package":"Gold"`
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(read(t, again)...), Now: at("2026-02-01T00:00:00Z"), DryRun: true})
		require.NoError(t, err)
		require.Equal(t, want, numbered(t, b))
		record(t, b, "2026-03-01T20:00:00Z", `6 account.created unknown 2026-01-10T17:00:00Z "package":"Gold"`, again,
			`7 account.closed again 2026-02-15T17:00:00Z`, `8 account.created again 2026-02-25T17:00:00Z "package":"Gold"`, `9 usage.recorded other 2026-02-25T17:00:00Z "credits":1`)
		want["again"], want["other"] = on(25, 1), on(0, 2)
		require.Equal(t, want, numbered(t, b), "of a creation that is recorded later, the number stays; of several, the last counts")

		issue(t, b, "2026-03-26T10:00:00Z")
		require.Equal(t, []string{"unknown 2026-02-10 79.95 unpaid", "unknown 2026-03-10 79.95 unpaid"}, summary(invoices(t, b, books.Which{Accounts: []string{"unknown"}})))
		require.NotEmpty(t, invoices(t, b, books.Which{Accounts: []string{"again"}}))
		whole(t, b)
		var export bytes.Buffer
		require.NoError(t, b.Export(t.Context(), &export))
		loaded, err := books.Load(t.Context(), name(), bytes.NewReader(export.Bytes()), "export.jsonl")
		require.NoError(t, err)
		defer loaded.Close()
		require.Equal(t, want, numbered(t, loaded))
		require.Equal(t, whole(t, b), whole(t, loaded))
		var same bytes.Buffer
		require.NoError(t, loaded.Export(t.Context(), &same))
		require.Equal(t, export.String(), same.String())
		record(t, loaded, "2026-03-27T20:00:00Z", `10 account.created more 2026-03-10T17:00:00Z "package":"Gold"`)
		require.Equal(t, on(10, 4), numbered(t, loaded)["more"])
	})
}

// TestNumbersInKeptStores: in stores that earlier versions of the program wrote, accounts keep the numbers that they have.
func TestNumbersInKeptStores(t *testing.T) {
	for file, name := range keptStores(t) {
		b, err := books.Open(t.Context(), name)
		require.NoError(t, err)
		want := numbered(t, b)
		last := int64(len(want))
		record(t, b, "2026-09-12T00:00:00Z", `new-1 account.created new 2026-09-10T00:00:00Z "package":"Gold"`, `new-2 usage.recorded later 2026-09-11T00:00:00Z "credits":1`)
		record(t, b, "2026-09-13T00:00:00Z", `new-3 account.created later 2026-09-10T00:00:00Z "package":"Gold"`, `new-4 account.created newer 2026-09-10T00:00:00Z "package":"Gold"`)
		want["new"], want["newer"], want["later"] = on(10, 1), on(10, 2), last+1
		require.Equal(t, want, numbered(t, b), file)
		issue(t, b, "2026-10-11T00:00:00Z")
		require.Len(t, invoices(t, b, books.Which{Accounts: []string{"new", "newer", "later"}}), 3, file)
		whole(t, b)
		require.NoError(t, b.Close())
	}
}
