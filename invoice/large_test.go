package invoice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// numbered is n pieces of a document on one line; %d in a piece is its number.
func numbered(before, piece, after string, n int) []byte {
	pieces := make([]string, n)
	for i := range pieces {
		pieces[i] = strings.ReplaceAll(piece, "%d", fmt.Sprint(i))
	}
	return []byte(before + strings.Join(pieces, ",") + after)
}

// versions are n terms of one package, a day each, the latest first.
func versions(n int) []invoice.Package {
	list := make([]invoice.Package, n)
	for i := range list {
		list[i] = invoice.Package{Name: "Gold", Price: money.New(1, money.USD), EffectiveFrom: cycle.MustDate("2400-01-01").AddDays(-i)}
	}
	return list
}

func TestReadingTakesLinearTime(t *testing.T) {
	policy := func(d []byte) func() { return func() { _, _ = invoice.ParsePolicy("f", d) } }
	packages := func(d []byte) func() { return func() { _, _ = invoice.ParsePackages("f", d, money.USD) } }
	for _, row := range []struct {
		name string
		n    int
		run  func(n int) func()
	}{
		{"keys of a policy", 1500, func(n int) func() { return policy(numbered("{", `"key%d":1`, "}", n)) }},
		{"packages", 2500, func(n int) func() { return packages(numbered("[", `{"name":"p%d","price":1}`, "]", n)) }},
		{"keys of a package", 1500, func(n int) func() { return packages(numbered("[{", `"key%d":1`, "}]", n)) }},
		{"packages that are wrong", 2500, func(n int) func() { return packages(numbered("[", `{"name":"p%d"}`, "]", n)) }},
		{"making a catalogue of one package's terms", 5000, func(n int) func() {
			list := versions(n)
			return func() {
				_, err := invoice.NewCatalogue(list, invoice.Retail)
				require.NoError(t, err)
			}
		}},
		{"looking terms up", 5_000, func(n int) func() {
			catalogue, err := invoice.NewCatalogue(versions(n), invoice.Retail)
			require.NoError(t, err)
			return func() {
				for i := range n {
					day := cycle.MustDate("2400-01-01").AddDays(-i)
					require.NotNil(t, catalogue.On("Gold", day))
				}
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			eventtest.NearLinear(t, row.run(row.n), row.run(4*row.n))
		})
	}
}
