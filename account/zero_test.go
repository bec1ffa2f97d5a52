package account_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
)

// No method of a zero value panics, given zero values; nor does a function of the package.
func TestZeroValues(t *testing.T) {
	eventtest.CallZeroes(t, []any{
		account.Anomaly{}, account.AnomalyCode(0), account.Bill{}, account.Biller{}, account.ConflictError{}, account.Decoder{}, account.Effective(0),
		account.Current{}, account.Event{}, account.Field(0), account.Fields(0), account.Issuance{}, account.Issuing{}, account.Pending{}, account.PriceLists(0), account.Since{}, account.Stored{}, account.Stretch{}, account.Type(0), account.Value{}, account.ValueKind(0),
	}, map[string]any{
		"BillAccount": account.BillAccount, "Check": account.Check, "CountsFrom": account.CountsFrom, "Issue": account.Issue, "Status": account.Status, "NewBiller": account.NewBiller, "NewDecoder": account.NewDecoder,
		"ParseType": account.ParseType, "ParseEffective": account.ParseEffective, "ParsePriceLists": account.ParsePriceLists, "FieldNamed": account.FieldNamed[string],
	})
}

// Values that no constant names do not panic either, and say what they are.
func TestValuesOfNoName(t *testing.T) {
	for i := range math.MaxUint8 + 1 {
		require.NotEmpty(t, account.Type(i).String())
		require.NotEmpty(t, account.Effective(i).String())
		_ = account.PriceLists(i).String()
		e := account.Event{ID: "1", Account: "a", At: at("2026-01-01"), Type: account.Type(i), Effective: account.Effective(i), PriceList: account.PriceLists(i), Status: invoice.Status(i)}
		require.NotEmpty(t, e.AppendJSON(nil))
		_, err := account.BillAccount([]account.Event{e}, catalogue(gold()), invoice.Policy{}, date("2026-02-01"))
		if i > int(account.EventVoided) {
			require.ErrorContains(t, err, fmt.Sprintf("unknown type %d", i))
		}
	}
}

// What cannot be billed is refused, with what is wrong, given as events and by a log.
func TestRefusesToBill(t *testing.T) {
	good := account.Event{ID: "1", Account: "a", Type: account.UsageRecorded, At: at("2026-01-31"), Credits: 5}
	for _, tt := range []struct {
		name    string
		event   func(e *account.Event)
		through cycle.Date
		want    string
	}{
		{"no last day", func(*account.Event) {}, cycle.Date{}, "no last day is given"},
		{"at not set", func(e *account.Event) { e.At = time.Time{} }, date("2026-03-01"), "its At is not set"},
		{"at in the year 10000", func(e *account.Event) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "outside years 1 to 9999"},
		{"at in the year 0", func(e *account.Event) { e.At = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "outside years 1 to 9999"},
		{"recorded in the year 10000", func(e *account.Event) { e.RecordedAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "its RecordedAt: "},
		{"recorded in the year 0", func(e *account.Event) { e.RecordedAt = time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "its RecordedAt: "},
		{"recorded at the end of time", func(e *account.Event) { e.RecordedAt = time.Unix(1<<60, 0) }, date("2026-03-01"), "its RecordedAt: "},
		{"a close recorded in the year 0", func(e *account.Event) {
			e.Type, e.Credits, e.RecordedAt = account.Closed, 0, time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)
		}, date("2026-03-01"), "its RecordedAt: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := good
			tt.event(&e)
			_, err := account.BillAccount([]account.Event{e}, catalogue(gold()), invoice.Policy{}, tt.through)
			require.ErrorContains(t, err, tt.want)
			_, err = must(account.NewBiller(catalogue(gold()), invoice.Policy{})).BillLog(logOf([]account.Event{e}), tt.through)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
