package account_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
)

// Law: Decode(AppendJSON(event)) is the same event.
func TestLawDecodeAppendJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := eventtest.AnyEvent(t)
		text := string(e.AppendJSON(nil))
		require.NotContains(t, text, "\n")
		back := readAll(t, text, policyOf("time_zone=Pacific/Auckland", "currency=BHD"))
		require.Len(t, back, 1)
		require.True(t, back[0].Same(&e), "%s\n%+v", text, e)
		require.Equal(t, text, string(back[0].AppendJSON(nil)), "and is written the same again")
	})
}

// TestSame: what is written differently but says the same is one event; anything else is not.
func TestSame(t *testing.T) {
	base := opened + `,"metadata":{"x":1,"y":"é"}}`
	one := readAll(t, base, policyOf())[0]
	for _, same := range []string{
		opened + `,"metadata":{"y":"\u00e9", "x":1}}`,
		opened + `,"recorded_at":"2026-01-31T10:00:00+01:00","metadata":{"x":1,"y":"é"}}`,
	} {
		require.True(t, one.Same(&readAll(t, same, policyOf())[0]), same)
	}
	for _, other := range []string{
		opened + `}`, opened + `,"metadata":{"x":1,"y":"e"}}`, opened + `,"metadata":{"x":1.0,"y":"é"}}`, opened + `,"metadata":{"x":"1","y":"é"}}`,
		opened + `,"metadata":{"x":1,"y":"é"},"billing_date":"2026-02-10"}`, opened + `,"metadata":{"x":1,"y":"é"},"recorded_at":"2026-02-01"}`,
		strings.Replace(base, "Gold", "Small", 1), strings.Replace(base, "09:00:00", "09:00:01", 1), strings.Replace(base, `"a"`, `"b"`, 1),
	} {
		require.False(t, one.Same(&readAll(t, other, policyOf())[0]), other)
	}
}

// TestConflict: the same id with two contents names both places, across files.
func TestConflict(t *testing.T) {
	first, second := opened+"}", "\n\n"+strings.Replace(opened, "Gold", "Small", 1)+"}"
	later := readAll(t, second, policyOf())[0]
	later.Place.File = "more.jsonl"
	_, err := account.BillAccount([]account.Event{readAll(t, first, policyOf())[0], later}, catalogue(gold(), small()), policyOf(), date("2026-03-01"))
	conflict := (*account.ConflictError)(nil)
	require.True(t, errors.As(err, &conflict), "%v", err)
	require.Equal(t, "1", conflict.ID)
	files := []string{conflict.First.File, conflict.Second.File}
	slices.Sort(files)
	require.Equal(t, []string{"events.jsonl", "more.jsonl"}, files)
}

func TestTypes(t *testing.T) {
	for e := account.Created; e <= account.EventVoided; e++ {
		back, err := account.ParseType(e.String())
		require.NoError(t, err)
		require.Equal(t, e, back)
		require.True(t, utf8.ValidString(e.String()))
	}
	_, err := account.ParseType("account.close")
	require.ErrorContains(t, err, `did you mean "account.closed"?`)
}

// What is quoted of an id or a name is bounded, however long that is.
func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	a := account.Anomaly{Event: account.Event{ID: long, Account: long}, Reason: "it is"}
	require.Less(t, len(a.String()), 600)
	require.Contains(t, a.String(), `: it is`)
	require.Less(t, len((&account.ConflictError{ID: long}).Error()), 600)
}
