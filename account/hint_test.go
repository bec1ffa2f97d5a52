package account_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// An unknown package is told with the one that it was most likely meant to be, where the list is not too long to look in.
func TestUnknownPackageThatWasMeant(t *testing.T) {
	list := []invoice.Package{{Name: "Starter", Price: money.New(995, money.USD)}}
	for i := range 1200 { // terms of one package, which is one name
		p := invoice.Package{Name: "Gold", Price: money.New(7995, money.USD)}
		if i > 0 {
			p.EffectiveFrom = cycle.MustDate("2020-01-01").AddDays(i)
		}
		list = append(list, p)
	}
	reason := func(name string, list []invoice.Package) string {
		catalogue, err := invoice.NewCatalogue(list, invoice.Retail)
		require.NoError(t, err)
		event := account.Event{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01T00:00:00Z"), Package: name}
		found, err := account.Check([]account.Event{event}, &catalogue, invoice.Policy{})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, account.UnknownPackage, found[0].Code)
		return found[0].Reason
	}
	for _, name := range []string{"gold", " Gold", "Gold ", "GOLD", "Glod", "Gold\u200b"} {
		require.Equal(t, fmt.Sprintf(`package %q is not in the package list (did you mean "Gold"?)`, name), reason(name, list))
	}
	require.Equal(t, `package "Diamond" is not in the package list`, reason("Diamond", list))
	for i := range 1000 {
		list = append(list, invoice.Package{Name: fmt.Sprint("p", i), Price: money.New(1, money.USD)})
	}
	require.Equal(t, `package "gold" is not in the package list`, reason("gold", list), "1,002 are too many")
}
