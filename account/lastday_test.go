package account_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// The days there are end with 9999-12-31, and the last period with them. From 12-15 it has 17 of the 31 days it would have had:
// 17/31 × 79.95 = 43.84. Gold until 12-19 is 5/31 × 79.95 = 12.90, and Small from 12-20 is R(17/31 × 9.95) − R(5/31 × 9.95) =
// 5.46 − 1.60 = 3.86, so that the change bills 12.90 − 43.84 + 3.86 = −27.08.
func TestLastPeriodThereIs(t *testing.T) {
	events := []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: at("9999-12-15"), Package: "Gold"},
		{ID: "2", Type: account.PackageChanged, Account: "a", At: at("9999-12-20"), Package: "Small"},
	}
	b := bill(t, events, catalogue(gold(), small()), policyOf("timing=advance", "bill_changes=immediately"), "9999-12-31")
	require.Empty(t, b.Anomalies)
	require.Len(t, b.Invoices, 2)
	first, second := &b.Invoices[0], &b.Invoices[1]
	require.Equal(t, "9999-12-15 … 9999-12-31", first.Period.String())
	require.Equal(t, money.MustParse("43.84 USD"), first.FinalAmount)
	require.Equal(t, "17 of 31 days × $79.95", first.Lines[0].Explanation())
	require.Equal(t, "9999-12-20 … 9999-12-31", second.Period.String())
	require.Equal(t, money.MustParse("-27.08 USD"), second.FinalAmount)

	arrears := bill(t, events, catalogue(gold(), small()), policyOf(), "9999-12-31")
	require.Empty(t, arrears.Invoices, "the boundary after the last day is not billed")
}

// Whatever happens in the last weeks there are, under whatever policy, no invoice has a date of another year, and its JSON reads back.
func TestNoYearAfterTheLast(t *testing.T) {
	c := catalogue(gold(), small(), invoice.Package{Name: "Free", Price: money.New(0, money.USD)})
	rapid.Check(t, func(t *rapid.T) {
		first := date("9999-11-25")
		policy := policyOf("settle_days=" + rapid.SampledFrom([]string{"0", "1", "40", "366"}).Draw(t, "settle"))
		for key, values := range map[string][]string{
			"timing": {"arrears", "advance"}, "day_count": {"actual", "thirty", "year_365"}, "round_part": {"used", "unused", "each"},
			"close_day": {"free", "charged"}, "bill_changes": {"next_bill", "immediately"}, "included_credits": {"full", "prorated"},
			"free_upgrade": {"restart_cycle", "keep_cycle"}, "time_zone": {"UTC", "Pacific/Kiritimati", "America/Los_Angeles"},
		} {
			require.NoError(t, policy.Set(key, rapid.SampledFrom(values).Draw(t, key)))
		}
		var events []account.Event
		for i := range rapid.IntRange(1, 8).Draw(t, "events") {
			e := account.Event{ID: fmt.Sprint(i), Account: "a", At: first.AddDays(rapid.IntRange(0, 36).Draw(t, "day")).Start(policy.TimeZone).UTC()}
			e.Type = account.Created
			if i > 0 {
				e.Type = rapid.SampledFrom([]account.Type{account.Created, account.PackageChanged, account.Closed, account.UsageRecorded, account.ChargeAdded}).Draw(t, "type")
			}
			switch e.Type {
			case account.Created, account.PackageChanged:
				e.Package = rapid.SampledFrom([]string{"Gold", "Small", "Free"}).Draw(t, "package")
			case account.UsageRecorded:
				e.Credits = rapid.Int64Range(0, 90_000).Draw(t, "credits")
			case account.ChargeAdded:
				e.Amount, e.Description = money.MustParse("1.00 USD"), "x"
			}
			if e.Type == account.PackageChanged || e.Type == account.Closed {
				e.Effective = rapid.SampledFrom([]account.Effective{account.Immediately, account.PeriodEnd}).Draw(t, "effective")
			}
			events = append(events, e)
		}
		b, err := account.BillAccount(events, c, policy, date("9999-12-31"))
		require.NoError(t, err)
		for i := range b.Invoices {
			text := b.Invoices[i].AppendJSON(nil)
			require.NotContains(t, string(text), "10000-")
			var back invoice.Invoice
			require.NoError(t, json.Unmarshal(text, &back))
			require.Equal(t, string(text), string(back.AppendJSON(nil)))
			require.False(t, b.Invoices[i].Period.Last().After(date("9999-12-31")))
			for k := range b.Invoices[i].Lines {
				require.False(t, b.Invoices[i].Lines[k].Dates.End.After(date("9999-12-31").AddDays(1)), "%v", b.Invoices[i].Lines[k].Dates)
			}
		}
	})
}
