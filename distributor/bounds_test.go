package distributor_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
)

// A document of more values than MaxValues is refused at the first too many, before memory is taken for them: each takes many
// times the three bytes that it can be written in.
func TestTooManyValues(t *testing.T) {
	invoices := func(d []byte) error { _, err := distributor.ReadInvoices("f", d); return err }
	packages := func(d []byte) error { _, err := distributor.ReadPackages("f", d, money.USD); return err }
	statistics := func(d []byte) error { _, err := distributor.ReadStatistics("f", d); return err }
	const n = distributor.MaxValues
	require.Equal(t, 4_000_000, n)
	for name, c := range map[string]struct {
		read func([]byte) error
		text string
		want string
	}{
		"objects":    {invoices, "[\n" + strings.Repeat("{},", n) + "{}]", "f:2:11999997: more than 4000000 values, expected at most that; split the document into several"},
		"lists":      {packages, "[" + strings.Repeat("[],\n", n) + "[]]", "f:3999999:3: more than 4000000 values, "},
		"numbers":    {statistics, "[" + strings.Repeat("0,", n) + "0]", "f:1:7999999: more than 4000000 values, "},
		"in strings": {invoices, `["` + strings.Repeat(`,[{\"`, 900_000) + `",` + strings.Repeat("0,", n) + "0]", "f:1:12500000: more than 4000000 values, "},
		"elements":   {invoices, "<invoices>\n" + strings.Repeat("<a/>", n) + "</invoices>", "f:2:15999997: more than 4000000 values, "},
		"nested":     {packages, "<packages>" + strings.Repeat("<a><b></b></a>", n/2) + "</packages>", "f:1:28000000: more than 4000000 values, "},
	} {
		text := []byte(c.text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := c.read(text)
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, c.want, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), name)
	}
	require.EqualError(t, invoices([]byte(`["`+strings.Repeat(",[{<a", n)+`"]`)), "f:1:2: a string, expected an invoice", "text is not counted")
	require.NoError(t, invoices([]byte(`<invoices><!--`+strings.Repeat(",", 2*n)+`--></invoices>`)))
}

// A document in which everything is inside of lists within each other takes no copy for each of them.
func TestDeepTextIsKeptOnce(t *testing.T) {
	text := []byte(strings.Repeat("[", 18) + `"` + strings.Repeat("x", 1<<20) + `"` + strings.Repeat("]", 18))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := distributor.ReadInvoices("f", text)
	runtime.ReadMemStats(&after)
	require.EqualError(t, err, "f:1:2: a list, expected an invoice")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}
