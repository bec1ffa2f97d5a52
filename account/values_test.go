package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/money"
)

// Law: the values of its fields, with its type and instants, are all that an event says.
func TestLawValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := eventtest.AnyEvent(t)
		again := account.Event{Type: e.Type, At: e.At, RecordedAt: e.RecordedAt}
		for f := account.FieldID; f <= account.FieldEvent; f++ {
			if v, set := f.Value(&e); set {
				require.True(t, f.Valid(v), "%s: %+v", f, v)
				f.SetValue(&again, v)
			}
		}
		require.True(t, again.Same(&e), "%s\n%s", e.AppendJSON(nil), again.AppendJSON(nil))
	})
}

// What no line can have in a field is not valid.
func TestValidValues(t *testing.T) {
	for _, tt := range []struct {
		field account.Field
		value account.Value
		want  bool
	}{
		{account.FieldPackage, account.Value{Text: "Gold"}, true},
		{account.FieldPackage, account.Value{}, false},
		{account.FieldDescription, account.Value{}, true},
		{account.FieldEffective, account.Value{Number: int64(account.PeriodEnd)}, true},
		{account.FieldEffective, account.Value{Number: 2}, false},
		{account.FieldEffective, account.Value{Number: 256}, false},
		{account.FieldPriceList, account.Value{Number: int64(account.DistributorOnly)}, true},
		{account.FieldPriceList, account.Value{Number: int64(account.AllLists)}, false}, // which has no word
		{account.FieldBillingDate, account.Value{Number: 20_000}, true},
		{account.FieldBillingDate, account.Value{Number: 4_000_000}, false}, // in the year 12,921
		{account.FieldBillingDate, account.Value{Number: 1 << 40}, false},
		{account.FieldCredits, account.Value{Number: -1}, false},
		{account.FieldAmount, account.Value{Number: -1, Text: money.USD.String()}, true},
		{account.FieldAmount, account.Value{Number: 1}, false},
		{account.FieldMetadata, account.Value{Text: `{"a":1}`}, true},
		{account.FieldMetadata, account.Value{Text: `[]`}, false},
		{account.FieldMetadata, account.Value{Text: "{\"\xff\":1}"}, false},
		{account.FieldAt, account.Value{}, false},
		{200, account.Value{}, false},
	} {
		require.Equal(t, tt.want, tt.field.Valid(tt.value), "%s: %+v", tt.field, tt.value)
	}
	_, err := account.FieldEffective.ParseWord("soon")
	require.ErrorContains(t, err, `unknown effective "soon", expected one of immediately, period_end`)
	_, err = account.FieldID.ParseWord("soon")
	require.Error(t, err)
	require.Equal(t, account.OtherValue, account.Field(200).Kind())
}
