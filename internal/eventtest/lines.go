package eventtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An event of each type, without its closing brace; Usage lacks its credits.
const (
	Opened  = `{"id":"1","type":"account.created","account":"a","at":"2026-01-31T09:00:00Z","package":"Gold"`
	Changed = `{"id":"1","type":"account.package_changed","account":"a","at":"2026-01-31","package":"Gold"`
	Closed  = `{"id":"1","type":"account.closed","account":"a","at":"2026-01-31"`
	Usage   = `{"id":"1","type":"usage.recorded","account":"a","at":"2026-01-31"`
	Charge  = `{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","description":"Setup"`
	Status  = `{"id":"1","type":"invoice.status_changed","account":"a","at":"2026-01-31","invoice":"20260131-x"`
	Voided  = `{"id":"1","type":"event.voided","account":"a","at":"2026-01-31"`
	SomeAt  = `{"id":"1","type":"account.closed","account":"a","at":`
)

// Refused is a text that is no event file. The mark ‸ stands before the byte at which the error
// must be.
type Refused struct {
	Name, Text string
	Want       []string // in the message
}

// Refusals are texts that are no event files.
func Refusals() []Refused {
	return []Refused{
		{"a word", `‸hello`, []string{"broken JSON"}},
		{"cut short", `{"id":"1"‸`, []string{"the JSON ends too early"}},
		{"cut short in a string", `{"id":"1‸`, []string{"the JSON ends too early"}},
		{"a comma too many", `{"id":"1"‸,}`, []string{"broken JSON"}},
		{"no colon", `{"id" ‸"1"}`, []string{"broken JSON", "expecting ':'"}},
		{"no quotes", `{‸id:1}`, []string{"broken JSON"}},
		{"a control character", "{\"id\":\"‸\x01\"}", []string{"broken JSON", `\x01`}},
		{"a leading zero", Usage + `,"credits":0‸5}`, []string{"broken JSON"}},
		{"a plus", Usage + `,"credits":‸+5}`, []string{"broken JSON"}},
		{"NaN", Usage + `,"credits":‸NaN}`, []string{"broken JSON"}},
		{"an array", `  ‸[` + Closed + `}]`, []string{"an array", "expected one JSON object a line"}},
		{"a string", `‸"closed"`, []string{"a string", "expected one JSON object a line"}},
		{"a number", `‸5`, []string{"a number", "expected one JSON object a line"}},
		{"null", `‸null`, []string{"null", "expected one JSON object a line"}},
		{"two objects on a line", Closed + `} ‸` + Closed + `}`, []string{"something after the object", "one JSON object a line"}},
		{"something after it", Closed + `} ‸x`, []string{"something after the object"}},

		{"an unknown type", `{"id":"1","type":‸"usage.recorder"}`, []string{`did you mean "usage.recorded"?`, "account.created, account.package_changed"}},
		{"a type that is no string", `{"id":"1","type":‸5}`, []string{"type: 5", "expected a string"}},
		{"an unknown field", Usage + `,‸"creditz":5}`, []string{`field of usage.recorded "creditz"`, `did you mean "credits"?`, "expected one of id, type"}},
		{"a field in capitals", Usage + `,‸"Credits":5}`, []string{`did you mean "credits"?`}},
		{"a field of another type", Opened + `,‸"effective":"period_end"}`, []string{`field of account.created "effective"`, "billing_date"}},
		{"a repeated key", Usage + `,"credits":5,‸"credits":5}`, []string{`the key "credits" is repeated`, "expected each key once"}},
		{"a repeated key with an escape", Usage + `,"credits":5,‸"cr\u0065dits":5}`, []string{`the key "credits" is repeated`}},
		{"a repeated key in metadata", Closed + `,"metadata":{"a":{"b":1,‸"b":2}}}`, []string{`the key "b" is repeated`}},

		{"no id", `‸{"type":"account.closed","account":"a","at":"2026-01-31"}`, []string{`the field "id" is missing`}},
		{"no type", ` ‸{"id":"1","account":"a","at":"2026-01-31"}`, []string{`the field "type" is missing`}},
		{"no account", `‸{"id":"1","type":"account.closed","at":"2026-01-31"}`, []string{`the field "account" is missing`}},
		{"no at", `‸{"id":"1","type":"account.closed","account":"a"}`, []string{`the field "at" is missing`}},
		{"created without package", `‸{"id":"1","type":"account.created","account":"a","at":"2026-01-31"}`, []string{`the field "package" is missing`}},
		{"changed without package", `‸{"id":"1","type":"account.package_changed","account":"a","at":"2026-01-31"}`, []string{`the field "package" is missing`}},
		{"usage without credits", `‸` + Usage + `}`, []string{`the field "credits" is missing`}},
		{"a charge without amount", `‸` + Charge + `}`, []string{`the field "amount" is missing`}},
		{"a charge without description", `‸{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","amount":"5"}`, []string{`the field "description" is missing`}},
		{"a status of no invoice", `‸{"id":"1","type":"invoice.status_changed","account":"a","at":"2026-01-31","status":"paid"}`, []string{`the field "invoice" is missing`}},
		{"no status", `‸` + Status + `}`, []string{`the field "status" is missing`}},
		{"an empty id", `{"id":‸"","type":"account.closed","account":"a","at":"2026-01-31"}`, []string{"id is empty"}},
		{"an empty account", `{"id":"1","type":"account.closed","account":‸"","at":"2026-01-31"}`, []string{"account is empty"}},
		{"an empty package", Changed[:len(Changed)-6] + `‸""}`, []string{"package is empty"}},
		{"an id that is no string", `{"id":‸1,"type":"account.closed","account":"a","at":"2026-01-31"}`, []string{"id: 1", "expected a string"}},
		{"an account of null", `{"id":"1","type":"account.closed","account":‸null,"at":"2026-01-31"}`, []string{"account: null", "expected a string"}},

		{"half a credit", Usage + `,"credits":‸5.5}`, []string{"credits: 5.5", "expected a whole number from 0 to 9223372036854775807"}},
		{"credits with a decimal point", Usage + `,"credits":‸5.0}`, []string{"credits: 5.0", "whole number"}},
		{"credits in quotes", Usage + `,"credits":‸"5"}`, []string{`credits: "5"`, "whole number of credits, not quoted"}},
		{"credits below zero", Usage + `,"credits":‸-5}`, []string{"credits: -5", "from 0"}},
		{"minus zero credits", Usage + `,"credits":‸-0}`, []string{"credits: -0"}},
		{"an exponent", Usage + `,"credits":‸1e3}`, []string{"credits: 1e3", "whole number"}},
		{"credits of null", Usage + `,"credits":‸null}`, []string{"credits: null", "whole number"}},
		{"credits of true", Usage + `,"credits":‸true}`, []string{"credits: true", "whole number"}},
		{"a list of credits", Usage + `,"credits":‸[5]}`, []string{"credits: an array", "whole number"}},
		{"credits beyond 64 bits", Usage + `,"credits":‸9223372036854775808}`, []string{"credits: 9223372036854775808", "to 9223372036854775807"}},

		{"an amount that is a number", Charge + `,"amount":‸5.00}`, []string{"amount: 5.00", "a decimal in quotes"}},
		{"an amount of null", Charge + `,"amount":‸null}`, []string{"amount: null", "a decimal in quotes"}},
		{"an amount finer than a cent", Charge + `,"amount":‸"5.001"}`, []string{`"5.001"`, "too many decimal digits", "2"}},
		{"an amount with an exponent", Charge + `,"amount":‸"1e3"}`, []string{`"1e3"`, "digits"}},
		{"an amount of NaN", Charge + `,"amount":‸"NaN"}`, []string{`"NaN"`, "digits"}},
		{"an amount with a sign of dollars", Charge + `,"amount":‸"$5"}`, []string{`"$5"`, "digits"}},
		{"an amount with a comma", Charge + `,"amount":‸"1,000"}`, []string{`"1,000"`, "digits"}},
		{"an empty amount", Charge + `,"amount":‸""}`, []string{`""`, "digits"}},
		{"an amount beyond 64 bits", Charge + `,"amount":‸"92233720368547758.08"}`, []string{"out of range"}},

		{"30 February", SomeAt + `‸"2026-02-30"}`, []string{`at: `, `"2026-02-30"`, "February 2026 has 28 days"}},
		{"30 February at ten", SomeAt + `‸"2026-02-30T10:00:00Z"}`, []string{"February 2026 has 28 days", "RFC 3339"}},
		{"no offset", SomeAt + `‸"2026-01-31T10:00:00"}`, []string{"it has no offset", "expected RFC 3339 with an offset"}},
		{"an offset without colon", SomeAt + `‸"2026-01-31T10:00:00+0100"}`, []string{"expected RFC 3339"}},
		{"an offset of a day", SomeAt + `‸"2026-01-31T10:00:00+24:00"}`, []string{"expected RFC 3339"}},
		{"a space for the T", SomeAt + `‸"2026-01-31 10:00:00Z"}`, []string{"expected RFC 3339"}},
		{"lower case", SomeAt + `‸"2026-01-31t10:00:00z"}`, []string{"expected RFC 3339"}},
		{"no seconds", SomeAt + `‸"2026-01-31T10:00Z"}`, []string{"expected RFC 3339"}},
		{"one digit of the hour", SomeAt + `‸"2026-01-31T9:00:00Z"}`, []string{"expected RFC 3339"}},
		{"24 o'clock", SomeAt + `‸"2026-01-31T24:00:00Z"}`, []string{"expected RFC 3339"}},
		{"a leap second", SomeAt + `‸"2026-12-31T23:59:60Z"}`, []string{"expected RFC 3339"}},
		{"ten digits of a second", SomeAt + `‸"2026-01-31T10:00:00.1234567890Z"}`, []string{"expected RFC 3339"}},
		{"a comma in the second", SomeAt + `‸"2026-01-31T10:00:00,5Z"}`, []string{"expected RFC 3339"}},
		{"a dot and no digits", SomeAt + `‸"2026-01-31T10:00:00.Z"}`, []string{"expected RFC 3339"}},
		{"a date without dashes", SomeAt + `‸"20260131"}`, []string{"expected RFC 3339", "or a date"}},
		{"an instant that is a number", SomeAt + `‸1769850000}`, []string{"at: 1769850000", "expected a string"}},
		{"the year 10000", SomeAt + `‸"10000-01-01"}`, []string{"10000-01-01"}},
		{"the year 10000 in UTC", SomeAt + `‸"9999-12-31T23:59:59-01:00"}`, []string{"years 1 to 9999"}},
		{"the year 0", SomeAt + `‸"0000-12-31"}`, []string{"year 0 is outside 1 to 9999"}},
		{"recorded_at", Closed + `,"recorded_at":‸"2026-02-30"}`, []string{"recorded_at", "February 2026 has 28 days"}},
		{"recorded_at of null", Closed + `,"recorded_at":‸null}`, []string{"recorded_at: null", "expected a string"}},

		{"a billing date on the day", Opened + `,"billing_date":‸"2026-01-31"}`, []string{"2026-01-31"}},
		{"a billing date too late", Opened + `,"billing_date":‸"2026-03-01"}`, []string{"2026-03-01", "2026-02-28"}},
		{"no such billing date", Opened + `,"billing_date":‸"2026-02-29"}`, []string{"billing_date", "February 2026 has 28 days"}},
		{"a billing date with a time", Opened + `,"billing_date":‸"2026-02-10T00:00:00Z"}`, []string{"billing_date", "YYYY-MM-DD"}},
		{"unknown effective", Closed + `,"effective":‸"perod_end"}`, []string{`did you mean "period_end"?`, "immediately, period_end"}},
		{"effective of null", Closed + `,"effective":‸null}`, []string{"effective: null"}},
		{"an unknown price list", Charge + `,"amount":"5","price_list":‸"wholesale"}`, []string{`price_list "wholesale"`, "retail, distributor"}},
		{"a price list of both", Charge + `,"amount":"5","price_list":‸""}`, []string{`price_list ""`, "retail, distributor"}},
		{"a price list of null", Charge + `,"amount":"5","price_list":‸null}`, []string{"price_list: null", "expected a string"}},
		{"a price list of usage", Usage + `,"credits":5,‸"price_list":"retail"}`, []string{`field of usage.recorded "price_list"`}},
		{"nothing voided", `‸` + Voided + `}`, []string{`the field "event" is missing`, "every event of its type"}},
		{"an empty event voided", Voided + `,"event":‸""}`, []string{"event is empty"}},
		{"an event voided that is no string", Voided + `,"event":‸17}`, []string{"event: 17", "expected a string"}},
		{"a close that voids", Closed + `,‸"event":"1"}`, []string{`field of account.closed "event"`, "expected one of id, type, account, at, recorded_at, metadata, effective"}},
		{"a Status as invoices show it", Status + `,"status":‸"Paid"}`, []string{`did you mean "paid"?`, "unpaid, paid, refunded"}},
		{"metadata of a list", Closed + `,"metadata":‸[1]}`, []string{"metadata: an array", "expected a JSON object"}},
		{"metadata of null", Closed + `,"metadata":‸null}`, []string{"metadata: null", "expected a JSON object"}},

		{"invalid UTF-8 in a string", "{\"id\":\"1‸\xff\"}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in a key", "{\"i‸\xffd\":\"1\"}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in metadata", Closed + ",\"metadata\":{\"k\":\"‸\xc3\"}}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in a key of metadata", Closed + ",\"metadata\":{\"‸\xc3\":1}}", []string{"invalid UTF-8"}},
		{"half a surrogate pair", `{"id":"‸\ud800"}`, []string{"surrogate"}},

		{"the second line", Closed + "}\n\n" + Usage + ",\"credits\":‸5.5}\n", []string{"credits: 5.5"}},
		{"after CRLF", Closed + "}\r\n" + Usage + ",\"credits\":‸5.5}\r\n", []string{"credits: 5.5"}},
		{"after letters of two bytes", `{"id":"äöü","type":‸5}`, []string{"type: 5"}},
		{"after a byte order mark", "\ufeff" + Usage + `,"credits":‸5.5}`, []string{"credits: 5.5"}},
		{"a byte order mark on the second line", Closed + "}\n‸\ufeff" + Closed + "}", []string{"broken JSON"}},
		{"a bare CR between two", Closed + "}\r‸" + Closed + "}", []string{"something after the object"}},
	}
}

// Common are lines that are read the fast way, of every type and with every field.
var Common = []string{
	Opened + `}`,
	Opened + `,"billing_date":"2026-02-10"}`,
	Changed + `}`,
	Changed + `,"effective":"period_end","recorded_at":"2026-01-31T10:00:00+05:45"}`,
	Closed + `,"effective":"immediately"}`,
	`{"id":"1","type":"account.change_cancelled","account":"a","at":"2026-01-31"}`,
	Usage + `,"credits":0}`,
	Usage + `,"credits":999999999999999999}`,
	Charge + `,"amount":"-12.50"}`,
	Charge + `,"amount":"100"}`,
	Charge + `,"price_list":"retail","amount":"100"}`,
	Charge + `,"amount":"100","price_list":"distributor"}`,
	Voided + `,"event":"e 1"}`,
	Voided + `,"recorded_at":"2026-02-01","event":"é"}`,
	Status + `,"status":"canceled"}`,
	Plain("2025-03-04T09:30:12Z"),
	Plain("2025-03-04T23:59:59Z"),
	Plain("2024-02-29T00:00:00Z"),
	Plain("2025-03-04T09:30:12.5Z"),
	Plain("2025-03-04T09:30:12+01:00"),
	Plain("2025-03-04"),
	strings.Replace(Plain("2025-03-04T09:30:12Z"), `usage.recorded`, `account.closed`, 1)[:len(Plain("2025-03-04T09:30:12Z"))-len(`,"credits":1234}`)] + `,"effective":"period_end","metadata":{"a":1}}`,
	strings.Replace(Plain("2025-03-04T09:30:12Z"), `evt`, `évt`, 1),
	strings.Replace(Plain("2025-03-04T09:30:12Z"), `harbor`, `hårbor`, 1),
	strings.Replace(Plain("2025-03-04T09:30:12Z"), `,"cred`, ` , "cred`, 1),
	`{"credits":1234,"at":"2025-03-04T09:30:12Z","account":"harbor-books-00123@example.com","type":"usage.recorded","id":"evt-000000123456"}`,
	" \t{ \"id\" : \"1\" ,\r\"type\"\n: \"usage.recorded\", \"account\" :\"a\", \"at\": \"2026-01-31\" , \"credits\" : 5 } \r\n\t",
	"{\"id\":\"ü\",\"type\":\"charge.added\",\"account\":\"账户🙂\",\"at\":\"2026-01-31\",\"amount\":\"5\",\"description\":\"</b> \x7f\u2028\"}",
	`{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","amount":"5","description":""}`,
	Closed + `,"metadata":{}}`,
	Closed + `,"metadata": { "b" : [1e400,"\ud83d\ude00"], "a":{"b":null}} }`,
	SomeAt + `"2024-02-29"}`,
	SomeAt + `"2000-02-29T00:00:00Z"}`,
	SomeAt + `"0002-01-01T00:00:00+23:59"}`,
	SomeAt + `"9998-12-31T23:59:59.999999999-23:59"}`,
	SomeAt + `"1969-12-31T23:59:59.5-00:00"}`,
	SomeAt + `"2026-03-29T02:30:00.120Z"}`,
}

// Plain is a line as most programs write it, with an instant.
func Plain(at string) string {
	return `{"id":"evt-000000123456","type":"usage.recorded","account":"harbor-books-00123@example.com","at":"` + at + `","credits":1234}`
}

// Uncommon are lines that begin as the plain one does, most of them no events: cut short everywhere,
// and with another byte everywhere.
func Uncommon() (list []string) {
	line := Plain("2025-03-04T09:30:12Z")
	for i := range line {
		list = append(list, line[:i], line[:i]+"\x00"+line[i+1:], line[:i]+`"`+line[i:])
		for _, b := range "09:;/@5T}," {
			list = append(list, line[:i]+string(b)+line[i+1:])
		}
	}
	long := strings.Replace(line, "evt", strings.Repeat("x", 80), 1)
	for i := range long {
		list = append(list, long[:i], long[:i]+`"`)
	}
	for n := range 60 {
		list = append(list, `{"id":"`+strings.Repeat("a", 30+n)+`","type":"abcdefghijklm`[:len(`","type":"abcdefghijklm`)-n%24])
	}
	for _, at := range []string{"24:00:00", "23:60:00", "23:59:60", "0a:00:00", "00:0:000", "00:00:0 ", "00-00-00", "/0:00:00", ":0:00:00", "00:00:0:"} {
		list = append(list, Plain("2025-03-04T"+at+"Z"))
	}
	return append(list, Plain("2025-02-29T09:30:12Z"), Plain("0001-01-01T00:00:00Z"), Plain("9999-12-31T00:00:00Z"))
}

// Others are lines of good events that are read the strict way.
var Others = []string{
	`{"\u0069d":"1","type":"account.closed","account":"a","at":"2026-01-31"}`,
	`{"id":"\u0031","type":"account.closed","account":"a","at":"2026-01-31"}`,
	`{"id":"1","type":"account\u002eclosed","account":"a","at":"2026-01-31"}`,
	`{"id":"1","type":"account.closed","account":"a\"b","at":"2026\u002d01-31"}`,
	Usage + `,"credits":1000000000000000000}`,
	Usage + `,"credits":9223372036854775807}`,
	Charge + `,"amount":"100","price_list":"re\u0074ail"}`,
	Voided + `,"event":"\u0031"}`,
	SomeAt + `"0001-01-02"}`,
	SomeAt + `"0001-12-31T23:59:59Z"}`,
	SomeAt + `"9999-01-01T00:00:00Z"}`,
	SomeAt + `"9999-12-31"}`,
	Closed + `,"metadata":{"long":"` + strings.Repeat("x", 10_000) + `"}}`,
}

// Mistakes are lines that are no events, beyond those of TestReadRefuses.
var Mistakes = []string{
	"", " ", "{", "}", "{}", "}{", "}" + Closed + "}", "}" + Closed[1:] + "}", "{,}", `{"`, `{"id`, `{"id"`, `{"id":`, `{"id":"1",`, `{"id":"1" "type":"account.closed"}`, `{"id":"1",,"type":"account.closed"}`,
	Closed, Closed + ",}", Closed + "}}", Closed + "}\x00", "," + Closed + "}", "{" + Closed + "}", Closed + `,"":""}`, Closed + `,"at":"2026-01-31"}`,
	Usage + `,"credits":}`, Usage + `,"credits":00}`, Usage + `,"credits":01}`, Usage + `,"credits":1.}`, Usage + `,"credits":1`, Usage + `,"credits":0x1}`,
	Usage + `,"credits":99999999999999999999999999}`, Usage + `,"credits":1,"metadata":{}`, Usage + `,"credits":1,"metadata":{"a":1,"a":2}}`,
	Usage + `,"credits":1,"metadata":{"a":1}x}`, Usage + `,"credits":1,"metadata":[]}`, Usage + `,"credits":1,"metadata":`,
	Usage + `,"credits":1,"amount":"1"}`, Charge + `,"amount":"1"`, Charge + `,"amount":""}`, Charge + `,"amount":"-"}`, Charge + `,"amount":1}`,
	Charge + `,"amount":"1","price_list":""}`, Charge + `,"amount":"1","price_list":"Retail"}`, Charge + `,"amount":"1","price_list":null}`, Usage + `,"credits":1,"price_list":"retail"}`,
	Voided + `}`, Voided + `,"event":""}`, Voided + `,"event":1}`, Voided + `,"event":"1","event":"1"}`, Closed + `,"event":"1"}`, Voided + `,"event":"1","package":"Gold"}`,
	Status + `,"status":""}`, Status + `,"status":"Paid"}`, Closed + `,"effective":""}`, Closed + `,"effective":"Immediately"}`,
	Opened + `,"billing_date":""}`, Opened + `,"billing_date":"2026-01-30"}`, Opened + `,"billing_date":"2026-03-02"}`, Changed + `,"billing_date":"2026-02-10"}`,
	SomeAt + `""}`, SomeAt + `"2026-02-29"}`, SomeAt + `"1900-02-29T00:00:00Z"}`, SomeAt + `"2026-00-01"}`, SomeAt + `"2026-13-01"}`, SomeAt + `"2026-01-00"}`, SomeAt + `"2026-04-31"}`,
	SomeAt + `"2026-01-31T"}`, SomeAt + `"2026-01-31Z"}`, SomeAt + `"2026-01-31T10:00:00z"}`, SomeAt + `"2026-01-31t10:00:00Z"}`, SomeAt + `"2026-01-31T10:60:00Z"}`,
	SomeAt + `"2026-01-31T10:00:60Z"}`, SomeAt + `"2026-01-31T1a:00:00Z"}`, SomeAt + `"2026-01-31T10-00:00Z"}`, SomeAt + `"2026/01/31T10:00:00Z"}`, SomeAt + `"+026-01-31T10:00:00Z"}`,
	SomeAt + `"2026-01-31T10:00:00ZZ"}`, SomeAt + `"2026-01-31T10:00:00.Z"}`, SomeAt + `"2026-01-31T10:00:00.5"}`, SomeAt + `"2026-01-31T10:00:00.1234567890Z"}`,
	SomeAt + `"2026-01-31T10:00:00+1:00"}`, SomeAt + `"2026-01-31T10:00:00+24:00"}`, SomeAt + `"2026-01-31T10:00:00+23:60"}`, SomeAt + `"2026-01-31T10:00:00*01:00"}`,
	SomeAt + `"2026-01-31T10:00:00+01:000"}`, SomeAt + `"2026-01-31T10:00:00+01"}`, SomeAt + `"2026-01-31T10:00:00+01.00"}`, SomeAt + `"0001-01-01T00:00:00Z"}`, SomeAt + `"0000-12-31T23:00:00-02:00"}`,
	"{\"id\":\"\xff\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}", "{\"id\":\"\xc3\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}",
	"{\"id\":\"\xed\xa0\x80\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}", "{\"id\":\"\x1f\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}",
	"\xa0" + Closed + "}", "\v" + Closed + "}", "\u00a0" + Closed + "}", "\ufeff" + Closed + "}",
}

// Lines are all of them, and what TestReadRefuses has.
func Lines() []string {
	list := slices.Concat(Common, Others, Mistakes, Uncommon())
	for _, r := range Refusals() {
		list = append(list, strings.Split(strings.Replace(r.Text, "‸", "", 1), "\n")...)
	}
	return list
}

// UsageLines are lines of Usage of some accounts in turn, of 135 bytes each.
func UsageLines(lines, accounts int) [][]byte {
	list := make([][]byte, lines)
	start := At("2025-03-04T09:30:12Z")
	for i := range list {
		list[i] = fmt.Appendf(nil, `{"id":"evt-%012d","type":"usage.recorded","account":"harbor-books-%05d@example.com","at":%q,"credits":%d}`,
			i, i*7919%accounts, start.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), 1000+i%9000)
	}
	return list
}
