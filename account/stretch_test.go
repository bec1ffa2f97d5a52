package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func TestStretches(t *testing.T) {
	packages := []invoice.Package{{Name: "Starter", Price: money.MustParse("9.95 USD")}, {Name: "Gold", Price: money.MustParse("79.95 USD")}}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	at := func(day string) time.Time { return cycle.MustDate(day).Start(nil).Add(10 * time.Hour) }
	created := account.Event{ID: "1", Account: "a", Type: account.Created, At: at("2026-01-10"), Package: "Starter"}
	for _, test := range []struct {
		name   string
		events []account.Event
		want   []string
	}{
		{"open", nil, []string{"Starter 2026-01-10 "}},
		{"changed twice in a day", []account.Event{
			{ID: "2", Type: account.PackageChanged, At: at("2026-01-20"), Package: "Gold"},
			{ID: "3", Type: account.PackageChanged, At: at("2026-01-20").Add(time.Hour), Package: "Starter"},
			{ID: "4", Type: account.PackageChanged, At: at("2026-01-25"), Package: "Gold"},
		}, []string{"Starter 2026-01-10 2026-01-20", "Starter 2026-01-20 2026-01-25", "Gold 2026-01-25 "}},
		{"a change waits", []account.Event{
			{ID: "2", Type: account.PackageChanged, At: at("2026-01-20"), Package: "Gold", Effective: account.PeriodEnd},
		}, []string{"Starter 2026-01-10 2026-02-10", "Gold 2026-02-10 "}},
		{"a close waits", []account.Event{
			{ID: "2", Type: account.Closed, At: at("2026-01-20"), Effective: account.PeriodEnd},
		}, []string{"Starter 2026-01-10 2026-02-10"}},
		{"closed and created again", []account.Event{
			{ID: "2", Type: account.Closed, At: at("2026-01-20")},
			{ID: "3", Type: account.Created, At: at("2026-03-01"), Package: "Gold"},
		}, []string{"Starter 2026-01-10 2026-01-20", "Gold 2026-03-01 "}},
		{"a void change", []account.Event{
			{ID: "2", Type: account.PackageChanged, At: at("2026-01-20"), Package: "Gold"},
			{ID: "3", Type: account.EventVoided, At: at("2026-01-21"), Voids: "2"},
		}, []string{"Starter 2026-01-10 "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			events := []account.Event{created}
			for _, e := range test.events {
				e.Account = "a"
				events = append(events, e)
			}
			list, err := account.Stretches(events, catalogue, invoice.Policy{})
			require.NoError(t, err)
			var got []string
			for _, s := range list {
				got = append(got, s.Package+" "+s.Days.Start.String()+" "+s.Days.End.String())
			}
			require.Equal(t, test.want, got)
		})
	}
}
