package reconcile_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
)

var update = flag.Bool("update", false, "write testdata/reconcile anew")

// demo is the demo reseller, and no documents yet.
func demo(tb testing.TB) reconcile.Input {
	tb.Helper()
	data, err := os.ReadFile("../testdata/demo/packages.json")
	require.NoError(tb, err)
	in := reconcile.Input{Prices: invoice.Distributor, Events: &eventlog.Events{}}
	in.Packages, err = invoice.ParsePackages("packages.json", data, money.USD)
	require.NoError(tb, err)
	f, err := os.Open("../testdata/demo/events.jsonl")
	require.NoError(tb, err)
	defer f.Close()
	for e, err := range eventlog.Read(f, "events.jsonl", in.Policy) {
		require.NoError(tb, err)
		require.NoError(tb, in.Events.Add(e))
	}
	return in
}

// TestDemoMonth: every difference planted in testdata/reconcile is found, with its cause.
func TestDemoMonth(t *testing.T) {
	in := demo(t)
	if *update {
		d := demoMonth(t, in)
		require.NoError(t, os.WriteFile("../testdata/reconcile/invoices.json", d.AppendJSON(nil), 0o644))
		require.NoError(t, os.WriteFile("../testdata/reconcile/invoices.xml", d.AppendXML(nil), 0o644))
	}
	want := map[string]struct{ class, cause string }{
		"saltmarsh-tours": {"explained", "close_date"},
		"granite-tools":   {"explained", "credit_missing"},
		"northgate-news":  {"explained", "other_rate"},
		"harbor-books":    {"explained", "price_list"},
		"juniper-law":     {"ours_only", "not_billed_upstream"},
		"willow-vets":     {"explained", "terms"},
		"copper-kettle":   {"explained", "other_package"},
		"fernhill-school": {"duplicate", "charged_twice"},
		"cedar-dental":    {"explained", "charged_twice"},
		"leapday-bakery":  {"unexplained", ""},
		"tide-pool-games": {"theirs_only", "unknown_account"},
		"mapleway-gym":    {"explained", "cancellation_missing"},
		"bluebird-clinic": {"broken", "broken"},
		"sunrise-radio":   {"explained", "other_credits"},
		"pebble-blog":     {"tolerated", ""},
		"quarry-coffee":   {"matched", ""},
		"orchard-press":   {"matched", ""},
		"tidepool-games":  {"matched", ""},
		"larkspur-yarn":   {"matched", ""},
	}
	var printed []string
	for _, name := range []string{"invoices.json", "invoices.xml"} {
		data, err := os.ReadFile("../testdata/reconcile/" + name)
		require.NoError(t, err)
		d, err := distributor.ReadInvoices(name, data)
		require.NoError(t, err)
		in.Documents = []distributor.Invoices{d}
		rep := run(t, in)
		got := map[string]struct{ class, cause string }{}
		for _, g := range rep.Groups {
			name, _, _ := strings.Cut(g.Account, "@")
			got[name] = struct{ class, cause string }{g.Class.String(), g.Cause()}
		}
		require.Equal(t, want, got)
		s := rep.Summarize()
		var b bytes.Buffer
		require.NoError(t, report.ReconcileTable(&b, rep, &s, false))
		printed = append(printed, b.String()+string(rep.AppendJSON(nil, &s)))
		causesAgree(t, rep, &s)
	}
	require.Equal(t, printed[0], printed[1])
}

// causesAgree makes sure that the summary counts the groups' causes, and that a claim has the cause of its group.
func causesAgree(t *testing.T, rep *reconcile.Report, s *reconcile.Summary) {
	counted, summed, groups := map[string]int{}, map[string]int{}, map[[2]string]bool{}
	for _, g := range rep.Groups {
		if g.Class > reconcile.Tolerated && g.Found() {
			counted[g.Cause()]++
			require.NotEmpty(t, g.Strength())
		}
		groups[[2]string{g.Account, g.Cause()}] = true
	}
	for _, share := range s.Causes {
		summed[share.Name] = share.Groups
	}
	require.Equal(t, counted, summed)
	require.Subset(t, slices.Collect(maps.Keys(summed)), []string{"charged_twice", "broken"})

	var b bytes.Buffer
	require.NoError(t, report.DisputeCSV(&b, rep))
	claims, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(claims), 1)
	for _, c := range claims[1:] { // claim, account, cause, …
		require.Contains(t, groups, [2]string{c[1], c[2]})
	}
}

// demoMonth is November 2025 with its errors.
func demoMonth(t *testing.T, in reconcile.Input) distributor.Invoices {
	c := must(invoice.NewCatalogue(in.Packages, in.Prices))
	var invoices []invoice.Invoice
	for bill, err := range in.Events.Replay(t.Context(), eventlog.Billing{Accounts: in.Events.Accounts(), Catalogue: c, Policy: in.Policy, Through: date("2025-11-30")}) {
		require.NoError(t, err)
		for _, inv := range bill.Invoices {
			if !inv.Date.Before(date("2025-11-01")) {
				invoices = append(invoices, inv)
			}
		}
	}
	d := distributor.FromInvoices("2025110001", invoices)
	theirs := distributor.Invoices{Shape: d.Shape, Number: d.Number}
	for i := range d.Rows {
		row := d.Rows[i]
		row.Status = "Unpaid"
		row.Number = d.Number + string('0'+byte((i+1)/10)) + string('0'+byte((i+1)%10)) + "00"
		set := func(pkg, amount string) {
			row.Package, row.Amount, row.FinalAmount = pkg, distributor.Number(amount), distributor.Number(amount)
		}
		switch row.Username {
		case "saltmarsh-tours@example.com": // closed on the 13th
			row.Prorated, row.FinalAmount = "27.42", "22.58"
		case "granite-tools@example.com": // without the credit of 33.33 for Gold
			row.Amount, row.Prorated, row.FinalAmount = "7.25", "-4.83", "12.08"
		case "northgate-news@example.com": // at 0.00085 a credit
			row.Overage, row.FinalAmount = "47.61", "187.61"
		case "harbor-books@example.com":
			set("Gold", "79.95")
		case "juniper-law@example.com", "pebble-blog@example.com":
			continue
		case "willow-vets@example.com":
			set("Starter", "6.50")
		case "copper-kettle@example.com":
			row.Package, row.Amount, row.Overage, row.FinalAmount = "Silver", "19.50", "6.79", "26.29"
		case "cedar-dental@example.com":
			set("Gold", "100.00")
		case "leapday-bakery@example.com":
			set("Silver", "13.37")
		case "mapleway-gym@example.com":
			set("Platinum", "140.00")
		case "bluebird-clinic@example.com":
			row.FinalAmount = "55.00"
		case "sunrise-radio@example.com": // 5,000 credits too many
			row.Credits, row.Overage, row.FinalAmount = "25000", "4.25", "23.75"
		case "larkspur-yarn@example.com":
			row.Username = "Larkspur-Yarn@Example.com"
		}
		theirs.Rows = append(theirs.Rows, row)
		switch row.Username {
		case "fernhill-school@example.com":
			theirs.Rows = append(theirs.Rows, row)
		case "tidepool-games@example.com":
			row.Username, row.Number = "tide-pool-games@example.com", row.Number[:12]+"01"
			theirs.Rows = append(theirs.Rows, row)
		}
	}
	return theirs
}
