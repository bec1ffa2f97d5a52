package books_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestTermsOfBilledPeriods: what changes a period that was billed is refused, unless it is to be retroactive. The earliest terms of a
// package hold for the periods before them too, so that neither they nor earlier ones may be added.
func TestTermsOfBilledPeriods(t *testing.T) {
	pack := func(price, from string) invoice.Package {
		p := gold().Packages[0]
		p.Price = money.MustParse(price + " USD")
		if from != "" {
			p.EffectiveFrom = date(from)
		}
		return p
	}
	for _, test := range []struct {
		name  string
		there []invoice.Package // two months were billed by these, the second started on 10 February
		added invoice.Package
		holds bool // the terms hold for a period that was billed
	}{
		{"from the start of the last period", []invoice.Package{pack("80.00", "")}, pack("100.00", "2026-02-10"), true},
		{"from the day after", []invoice.Package{pack("80.00", "")}, pack("100.00", "2026-02-11"), false},
		{"from the beginning", []invoice.Package{pack("80.00", "2026-09-01")}, pack("100.00", ""), true},
		{"before the earliest", []invoice.Package{pack("80.00", "2026-09-01")}, pack("100.00", "2026-05-01"), true},
		{"in the place of the earliest", []invoice.Package{pack("80.00", "2026-09-01")}, pack("100.00", "2026-09-01"), true},
		{"after the earliest", []invoice.Package{pack("80.00", "2026-09-01")}, pack("100.00", "2026-09-02"), false},
		{"in the place of the second", []invoice.Package{pack("80.00", "2026-03-01"), pack("90.00", "2026-09-01")}, pack("100.00", "2026-09-01"), false},
		{"between the two", []invoice.Package{pack("90.00", "2026-09-01"), pack("80.00", "2026-03-01")}, pack("100.00", "2026-05-01"), false},
		{"before both", []invoice.Package{pack("90.00", "2026-09-01"), pack("80.00", "2026-03-01")}, pack("100.00", "2026-02-28"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			what := gold()
			what.Packages = test.there
			b := create(t, t.TempDir()+"/books.db", what)
			record(t, b, "2026-01-10T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
			issue(t, b, "2026-02-10T05:00:00Z")
			issue(t, b, "2026-03-10T05:00:00Z")
			adding := books.Adding{Packages: []invoice.Package{test.added}, Now: at("2026-03-10T06:00:00Z")}
			adding.Retroactive, adding.DryRun = true, true
			would, err := b.AddTerms(context.Background(), adding)
			require.NoError(t, err)
			require.Equal(t, test.holds, would.Adjustment.Accounts > 0)
			adding.Retroactive, adding.DryRun = false, false
			_, err = b.AddTerms(context.Background(), adding)
			if test.holds {
				require.ErrorContains(t, err, "periods that start on 2026-02-10 or before were billed")
			} else {
				require.NoError(t, err)
			}
			issue(t, b, "2026-04-10T05:00:00Z")
			list := invoices(t, b, books.Which{From: date("2026-04-10")})
			require.Len(t, list, 1)
			for _, line := range list[0].Lines {
				require.False(t, line.Adjustment, line.Explanation)
			}
			whole(t, b)
		})
	}
}

// TestNewPackageOfBilledPeriods: a package that accounts were changed to before it was in the price list changes periods that were billed,
// and is refused, unless it is to be retroactive or the event is voided. Any other new package may be added.
func TestNewPackageOfBilledPeriods(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2026-01-10T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 account.created b 2026-01-10T08:00:00Z "package":"Gold"`,
			`3 account.created c 2026-01-10T08:00:00Z "package":"Silver"`)
		record(t, b, "2026-01-20T10:00:00Z", `4 account.package_changed a 2026-01-20T08:00:00Z "package":"Platinum"`)
		issue(t, b, "2026-02-10T05:00:00Z")
		adding := books.Adding{Now: at("2026-02-10T06:00:00Z")}
		for _, name := range []string{"Silver", "Platinum"} {
			p := gold().Packages[0]
			p.Name, p.Price = name, money.MustParse("110.95 USD")
			adding.Packages = append(adding.Packages, p)
		}
		for _, dry := range []bool{true, false} {
			adding.DryRun = dry
			_, err := b.AddTerms(context.Background(), adding)
			require.EqualError(t, err, `package "Platinum", "Silver": events named it before it was in the price list, and periods that were billed would be adjusted by $21.00 in all, `+
				`expected --retroactive, after a look with --dry-run, or those events voided`)
		}
		silver := adding
		silver.Packages = adding.Packages[:1]
		_, err := b.AddTerms(context.Background(), silver)
		require.NoError(t, err, "what was never billed may be")
		record(t, b, "2026-02-10T07:00:00Z", `5 event.voided a 2026-02-10T07:00:00Z "event":"4"`)
		_, err = b.AddTerms(context.Background(), adding)
		require.NoError(t, err)
		issue(t, b, "2026-03-11T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 79.95 unpaid", "a 2026-03-10 79.95 unpaid", "b 2026-02-10 79.95 unpaid", "b 2026-03-10 79.95 unpaid",
			"c 2026-02-10 110.95 unpaid", "c 2026-03-10 110.95 unpaid"}, summary(invoices(t, b, books.Which{})))
		whole(t, b)
	})
}
