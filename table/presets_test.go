package table_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

func TestPresets(t *testing.T) {
	require.Len(t, table.Presets(table.Invoices), 5)
	require.Empty(t, table.Presets(table.Usage))
	for _, name := range table.Presets(table.Invoices) {
		m, err := table.Preset(name, table.Invoices)
		require.NoError(t, err)
		require.Equal(t, name, m.Name)
		data, err := table.PresetFile(name)
		require.NoError(t, err)
		require.Contains(t, string(data), `"description"`)
	}
	_, err := table.PresetFile("../presets")
	require.ErrorContains(t, err, "unknown preset")
}

// What each preset makes of a file of its kind, without the texts that say nothing of money or days. The figures are those of the
// file: tax stays beside the amount, credits and usage are no recurring price, ends are inclusive.
func TestPresetFiles(t *testing.T) {
	for name, c := range map[string]struct {
		want    []string
		skipped int
		rounded string
	}{
		"microsoft-nce": {want: []string{
			"username=acme.onmicrosoft.com package=Mail Business Basic type=new start_date=2026-06-03 end_date=2026-06-30 amount=135.25 final_amount=146.07 tax=10.82 currency=USD quantity=25",
			"username=acme.onmicrosoft.com package=Mail Business Basic type=removeQuantity start_date=2026-06-20 end_date=2026-06-30 amount=-11.00 final_amount=-11.88 tax=-0.88 currency=USD quantity=-5",
			`username="Birch" & Sons, Inc. package=Mail Business Basic type=renew start_date=2026-06-01 end_date=2026-06-30 amount=18.00 final_amount=18.00 tax=0 currency=USD quantity=3`,
			`username="Birch" & Sons, Inc. package=Mail Business Basic type=customerCredit start_date=2026-06-15 end_date=2026-06-15 amount=0 final_amount=-4.50 tax=0 currency=USD quantity=1 additional_charges=-4.50`,
		}},
		"microsoft-license": {want: []string{
			"username=Acme Ltd package=Office 365 E3 type=Cycle fee start_date=2026-06-15 end_date=2026-07-14 amount=144.00 final_amount=155.52 tax=11.52 currency=USD quantity=10",
			"username=Acme Ltd package=Office 365 E3 type=Prorate fee when purchase start_date=2026-06-20 end_date=2026-07-14 amount=26.67 final_amount=28.80 tax=2.13 currency=USD quantity=2",
			"username=Acme Ltd package=Office 365 E3 type=Customer credit start_date=2026-06-30 end_date=2026-06-30 amount=0 final_amount=-5.00 tax=0 currency=USD quantity=1 additional_charges=-5.00",
			"username=Birch & Sons package=Office 365 E3 type=Purchase fee start_date=2026-06-20 end_date=2026-07-14 amount=13.33 final_amount=14.40 tax=1.07 currency=USD quantity=1",
		}},
		"pax8": {skipped: 1, want: []string{
			"number=i-1 username=Acme Ltd package=MAIL-2 type=subscription start_date=2026-06-01 end_date=2026-06-30 amount=48.00 additional_charges=0.48 currency=USD quantity=12 final_amount=48.48",
			"number=i-2 username=Acme Ltd package=BACKUP-GB type=usage start_date=2026-05-01 end_date=2026-05-31 amount=0 currency=USD quantity=137.5 overage=5.50 final_amount=5.50",
			"number=i-3 username=Birch & Sons package=SETUP type=oneTime start_date=2026-06-10 end_date=2026-06-10 amount=0 additional_charges=75 currency=USD quantity=1 final_amount=75",
		}},
		"focus-1.2": {skipped: 1, rounded: "-0.0045", want: []string{
			"number=INV-2606 username=acme@example.com package=GOLD type=Purchase date_invoiced=2026-07-01 start_date=2026-06-01 end_date=2026-06-30 amount=50.00 currency=USD quantity=1 final_amount=50.00",
			"number=INV-2606 username=acme@example.com package=GOLD-OVER type=Usage date_invoiced=2026-07-01 start_date=2026-06-14 end_date=2026-06-14 amount=0 currency=USD quantity=1763.5714 overage=1.23 final_amount=1.23",
			"number=INV-2606 username=birch@example.com package=Mail type=Adjustment date_invoiced=2026-07-01 start_date=2026-05-01 end_date=2026-05-31 amount=0 currency=USD charge_class=Correction additional_charges=-10.00 final_amount=-10.00",
			"number=INV-2606 username=acme@example.com package=SETUP type=Purchase date_invoiced=2026-07-01 start_date=2026-06-01 end_date=2026-06-30 amount=0 currency=USD quantity=1 additional_charges=25.00 final_amount=25.00",
		}},
	} {
		data, err := os.ReadFile("../testdata/documents/" + name + ".csv")
		require.NoError(t, err)
		require.Equal(t, []string{name}, table.Suggest(name+".csv", data, table.Invoices))
		m, err := table.Preset(name, table.Invoices)
		require.NoError(t, err)
		tab, err := table.Open(name+".csv", data, m, money.USD)
		require.NoError(t, err)
		for _, column := range tab.Columns {
			require.True(t, column.Ignored || column.Fields != nil, "%s: the column %s is neither read nor known", name, column.Name)
		}
		var got []string
		for row, err := range tab.Rows() {
			require.NoError(t, err)
			var figures []string
			for _, f := range row.Fields {
				switch f.Name {
				case "term", "subscription", "description", "unit", "rate_type", "charge_type", "product", "billing_cycle", "discount_included", "frequency", "service", "credit_reason":
					continue
				}
				if f.Text != "" && (f.Name != "number" || name != "microsoft-nce") {
					figures = append(figures, f.Name+"="+f.Text)
				}
			}
			got = append(got, strings.Join(figures, " "))
		}
		require.Equal(t, c.want, got, name)
		require.Equal(t, c.skipped, tab.Tally().Skipped, name)
		if c.rounded != "" {
			require.Equal(t, []table.Rounding{{Field: "amount", Digits: 2, Change: c.rounded}}, tab.Tally().Rounded, name)
		}
	}
}

// Terms and quantities that cannot be billed yet are read.
func TestPresetsKeepTerms(t *testing.T) {
	data, err := os.ReadFile("../testdata/documents/pax8.csv")
	require.NoError(t, err)
	require.Contains(t, readAll("pax8.csv", string(data), `{"preset": "pax8"}`, table.Invoices),
		"quantity=137.5 unit=GB term=Arrears rate_type=TIERED charge_type=PER_UNIT subscription=s2 product=Backup description=Backup, GB")
}
