package books_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// halfYear is a file of books with an account that has used 60,000 credits, 10,000 of them over, on the 15th of each month from January to June
// and has six invoices, and the last event that its last run knew.
func halfYear(t *testing.T) (name string, last int64) {
	name = filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	record(t, b, "2026-01-10T10:00:00Z", `created account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
	for month := 1; month <= 6; month++ {
		record(t, b, fmt.Sprintf("2026-%02d-16T00:00:00Z", month), fmt.Sprintf(`used-%d usage.recorded a 2026-%02d-15T08:00:00Z "credits":60000`, month, month))
		issue(t, b, fmt.Sprintf("2026-%02d-11T00:00:00Z", month+1))
	}
	whole(t, b)
	require.NoError(t, b.Close())
	return name, 7
}

// numberOf is the member of an event that names the invoice of a day of account a.
func numberOf(day string) string {
	return `"invoice":"` + invoice.NumbersOf("a").On(date(day)).String() + `"`
}

// TestRunLeavesOutWhatStands: what stands is in no bundle, and a run reads no more than the bundle where that does; where it does not, the run
// reads all there is and issues the same.
func TestRunLeavesOutWhatStands(t *testing.T) {
	platinum, dearer, earlier, august := eventtest.Gold(), eventtest.Gold(), eventtest.Gold(), eventtest.Gold()
	august.Price, august.EffectiveFrom = money.MustParse("110.00 USD"), date("2026-08-01")
	platinum.Name, platinum.Price = "Platinum", money.MustParse("200.00 USD")
	dearer.Price, dearer.EffectiveFrom = money.MustParse("100.00 USD"), date("2026-07-01")
	earlier.Price = money.MustParse("80.95 USD")
	for _, test := range []struct {
		name, event string
		packages    []invoice.Package
		bundle      bool     // which is all that is read
		want        []string // the next two invoices
		policy      string
	}{
		{"nothing more", "", nil, true, []string{"79.95", "79.95"}, ""},
		{"usage of the period before, found late", `x usage.recorded a 2026-06-20 "credits":1000`, nil, true, []string{"80.95", "79.95"}, ""},
		{"usage of a period before that", `x usage.recorded a 2026-03-20 "credits":1000`, nil, false, []string{"80.95", "79.95"}, ""},
		{"an old invoice that is paid", `x invoice.status_changed a 2026-07-20 ` + numberOf("2026-03-10") + `,"status":"paid"`, nil, false, []string{"79.95", "79.95"}, ""},
		{"an old invoice that is canceled", `x invoice.status_changed a 2026-07-20 ` + numberOf("2026-03-10") + `,"status":"canceled"`, nil, false, []string{"169.90", "79.95"}, ""},
		{"usage that is taken back", `x event.voided a 2026-07-20 "event":"used-2"`, nil, false, []string{"69.95", "79.95"}, ""},
		{"a price from August on", "", []invoice.Package{august}, true, []string{"79.95", "110.00"}, ""},
		{"a price from before the last invoice, for no period that it billed", "", []invoice.Package{dearer}, true, []string{"100.00", "100.00"}, ""},
		{"two prices", "", []invoice.Package{august, dearer}, true, []string{"100.00", "110.00"}, ""},
		{"another package", "", []invoice.Package{platinum}, true, []string{"79.95", "79.95"}, ""},
		{"a package that an event named before", `x account.package_changed a 2026-06-20T08:00:00Z "package":"Platinum"`, []invoice.Package{platinum}, false, []string{"280.03", "200.00"}, ""},
		{"another price of what was billed", "", []invoice.Package{earlier}, false, []string{"86.95", "80.95"}, ""},
		{"another policy", "", nil, false, []string{"79.95", "79.95"}, "rounding=half_even"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name, last := halfYear(t)
			home, err := sqlite.Open(t.Context(), name)
			require.NoError(t, err)
			defer home.Close()
			require.NoError(t, home.Read(t.Context(), func(tx store.Tx) error {
				account, err := tx.Accounts([]string{"a"})
				require.NoError(t, err)
				return tx.Bundles([]int64{account[0].Number}, func(b store.Bundle) error {
					for month := 1; month <= 6; month++ {
						require.Equal(t, month >= 6, strings.Contains(string(b.Body), fmt.Sprintf("used-%d", month)), month)
					}
					return nil
				})
			}))
			b, err := books.In(t.Context(), home)
			require.NoError(t, err)
			if test.event != "" {
				record(t, b, "2026-07-21T00:00:00Z", test.event)
			}
			adding := books.Adding{Packages: test.packages, Now: at("2026-07-22T00:00:00Z"), Retroactive: !test.bundle}
			if test.policy != "" {
				policy := eventtest.PolicyOf(test.policy)
				adding.Policy = &policy
			}
			_, err = b.AddTerms(t.Context(), adding)
			require.NoError(t, err)
			frugal, err := books.In(t.Context(), frugal{home, last})
			require.NoError(t, err)
			_, err = frugal.Issue(t.Context(), books.Issuing{Now: at("2026-08-11T00:00:00Z")})
			if test.bundle {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errTooMuch)
				issue(t, b, "2026-08-11T00:00:00Z")
			}
			whole(t, b)
			issue(t, b, "2026-09-11T00:00:00Z")
			whole(t, b)
			var amounts []string
			for _, inv := range invoices(t, b, books.Which{})[6:] {
				amounts = append(amounts, inv.FinalAmount.Number())
			}
			require.Equal(t, test.want, amounts)
		})
	}
}

// TestOldRunShowsStatuses: the invoices of a run have the statuses that events say, also where the bundle leaves these out.
func TestOldRunShowsStatuses(t *testing.T) {
	name, _ := halfYear(t)
	b, err := books.Open(t.Context(), name)
	require.NoError(t, err)
	defer b.Close()
	record(t, b, "2026-07-21T00:00:00Z", `x invoice.status_changed a 2026-07-20 `+numberOf("2026-03-10")+`,"status":"paid"`, `y invoice.status_changed a 2026-07-20 `+numberOf("2026-07-10")+`,"status":"paid"`)
	for _, day := range []string{"2026-08-11", "2026-09-11", "2026-10-11"} {
		issue(t, b, day+"T00:00:00Z")
	}
	whole(t, b)
	for run, want := range map[int64]string{2: "a 2026-03-10 89.95 paid", 3: "a 2026-04-10 89.95 unpaid", 6: "a 2026-07-10 89.95 paid", 9: "a 2026-10-10 79.95 unpaid"} {
		require.Equal(t, []string{want}, summary(invoices(t, b, books.Which{Run: run})))
	}
}

// A price that holds from the very day of the last invoice moves the grid on that day: what the invoice billed in advance comes back, also where
// a run between has nothing to bill.
func TestTermsOfTheLastInvoice(t *testing.T) {
	for _, between := range []bool{false, true} {
		free, x := eventtest.Gold(), eventtest.Gold()
		free.Name, free.Price = "Free", money.MustParse("0.00 USD")
		x.Name, x.Price = "X", money.MustParse("20.00 USD")
		gratis := x
		gratis.EffectiveFrom, gratis.Price = date("2026-05-20"), money.MustParse("0.00 USD")
		again := gratis
		again.Price = money.MustParse("30.00 USD")
		b := create(t, filepath.Join(t.TempDir(), "books.db"), books.New{Packages: []invoice.Package{free, x, gratis},
			Policy: eventtest.PolicyOf("timing=advance", "bill_changes=immediately"), Now: at("2026-01-01T00:00:00Z")})
		record(t, b, "2026-01-10T10:00:00Z", `c account.created a 2026-01-10T08:00:00Z "package":"Free"`)
		for month := 1; month <= 5; month++ {
			issue(t, b, fmt.Sprintf("2026-%02d-12T00:00:00Z", month))
		}
		record(t, b, "2026-05-20T10:00:00Z", `d account.package_changed a 2026-05-20T08:00:00Z "package":"X"`)
		issue(t, b, "2026-05-22T00:00:00Z")
		_, err := b.AddTerms(t.Context(), books.Adding{Packages: []invoice.Package{again}, Now: at("2026-05-23T00:00:00Z")})
		require.NoError(t, err)
		if between {
			record(t, b, "2026-05-23T10:00:00Z", `e usage.recorded a 2026-05-23T09:00:00Z "credits":1`)
			require.Equal(t, 1, issue(t, b, "2026-05-24T00:00:00Z").Accounts)
		}
		issue(t, b, "2026-06-22T00:00:00Z")
		whole(t, b)
		list := invoices(t, b, books.Which{})
		require.Equal(t, "46.45", list[len(list)-1].FinalAmount.Number())
	}
}

// An anomaly that a run told of is told of by no other, also where that one reads all there is.
func TestAnomaliesAreToldOnceWhereAllIsRead(t *testing.T) {
	name, _ := halfYear(t)
	b, err := books.Open(t.Context(), name)
	require.NoError(t, err)
	defer b.Close()
	record(t, b, "2026-07-12T00:00:00Z", `x account.created a 2026-07-11 "package":"Gold"`)
	require.Len(t, issue(t, b, "2026-07-13T00:00:00Z").Anomalies, 1)
	record(t, b, "2026-07-14T00:00:00Z", `y event.voided a 2026-07-14 "event":"used-2"`)
	require.Empty(t, issue(t, b, "2026-07-15T00:00:00Z").Anomalies)
	whole(t, b)
}

// Usage that is recorded a little late, each time, is read from bundles like any other.
func TestLateUsageIsBundled(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	record(t, b, "2026-01-10T10:00:00Z", `c account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
	last := int64(1)
	for day := date("2026-01-11"); day.Before(date("2026-07-12")); day = day.AddDays(1) {
		if _, _, d := day.Civil(); d == 11 && day.After(date("2026-04-01")) {
			require.NoError(t, b.Close())
			home, err := sqlite.Open(t.Context(), name)
			require.NoError(t, err)
			frugal, err := books.In(t.Context(), frugal{home, last})
			require.NoError(t, err)
			require.EqualValues(t, 1, issue(t, frugal, day.String()+"T00:00:00Z").Run.Invoices, day)
			last = int64(day.Sub(date("2026-01-10")))
			require.NoError(t, frugal.Close())
			b, err = books.Open(t.Context(), name)
			require.NoError(t, err)
		} else if d == 11 {
			issue(t, b, day.String()+"T00:00:00Z")
			last = int64(day.Sub(date("2026-01-10")))
		}
		record(t, b, day.AddDays(1).String()+"T00:00:00Z", fmt.Sprintf(`%s usage.recorded a %[1]sT23:50:00Z "credits":1000,"recorded_at":"%[1]sT23:55:00Z"`, day))
	}
	whole(t, b)
	require.NoError(t, b.Close())
}

// TestManyAccounts: of more accounts than are put into the store at once, each has its invoice, its next day and its bundle.
func TestManyAccounts(t *testing.T) {
	const n = 4500
	name := filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`%d account.created a-%[1]d 2026-01-%02[2]dT08:00:00Z "package":"Gold"`, i, 1+i*7%28)
	}
	record(t, b, "2026-01-31T00:00:00Z", lines...)
	require.EqualValues(t, n, issue(t, b, "2026-02-28T00:00:00Z").Run.Invoices)
	require.EqualValues(t, n, whole(t, b).Invoices)
	require.NoError(t, b.Close())
	home, err := sqlite.Open(t.Context(), name)
	require.NoError(t, err)
	b, err = books.In(t.Context(), frugal{home, n})
	require.NoError(t, err)
	defer b.Close()
	require.EqualValues(t, n, issue(t, b, "2026-03-29T00:00:00Z").Run.Invoices)
}
