package invoice_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

func rate(t require.TestingT, s string) money.Rate {
	r, err := money.ParseRate(s)
	require.NoError(t, err)
	return r
}

func parsePackages(t require.TestingT, text string) []invoice.Package {
	packages, err := invoice.ParsePackages("packages.json", []byte(text), money.USD)
	require.NoError(t, err)
	return packages
}

func TestParsePackages(t *testing.T) {
	wholesale := money.MustParse("6.50 USD")
	packages := parsePackages(t, `[
	{"name": "Starter", "price": 9.95, "description": "For small lists", "credits": 10000, "overage": 0.00047,
	 "has_reseller": false, "has_ip": true, "distributor_price": 6.50, "effective_from": "2026-07-01", "currency": "USD"},
	{"name": "Free", "price": "0", "credits": "1000", "overage": "0.10"},
	{"price": 1, "name": "Größe"}
]`)
	require.Equal(t, invoice.Package{Name: "Starter", Price: money.MustParse("9.95 USD"), Credits: 10000, Overage: rate(t, "0.00047"),
		Description: "For small lists", HasIP: true, DistributorPrice: &wholesale, EffectiveFrom: cycle.MustDate("2026-07-01"),
		At: source.Place{File: "packages.json", Line: 2, Column: 2}}, packages[0])
	require.Equal(t, invoice.Package{Name: "Free", Price: money.MustParse("0.00 USD"), Credits: 1000, Overage: rate(t, "0.1"),
		At: source.Place{File: "packages.json", Line: 4, Column: 2}}, packages[1], "numbers may be quoted")
	require.Equal(t, money.MustParse("1.00 USD"), packages[2].Price)
	require.Nil(t, packages[2].DistributorPrice)
	require.Empty(t, parsePackages(t, "[]"))

	upstream := rate(t, "0.0006")
	both := parsePackages(t, `[{"name":"A","price":1,"credits":5,"overage":0.001,"distributor_overage":0.00060},{"name":"B","price":1,"credits":0,"distributor_overage":"0"}]`)
	require.Equal(t, &upstream, both[0].DistributorOverage)
	require.Equal(t, &money.Rate{}, both[1].DistributorOverage, "zero is a price, and not the same as none")
	require.Nil(t, packages[0].DistributorOverage)

	exponents := parsePackages(t, `[{"name":"A","price":1.95e1,"credits":5,"overage":5e-05,"distributor_overage":"4.7E-4","distributor_price":"1e+1"}]`)
	require.Equal(t, money.MustParse("19.50 USD"), exponents[0].Price)
	require.Equal(t, money.MustParse("10.00 USD"), *exponents[0].DistributorPrice)
	require.Equal(t, rate(t, "0.00005"), exponents[0].Overage)
	require.Equal(t, rate(t, "0.00047"), *exponents[0].DistributorOverage)

	yen, err := invoice.ParsePackages("packages.json", []byte(`[{"name":"A","price":500,"currency":"JPY"}]`), money.JPY)
	require.NoError(t, err)
	require.Equal(t, money.MustParse("500 JPY"), yen[0].Price)
	_, err = invoice.ParsePackages("packages.json", []byte(`[{"name":"A","price":500.5}]`), money.JPY)
	require.ErrorIs(t, err, money.ErrTooFine)
}

// The mark ‸ stands before the byte at which the error must be.
func TestParsePackagesRefuses(t *testing.T) {
	tests := []struct {
		name, text, want string
		is               error
	}{
		{"nothing", `‸`, "nothing there", nil},
		{"an object", `‸{}`, "an object, expected a JSON list of objects", nil},
		{"a number", `[‸5]`, "a number, expected a JSON object", nil},
		{"cut short", `[{"name":"A","price":1}‸`, "ends too early", nil},
		{"something after it", `[] ‸x`, "something after the end", nil},
		{"no price", "[\n ‸{\"name\":\"A\"}]", `"A" has no price`, nil},
		{"no name", `[‸{"price":1}]`, "has no name", nil},
		{"an empty name", `[{"name":‸"","price":1}]`, "name is empty", nil},
		{"a name that is a number", `[{"name":‸5,"price":1}]`, "expected a string", nil},
		{"an unknown key", `[{"name":"A",‸"prize":1}]`, `did you mean "price"?`, nil},
		{"a key in capitals", `[{‸"Name":"A","price":1}]`, `did you mean "name"?`, nil},
		{"a repeated key", `[{"name":"A",‸"name":"A","price":1}]`, "repeated", nil},
		{"a price below zero", `[{"name":"A","price":‸-1}]`, "-1 is negative", nil},
		{"a quoted price below zero", `[{"name":"A","price":‸"-0.01"}]`, "negative", nil},
		{"a price finer than a cent", `[{"name":"A","price":‸1.001}]`, "too many decimal digits", money.ErrTooFine},
		{"a price finer than a cent by its exponent", `[{"name":"A","price":‸1e-3}]`, "0.001", money.ErrTooFine},
		{"an exponent beyond all prices", `[{"name":"A","price":‸1e41}]`, "1e41", money.ErrSyntax},
		{"a price below zero with an exponent", `[{"name":"A","price":‸-1e2}]`, "-1e2 is negative", nil},
		{"an exponent without a number", `[{"name":"A","price":‸"e2"}]`, "e2", money.ErrSyntax},
		{"a price of null", `[{"name":"A","price":‸null}]`, "expected a number", nil},
		{"a price beyond 64 bits", `[{"name":"A","price":‸92233720368547758.08}]`, "out of range", money.ErrOverflow},
		{"an overage below zero", `[{"name":"A","price":1,"credits":5,"overage":‸-0.1}]`, "-0.1", nil},
		{"an overage without credits", `[‸{"name":"A","price":1,"overage":0.1}]`, "no credits", nil},
		{"credits below zero", `[{"name":"A","price":1,"credits":‸-5}]`, "a whole number from 0", nil},
		{"half a credit", `[{"name":"A","price":1,"credits":‸5.5}]`, "a whole number from 0", nil},
		{"credits beyond 64 bits", `[{"name":"A","price":1,"credits":‸9223372036854775808}]`, "to 9223372036854775807", nil},
		{"a distributor_price below zero", `[{"name":"A","price":1,"distributor_price":‸-1}]`, "negative", nil},
		{"a distributor_price of null", `[{"name":"A","price":1,"distributor_price":‸null}]`, "expected a number", nil},
		{"a distributor_overage below zero", `[{"name":"A","price":1,"credits":5,"distributor_overage":‸-0.1}]`, "distributor_overage: -0.1 is negative", nil},
		{"a distributor_overage of null", `[{"name":"A","price":1,"credits":5,"distributor_overage":‸null}]`, "distributor_overage: null, expected a number", nil},
		{"a distributor_overage of more digits than a rate has", `[{"name":"A","price":1,"credits":5,"distributor_overage":‸1e-40}]`, "distributor_overage: parse rate", money.ErrSyntax},
		{"a distributor_overage without credits", `[‸{"name":"A","price":1,"distributor_overage":0.1}]`, "has a distributor_overage but no credits", nil},
		{"another currency", `[{"name":"A","price":1,"currency":‸"EUR"}]`, "EUR", money.ErrCurrency},
		{"an unknown currency", `[{"name":"A","price":1,"currency":‸"usd"}]`, `"USD"`, nil},
		{"30 February", `[{"name":"A","price":1,"effective_from":‸"2026-02-30"}]`, "February 2026 has 28 days", nil},
		{"an empty effective_from", `[{"name":"A","price":1,"effective_from":‸""}]`, "YYYY-MM-DD", nil},
		{"has_ip of 1", `[{"name":"A","price":1,"has_ip":‸1}]`, "expected true or false", nil},
		{"a description of null", `[{"name":"A","price":1,"description":‸null}]`, "expected a string", nil},
		{"invalid UTF-8", "[{\"name\":\"‸\xff\",\"price\":1}]", "invalid UTF-8", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := invoice.ParsePackages("packages.json", []byte(strings.Replace(tt.text, "‸", "", 1)), money.USD)
			requirePlace(t, err, "packages.json", tt.text, tt.want)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
		})
	}
}

func TestCatalogueRefuses(t *testing.T) {
	usd := func(s string) money.Amount { return money.MustParse(s + " USD") }
	minus, yen := usd("-1.00"), money.MustParse("5 JPY")
	tests := []struct {
		name     string
		packages []invoice.Package
		want     string
	}{
		{"no name", []invoice.Package{{Price: usd("1.00")}}, "name is empty"},
		{"a price below zero", []invoice.Package{{Name: "A", Price: minus}}, "price -1.00 is negative"},
		{"a distributor_price below zero", []invoice.Package{{Name: "A", Price: usd("1.00"), DistributorPrice: &minus}}, "distributor_price -1.00 is negative"},
		{"two currencies", []invoice.Package{{Name: "A", Price: usd("1.00"), DistributorPrice: &yen}}, "JPY"},
		{"credits below zero", []invoice.Package{{Name: "A", Price: usd("1.00"), Credits: -1}}, "credits -1 is negative"},
		{"listed twice", []invoice.Package{{Name: "A", Price: usd("1.00")}, {Name: "B", Price: usd("1.00")}, {Name: "A", Price: usd("2.00")}}, `package "A" is listed twice`},
		{"listed twice from one day", []invoice.Package{{Name: "A", EffectiveFrom: cycle.MustDate("2026-01-01")}, {Name: "A", EffectiveFrom: cycle.MustDate("2026-01-01")}}, "2026-01-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := invoice.NewCatalogue(tt.packages, invoice.Retail)
			require.ErrorContains(t, err, tt.want)
		})
	}
	t.Run("places", func(t *testing.T) {
		_, err := invoice.NewCatalogue(parsePackages(t, "[{\"name\":\"A\",\"price\":1},\n {\"name\":\"A\",\"price\":2}]"), invoice.Retail)
		requirePlace(t, err, "packages.json", "[{\"name\":\"A\",\"price\":1},\n ‸{\"name\":\"A\",\"price\":2}]", "packages.json:1:2")
		require.ErrorContains(t, err, "effective_from")
	})
}

func TestCatalogueOn(t *testing.T) {
	list := parsePackages(t, `[
	{"name":"A","price":3,"effective_from":"2026-07-01"},
	{"name":"A","price":1,"effective_from":"2026-01-01"},
	{"name":"A","price":2,"effective_from":"2026-04-01"},
	{"name":"B","price":9,"effective_from":"2026-05-01"},
	{"name":"B","price":8}]`)
	c, err := invoice.NewCatalogue(list, invoice.Retail)
	require.NoError(t, err)
	tests := []struct{ name, start, want, why string }{
		{"A", "2025-06-01", "1.00 USD", "before the first, the earliest hold"},
		{"A", "2026-01-01", "1.00 USD", ""},
		{"A", "2026-03-31", "1.00 USD", "the period of 31 March keeps its terms to its end"},
		{"A", "2026-04-01", "2.00 USD", "on the day itself"},
		{"A", "2026-06-30", "2.00 USD", ""},
		{"A", "2099-01-01", "3.00 USD", ""},
		{"B", "2026-04-30", "8.00 USD", "no effective_from is from the beginning"},
		{"B", "2026-05-01", "9.00 USD", ""},
	}
	for _, tt := range tests {
		price, err := c.On(tt.name, cycle.MustDate(tt.start)).PeriodPrice()
		require.NoError(t, err)
		require.Equal(t, tt.want, price.String(), "On(%s, %s): %s", tt.name, tt.start, tt.why)
	}
	require.True(t, c.Has("A"))
	require.False(t, c.Has("a"), "names are as they are written")
	require.Nil(t, c.On("C", cycle.MustDate("2026-01-01")))
	require.False(t, invoice.Catalogue{}.Has("A"), "the zero value is empty")
	require.Nil(t, invoice.Catalogue{}.On("A", cycle.MustDate("2026-01-01")))
}

func TestPriceLists(t *testing.T) {
	list := parsePackages(t, `[{"name":"A","price":9.95,"distributor_price":6.50},{"name":"B","price":1},{"name":"C","price":1,"distributor_price":0}]`)
	start := cycle.MustDate("2026-01-01")
	retail, err := invoice.NewCatalogue(list, invoice.Retail)
	require.NoError(t, err)
	wholesale, err := invoice.NewCatalogue(list, invoice.Distributor)
	require.NoError(t, err)
	for _, tt := range []struct {
		of         invoice.Catalogue
		name, want string
	}{{retail, "A", "9.95 USD"}, {wholesale, "A", "6.50 USD"}, {retail, "B", "1.00 USD"}, {wholesale, "C", "0.00 USD"}} {
		price, err := tt.of.On(tt.name, start).PeriodPrice()
		require.NoError(t, err)
		require.Equal(t, tt.want, price.String())
	}
	_, err = wholesale.On("B", start).PeriodPrice()
	require.ErrorContains(t, err, `package "B" has no distributor_price`)

	_, err = invoice.NewCatalogue(list, invoice.Distributor+1)
	require.EqualError(t, err, "unknown price list #2, expected one of retail, distributor")

	for _, name := range []string{"retail", "distributor"} {
		l, err := invoice.ParsePriceList(name)
		require.NoError(t, err)
		require.Equal(t, name, l.String())
	}
	_, err = invoice.ParsePriceList("retial")
	require.ErrorContains(t, err, `did you mean "retail"?`)
}

// The price of a credit follows the price list; without one of its own, the wholesale list has the retail one.
func TestCreditPrice(t *testing.T) {
	list := parsePackages(t, `[
	{"name":"A","price":9.95,"credits":10,"overage":0.001,"distributor_price":6.50,"distributor_overage":0.0006},
	{"name":"B","price":9.95,"credits":10,"overage":0.001},
	{"name":"C","price":9.95,"credits":10,"overage":0.001,"distributor_overage":0},
	{"name":"D","price":9.95,"credits":10,"distributor_overage":0.25}]`)
	for _, tt := range []struct {
		list       invoice.PriceList
		name, want string
	}{
		{invoice.Retail, "A", "0.001"}, {invoice.Distributor, "A", "0.0006"}, {invoice.Retail, "B", "0.001"}, {invoice.Distributor, "B", "0.001"},
		{invoice.Retail, "C", "0.001"}, {invoice.Distributor, "C", "0"}, {invoice.Retail, "D", "0"}, {invoice.Distributor, "D", "0.25"},
	} {
		c, err := invoice.NewCatalogue(list, tt.list)
		require.NoError(t, err)
		require.Equal(t, tt.want, c.On(tt.name, cycle.MustDate("2026-01-01")).CreditPrice().String(), "%s on %s", tt.name, tt.list)
	}
}

// What a caller does to its packages, and to what it got from a catalogue, does not reach the catalogue.
func TestCatalogueStaysAsItWasMade(t *testing.T) {
	day := cycle.MustDate("2026-01-01")
	list := parsePackages(t, `[{"name":"A","price":9.95,"credits":10,"overage":0.001,"distributor_price":6.50,"distributor_overage":0.0006}]`)
	c, err := invoice.NewCatalogue(list, invoice.Distributor)
	require.NoError(t, err)
	spoil := func(p *invoice.Package) {
		*p.DistributorPrice, *p.DistributorOverage = money.MustParse("-1.00 USD"), rate(t, "7")
		p.Name, p.Credits, p.Price = "B", -5, money.MustParse("-2.00 USD")
	}
	spoil(&list[0])
	out := c.On("A", day).Package()
	spoil(&out)
	for terms := range c.All() {
		out := terms.Package()
		spoil(&out)
	}
	terms := c.Of("A").On(day)
	price, err := terms.PeriodPrice()
	require.NoError(t, err)
	require.Equal(t, money.MustParse("6.50 USD"), price)
	require.Equal(t, "0.0006", terms.CreditPrice().String())
	require.Equal(t, "A", terms.Name())
	require.Equal(t, int64(10), terms.Credits())
	require.Equal(t, money.MustParse("9.95 USD"), terms.Package().Price)
}

// Law: the terms of a day are those of the latest date that is not after it, in whatever order
// they are listed.
func TestLawCatalogueOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := cycle.MustDate("2026-01-01")
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 400), 1, 8, rapid.ID[int]).Draw(t, "days")
		var packages []invoice.Package
		for _, d := range days {
			packages = append(packages, invoice.Package{Name: "A", Price: money.New(int64(d), money.USD), EffectiveFrom: first.AddDays(d)})
		}
		c, err := invoice.NewCatalogue(packages, invoice.Retail)
		require.NoError(t, err)
		on := rapid.IntRange(-10, 420).Draw(t, "on")
		want, earliest := -1, days[0]
		for _, d := range days {
			earliest = min(earliest, d)
			if d <= on {
				want = max(want, d)
			}
		}
		require.Equal(t, int64(max(want, earliest)), c.On("A", first.AddDays(on)).Package().Price.Minor())
	})
}

// No error holds more than the beginning of a name or value.
func TestPackageErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\x7f", 5000)
	for _, text := range []string{`{"‸":1}`, `{"name":"‸"}`, `{"name":"‸","price":1,"overage":1}`, `{"name":"a","price":"‸"}`, `{"name":"a","price":"-‸"}`,
		`{"name":"a","overage":"‸"}`, `{"name":"a","overage":"-‸"}`, `{"name":"a","distributor_overage":"‸"}`, `{"name":"‸","price":1,"distributor_overage":1}`, `{"name":"a","credits":"‸"}`, `{"name":"a","has_ip":"‸"}`,
		`{"name":"a","effective_from":"‸"}`, `{"name":"a","currency":"‸"}`} {
		_, err := invoice.ParsePackages("packages.json", []byte("["+strings.Replace(text, "‸", long, 1)+"]"), money.USD)
		require.Error(t, err)
		require.Regexp(t, `(\\x7f|\x7f){50}`, err.Error(), text)
		requireShort(t, err)
	}
	one, minus, yen, day := money.MustParse("1.00 USD"), money.MustParse("-1.00 USD"), money.MustParse("5 JPY"), cycle.MustDate("2026-01-01")
	for _, p := range []invoice.Package{{Price: minus}, {Price: one, DistributorPrice: &minus}, {Price: one, DistributorPrice: &yen}, {Credits: -1}, {}, {EffectiveFrom: day}} {
		p.Name = long
		_, err := invoice.NewCatalogue([]invoice.Package{p, p}, invoice.Retail)
		require.ErrorContains(t, err, `package "\x7f\x7f`)
		requireShort(t, err)
	}
	c, err := invoice.NewCatalogue([]invoice.Package{{Name: long, Price: one}}, invoice.Distributor)
	require.NoError(t, err)
	_, err = c.On(long, day).PeriodPrice()
	require.ErrorContains(t, err, `package "\x7f\x7f`)
	requireShort(t, err)
}

func FuzzParsePackages(f *testing.F) {
	for _, s := range []string{"", "[]", "{}", "[null]", `[{"name":"A","price":1}]`, `[{"name":"A","price":"9.95","credits":"5","overage":"0.00047"}]`,
		`[{"name":"A","price":1,"credits":1,"distributor_overage":0.5}]`,
		`[{"name":"A","price":1,"distributor_price":0.5,"has_ip":true,"has_reseller":false,"description":"\u00e9","effective_from":"2026-01-31","currency":"USD"}]`,
		`[{"name":"A","price":1},{"name":"A","price":2}]`, `[{"name":"A","price":-1}]`, `[{"name":"A","price":1e9}]`, `[{"name":"A","price":1.001}]`, `[{"name":"A","price":1},]`, "[{\"name\":\"\xff\"}]"} {
		f.Add([]byte(s), "USD")
		f.Add([]byte(s), "JPY")
	}
	f.Fuzz(func(t *testing.T, data []byte, code string) {
		currency, err := money.ParseCurrency(code)
		if err != nil {
			currency = money.BHD
		}
		packages, err := invoice.ParsePackages("packages.json", data, currency)
		if err == nil {
			_, err = invoice.NewCatalogue(packages, invoice.Distributor)
		}
		if err != nil {
			parse := (*source.ParseError)(nil)
			require.True(t, errors.As(err, &parse), "%v", err)
			require.Positive(t, parse.Line)
			require.Positive(t, parse.Column)
			requireShort(t, err)
			return
		}
		for _, p := range packages {
			require.NotEmpty(t, p.Name)
			require.Equal(t, currency, p.Price.Currency())
			require.GreaterOrEqual(t, p.Price.Sign(), 0)
			require.GreaterOrEqual(t, p.Credits, int64(0))
		}
	})
}
