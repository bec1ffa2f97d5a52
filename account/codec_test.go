package account_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// TestReadAccepts reads spellings of one event that all mean the same.
func TestReadAccepts(t *testing.T) {
	berlin := policyOf("time_zone=Europe/Berlin")
	want := account.Event{ID: "1", Type: account.ChargeAdded, Account: "ä@example.com", At: at("2026-01-30T23:00:00Z"),
		Amount: money.MustParse("-12.50 USD"), Description: "", Metadata: []byte(`{"a":[1,{"b":null}]}`)}
	tests := []struct{ name, text string }{
		{"plain", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T23:00:00Z","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"another order of keys", `{"metadata":{"a":[1,{"b":null}]},"description":"","amount":"-12.50","at":"2026-01-30T23:00:00Z","account":"ä@example.com","type":"charge.added","id":"1"}`},
		{"escapes", `{"\u0069d":"\u0031","type":"charge\u002eadded","account":"\u00e4@example.com","at":"2026\u002d01-30T23:00:00Z","amount":"-12\u002e50","description":"","metadata":{"\u0061":[1,{"b":null}]}}`},
		{"space", " \t{ \"id\" : \"1\" , \"type\" : \"charge.added\" , \"account\" : \"ä@example.com\" , \"at\" : \"2026-01-30T23:00:00Z\" , \"amount\" : \"-12.50\" , \"description\" : \"\" , \"metadata\" : { \"a\" : [ 1 , { \"b\" : null } ] } } "},
		{"a plain date", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-31","amount":"-12.5","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"an offset", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T18:30:00-04:30","amount":"-12.500","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"a fraction of zero", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T23:00:00.000000000Z","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"recorded at once", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-31","recorded_at":"2026-01-31","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
	}
	for _, tt := range tests {
		for form, text := range map[string]string{"": tt.text, "no final newline": "\n\n" + tt.text, "CRLF": "\r\n" + tt.text + "\r\n \t\r\n",
			"a byte order mark": "\ufeff" + tt.text + "\n", "a byte order mark alone": "\ufeff\n" + tt.text} {
			got := readAll(t, text, berlin)
			require.Len(t, got, 1, "%s %s", tt.name, form)
			require.True(t, got[0].Same(&want), "%s %s: %+v", tt.name, form, got[0])
		}
	}
	require.Empty(t, readAll(t, "", berlin))
	require.Empty(t, readAll(t, "\n\r\n \n", berlin))
}

func TestReadPlaces(t *testing.T) {
	events := readAll(t, "\n"+closed+"}\r\n\n  "+usage+`,"credits":9223372036854775807}`, policyOf())
	require.Len(t, events, 2)
	require.Equal(t, source.Place{File: "events.jsonl", Line: 2, Column: 1}, events[0].Place)
	require.Equal(t, 4, events[1].Place.Line)
	require.Equal(t, int64(9223372036854775807), events[1].Credits)
}

// Law: Read(AppendJSON(event)) is the same event.
func TestLawReadAppendJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent(t)
		text := string(e.AppendJSON(nil))
		require.NotContains(t, text, "\n")
		back := readAll(t, text, policyOf("time_zone=Pacific/Auckland", "currency=BHD"))
		require.Len(t, back, 1)
		require.True(t, back[0].Same(&e), "%s\n%+v", text, e)
		require.Equal(t, text, string(back[0].AppendJSON(nil)), "and is written the same again")
	})
}

// anyEvent draws an event of any type with any text in it.
func anyEvent(t *rapid.T) account.Event {
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
		e.BillingDate = dayIn(e.At, must(time.LoadLocation("Pacific/Auckland"))).AddDays(rapid.IntRange(1, 28).Draw(t, "days"))
	}
	if rapid.Bool().Draw(t, "metadata") {
		key := strconv.Quote(rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "key"))
		e.Metadata = []byte(rapid.SampledFrom([]string{`{}`, `{ "z" : 1.0, "a":[true ,null]}`, `{` + key + `:{` + key + `:"\u00e9\/"}}`, `{"n":1e999,"m":-0,"l":12345678901234567890.10}`}).Draw(t, "metadata"))
	}
	return e
}

// TestSame: what is written differently but says the same is one event; anything else is not.
func TestSame(t *testing.T) {
	base := opened + `,"metadata":{"x":1,"y":"é"}}`
	one := readAll(t, base, policyOf())[0]
	for _, same := range []string{
		opened + `,"metadata":{"y":"\u00e9", "x":1}}`,
		opened + `,"recorded_at":"2026-01-31T10:00:00+01:00","metadata":{"x":1,"y":"é"}}`,
	} {
		require.True(t, one.Same(&readAll(t, same, policyOf())[0]), same)
	}
	for _, other := range []string{
		opened + `}`, opened + `,"metadata":{"x":1,"y":"e"}}`, opened + `,"metadata":{"x":1.0,"y":"é"}}`, opened + `,"metadata":{"x":"1","y":"é"}}`,
		opened + `,"metadata":{"x":1,"y":"é"},"billing_date":"2026-02-10"}`, opened + `,"metadata":{"x":1,"y":"é"},"recorded_at":"2026-02-01"}`,
		strings.Replace(base, "Gold", "Small", 1), strings.Replace(base, "09:00:00", "09:00:01", 1), strings.Replace(base, `"a"`, `"b"`, 1),
	} {
		require.False(t, one.Same(&readAll(t, other, policyOf())[0]), other)
	}
}

// TestConflict: the same id with two contents names both places, across files.
func TestConflict(t *testing.T) {
	first, second := opened+"}", "\n\n"+strings.Replace(opened, "Gold", "Small", 1)+"}"
	var events account.Events
	require.NoError(t, events.Add(readAll(t, first, policyOf())[0]))
	later := readAll(t, second, policyOf())[0]
	later.Place.File = "more.jsonl"
	err := events.Add(later)
	require.ErrorContains(t, err, "more.jsonl:3:1: ")
	require.ErrorContains(t, err, `id "1"`)
	require.ErrorContains(t, err, "events.jsonl:1:1")

	_, err = account.BillAccount([]account.Event{readAll(t, first, policyOf())[0], later}, catalogue(gold(), small()), policyOf(), date("2026-03-01"))
	conflict := (*account.ConflictError)(nil)
	require.True(t, errors.As(err, &conflict), "%v", err)
	require.Equal(t, "1", conflict.ID)
	files := []string{conflict.First.File, conflict.Second.File}
	slices.Sort(files)
	require.Equal(t, []string{"events.jsonl", "more.jsonl"}, files)
}

func TestTypes(t *testing.T) {
	for e := account.Created; e <= account.EventVoided; e++ {
		back, err := account.ParseType(e.String())
		require.NoError(t, err)
		require.Equal(t, e, back)
		require.True(t, utf8.ValidString(e.String()))
	}
	_, err := account.ParseType("account.close")
	require.ErrorContains(t, err, `did you mean "account.closed"?`)
}

// What is quoted of an id or a name is bounded, however long that is.
func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	a := account.Anomaly{Event: account.Event{ID: long, Account: long}, Reason: "it is"}
	require.Less(t, len(a.String()), 600)
	require.Contains(t, a.String(), `: it is`)
	require.Less(t, len((&account.ConflictError{ID: long}).Error()), 600)
}
