package eventtest

import (
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// AnyEvent draws an event of any type with any text in it.
func AnyEvent(t *rapid.T) account.Event {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"`, `\`, "\n", "\u2028", "</script>", "\x00", "é", "🙂"}))
	some := text.Filter(func(s string) bool { return s != "" })
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-62_000_000_000, 253_000_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nano"))
	})
	e := account.Event{ID: some.Draw(t, "id"), Account: some.Draw(t, "account"), Type: account.Type(rapid.IntRange(int(account.Created), int(account.EventVoided)).Draw(t, "type")), At: instant.Draw(t, "at")}
	if rapid.Bool().Draw(t, "recorded") {
		e.RecordedAt = instant.Draw(t, "recorded_at")
	}
	switch e.Type {
	case account.Created, account.PackageChanged:
		e.Package = some.Draw(t, "package")
	case account.UsageRecorded:
		e.Credits = rapid.Int64Min(0).Draw(t, "credits")
	case account.ChargeAdded:
		e.Amount, e.Description = money.New(rapid.Int64().Draw(t, "amount"), money.BHD), text.Draw(t, "description")
		e.PriceList = account.PriceLists(rapid.IntRange(0, 2).Draw(t, "price_list"))
	case account.InvoiceStatusChanged:
		e.Invoice, e.Status = some.Draw(t, "invoice"), invoice.Status(rapid.IntRange(0, 4).Draw(t, "status"))
	case account.EventVoided:
		e.Voids = some.Draw(t, "event")
	}
	if e.Type == account.PackageChanged || e.Type == account.Closed {
		e.Effective = account.Effective(rapid.IntRange(0, 1).Draw(t, "effective"))
	}
	if e.Type == account.Created && rapid.Bool().Draw(t, "stub") {
		e.BillingDate = DayIn(e.At, Must(time.LoadLocation("Pacific/Auckland"))).AddDays(rapid.IntRange(1, 28).Draw(t, "days"))
	}
	if rapid.Bool().Draw(t, "metadata") {
		key := strconv.Quote(rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "key"))
		e.Metadata = []byte(rapid.SampledFrom([]string{`{}`, `{ "z" : 1.0, "a":[true ,null]}`, `{` + key + `:{` + key + `:"\u00e9\/"}}`, `{"n":1e999,"m":-0,"l":12345678901234567890.10}`}).Draw(t, "metadata"))
	}
	return e
}
