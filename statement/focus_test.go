package statement_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// focusRows are rows of FOCUS by column.
func focusRows(t *testing.T, f statement.Focus, invoices []invoice.Invoice) (rows []map[string]string) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, invoices))
	all, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, column := range all[0] {
			row[column] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// TestFocus holds the rows to what FOCUS 1.2 asks for: the mandatory columns, the allowed values, which may be empty, and their sum.
func TestFocus(t *testing.T) {
	for name, invoices := range map[string][]invoice.Invoice{"demo": demoInvoices(t), "statuses": statusInvoices(t)} {
		sum, lines := money.New(0, money.USD), 0
		rows := focusRows(t, statement.Focus{}, invoices)
		for _, row := range rows {
			for _, column := range []string{"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
				"ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ProviderName", "PublisherName",
				"ServiceCategory", "ServiceName"} {
				require.NotEmpty(t, row[column], "%s: %s", name, column)
			}
			require.Contains(t, []string{"", "Correction"}, row["ChargeClass"])
			require.Contains(t, []string{"Usage", "Purchase", "Credit"}, row["ChargeCategory"])
			require.Contains(t, []string{"One-Time", "Recurring", "Usage-Based"}, row["ChargeFrequency"])
			if row["ChargeCategory"] != "Credit" {
				require.NotEmpty(t, row["PricingQuantity"])
				require.NotEmpty(t, row["PricingUnit"])
			}
			require.Equal(t, row["ChargeCategory"] == "Usage", row["ConsumedQuantity"] != "")
			for _, period := range []string{"BillingPeriod", "ChargePeriod"} {
				start, err := time.Parse(time.RFC3339, row[period+"Start"])
				require.NoError(t, err)
				end, err := time.Parse(time.RFC3339, row[period+"End"])
				require.NoError(t, err)
				require.True(t, start.Before(end), "the end is exclusive")
			}
			cost, err := money.ParseIn(row["BilledCost"], money.USD)
			require.NoError(t, err)
			sum, err = sum.Add(cost)
			require.NoError(t, err)
		}
		for i := range invoices {
			if invoices[i].Status != invoice.Canceled {
				lines += len(invoices[i].Lines)
			}
		}
		require.Len(t, rows, lines)
		require.Equal(t, total(t, invoices, func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount }), sum, name)
	}
}

func TestFocusColumns(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, statement.Focus{}.Write(&b, nil))
	columns := strings.Split(strings.TrimSpace(b.String()), ",")
	require.True(t, slices.IsSorted(columns))

	zone, err := time.LoadLocation("America/Los_Angeles")
	require.NoError(t, err)
	row := focusRows(t, statement.Focus{Issuer: "Lantern", Zone: zone}, of(demoInvoices(t), "juniper-law@example.com"))[0]
	require.Equal(t, "2025-05-10T07:00:00Z", row["ChargePeriodStart"], "the start of the day in its zone")
	require.Equal(t, "Lantern", row["InvoiceIssuerName"])
}
