package invoice_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// A package that is written is read back the same, whatever it has: no field may be forgotten where lists are kept.
func TestPackageAppendJSON(t *testing.T) {
	all := parsePackages(t, `[{"name":"Gold \"plus\"","price":79.95,"credits":50000,"overage":0.0010,"distributor_price":50,"distributor_overage":"0.0006",
		"description":"all of it","has_ip":true,"has_reseller":true,"effective_from":"2026-02-01","currency":"USD"},{"name":"Free","price":0}]`)
	for field, value := range reflect.ValueOf(all[0]).Fields() {
		require.False(t, value.IsZero(), "%s: give the package above one", field.Name)
	}
	text := []byte{'['}
	for i := range all {
		text = all[i].AppendJSON(text)
		all[i].At = source.Place{}
		if i == 0 {
			text = append(text, ',')
		}
	}
	back, err := invoice.ParsePackages("again", append(text, ']'), money.USD)
	require.NoError(t, err, "%s", text)
	for i := range back {
		back[i].At = source.Place{}
	}
	require.Equal(t, all, back, "%s", text)
	require.Equal(t, `{"name":"Free","price":"0.00","credits":0,"overage":"0","currency":"USD"}`, string(all[1].AppendJSON(nil)))
}
