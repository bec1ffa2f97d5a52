package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/money"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var chf = money.MustCurrency("CHF")

func TestParseIn(t *testing.T) {
	tests := []struct {
		name  string
		in    string
		cur   money.Currency
		minor int64
		err   error
	}{
		{"cents", "79.95", money.USD, 7995, nil},
		{"no fraction", "-3", money.USD, -300, nil},
		{"one decimal", "0.5", money.USD, 50, nil},
		{"leading zeros", "007.50", money.USD, 750, nil},
		{"negative zero is zero", "-0", money.USD, 0, nil},
		{"negative zero with decimals", "-0.00", money.USD, 0, nil},
		{"zeros beyond the cent", "9.950000000000000000000000", money.USD, 995, nil},
		{"yen", "500", money.JPY, 500, nil},
		{"yen with zeros", "500.00", money.JPY, 500, nil},
		{"fils", "1.364", money.BHD, 1364, nil},
		{"no currency", "5", money.Currency(0), 5, nil},
		{"largest", "92233720368547758.07", money.USD, math.MaxInt64, nil},
		{"least", "-92233720368547758.08", money.USD, math.MinInt64, nil},
		{"many leading zeros", strings.Repeat("0", 1000) + "1", money.USD, 100, nil},

		{"tenth of a cent", "9.951", money.USD, 0, money.ErrTooFine},
		{"half a yen", "0.5", money.JPY, 0, money.ErrTooFine},
		{"trace", "0.0000000000000000000000000001", money.USD, 0, money.ErrTooFine},
		{"one past the largest", "92233720368547758.08", money.USD, 0, money.ErrOverflow},
		{"one past the least", "-92233720368547758.09", money.USD, 0, money.ErrOverflow},
		{"2⁶⁴ minor units", "184467440737095516.16", money.USD, 0, money.ErrOverflow},
		{"overflow by the missing decimals", "184467440737095517", money.USD, 0, money.ErrOverflow},
		{"huge", strings.Repeat("9", 1000), money.USD, 0, money.ErrOverflow},

		{"empty", "", money.USD, 0, money.ErrSyntax},
		{"minus", "-", money.USD, 0, money.ErrSyntax},
		{"two minuses", "--1", money.USD, 0, money.ErrSyntax},
		{"plus", "+1", money.USD, 0, money.ErrSyntax},
		{"leading dot", ".5", money.USD, 0, money.ErrSyntax},
		{"trailing dot", "5.", money.USD, 0, money.ErrSyntax},
		{"dot", ".", money.USD, 0, money.ErrSyntax},
		{"two dots", "1.2.3", money.USD, 0, money.ErrSyntax},
		{"comma", "1,5", money.USD, 0, money.ErrSyntax},
		{"exponent", "1e3", money.USD, 0, money.ErrSyntax},
		{"space before", " 1", money.USD, 0, money.ErrSyntax},
		{"line end", "1\n", money.USD, 0, money.ErrSyntax},
		{"other digits", "١", money.USD, 0, money.ErrSyntax},
		{"infinity", "Inf", money.USD, 0, money.ErrSyntax},
		{"grammar comes before fineness", "0.001x", money.USD, 0, money.ErrSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := money.ParseIn(tt.in, tt.cur)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err, "ParseIn(%q, %s)", tt.in, tt.cur)
				require.Less(t, len(err.Error()), 200, "an error quotes a little of what is wrong")
				return
			}
			require.NoError(t, err, "ParseIn(%q, %s)", tt.in, tt.cur)
			require.Equal(t, money.New(tt.minor, tt.cur), got, "ParseIn(%q, %s)", tt.in, tt.cur)
		})
	}
}

func TestParse(t *testing.T) {
	require.Equal(t, money.New(7995, money.USD), money.MustParse("79.95 USD"))
	require.Equal(t, money.Amount{}, money.MustParse("0 XXX"), "the zero value")
	for _, s := range []string{"", "79.95", "79.95USD", "79.95  USD", "79.95 USD ", " 79.95 USD", "79.95 usd", "USD 79.95", "79.95\tUSD", "79.95 "} {
		_, err := money.Parse(s)
		require.ErrorIs(t, err, money.ErrSyntax, "Parse(%q)", s)
	}
	_, err := money.Parse("79.955 USD")
	require.ErrorIs(t, err, money.ErrTooFine)
	require.Panics(t, func() { money.MustParse("79.95") })
}

func TestErrorsReadWell(t *testing.T) {
	usd := money.MustParse("79.95 USD")
	most := money.New(math.MaxInt64, money.USD)
	least := money.New(math.MinInt64, money.USD)
	second := func(_ any, err error) error { return err }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"currency", second(usd.Add(money.MustParse("5.00 EUR"))), `add "5.00 EUR" to "79.95 USD": currencies differ`},
		{"no currency", second(usd.Sub(money.Amount{})), `subtract "0 XXX" from "79.95 USD": currencies differ`},
		{"compare", second(usd.Cmp(money.New(5, money.JPY))), `compare "79.95 USD" with "5 JPY": currencies differ`},
		{"add", second(most.Add(most)), `add "92233720368547758.07 USD" to "92233720368547758.07 USD": amount out of range`},
		{"sub", second(least.Sub(usd)), `subtract "79.95 USD" from "-92233720368547758.08 USD": amount out of range`},
		{"neg", second(least.Neg()), `negate "-92233720368547758.08 USD": amount out of range`},
		{"fraction", second(usd.MulFrac(1, 0, money.HalfUp)), `multiply "79.95 USD" by 1/0: no such fraction`},
		{"product", second(most.MulFrac(3, 2, money.HalfUp)), `multiply "92233720368547758.07 USD" by 3/2: amount out of range`},
		{"split", second(usd.Split(0)), `split "79.95 USD" into 0 parts: no such fraction, expected 1 to 1048576`},
		{"weight", second(usd.SplitBy([]int64{1, -2})), `split "79.95 USD" by weight -2: no such fraction, expected none below zero`},
		{"no weight", second(usd.SplitBy([]int64{0, 0})), `split "79.95 USD" by 2 weights: no such fraction, expected one above zero`},
		{"too fine", second(money.ParseIn("9.955", money.USD)), `parse amount "9.955": too many decimal digits, expected at most 2 for USD`},
		{"syntax", second(money.Parse("9.95")), `parse amount "9.95": invalid syntax, expected a number, a space and a currency, such as "79.95 USD"`},
		{"code", second(money.Parse("9.95 usd")), `parse amount "9.95 usd": parse currency "usd": invalid syntax, expected "USD"`},
		{"rate", second(money.ParseRate("-1")), `parse rate "-1": invalid syntax, expected digits, such as "0.00047", at most 40 characters`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.EqualError(t, tt.err, tt.want) })
	}
}

func TestForms(t *testing.T) {
	tests := []struct {
		name            string
		a               money.Amount
		number, display string
	}{
		{"dollars", money.New(7995, money.USD), "79.95", "$79.95"},
		{"credit", money.New(-300, money.USD), "-3.00", "-$3.00"},
		{"less than one", money.New(-5, money.USD), "-0.05", "-$0.05"},
		{"zero", money.New(0, money.USD), "0.00", "$0.00"},
		{"euros", money.New(500, money.EUR), "5.00", "€5.00"},
		{"pounds", money.New(500, money.GBP), "5.00", "£5.00"},
		{"yen", money.New(500, money.JPY), "500", "¥500"},
		{"dinars", money.New(-1, money.BHD), "-0.001", "-BHD 0.001"},
		{"francs", money.New(500, chf), "5.00", "CHF 5.00"},
		{"francs of credit", money.New(-500, chf), "-5.00", "-CHF 5.00"},
		{"thousands", money.New(123456789, money.USD), "1234567.89", "$1234567.89"},
		{"least", money.New(math.MinInt64, money.USD), "-92233720368547758.08", "-$92233720368547758.08"},
		{"no currency", money.New(-5, money.Currency(0)), "-5", "-5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.number, tt.a.Number())
			require.Equal(t, tt.number+" "+tt.a.Currency().String(), tt.a.String())
			require.Equal(t, tt.display, tt.a.Display())
		})
	}
}

// prefixOf is what a sentence has before a number of a currency.
func prefixOf(c money.Currency) string {
	switch {
	case c == 0:
		return ""
	case c.Symbol() != "":
		return c.Symbol()
	}
	return c.String() + " "
}

// Law: Number is minor units over their number to the major one, Display puts the currency between sign and number, and what is
// appended comes after what was there.
func TestFormsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genAmount().Draw(t, "a")
		exact := new(big.Rat).SetInt64(a.Minor())
		number := exact.Quo(exact, minorUnits(a.Currency())).FloatString(a.Currency().Digits())
		require.Equal(t, number, a.Number())
		require.Equal(t, "x"+number, string(a.AppendNumber([]byte("x"))))

		bare, below := strings.CutPrefix(number, "-")
		display := prefixOf(a.Currency()) + bare
		if below {
			display = "-" + display
		}
		require.Equal(t, display, a.Display())
		require.Equal(t, "x"+display, string(a.AppendDisplay([]byte("x"))))
	})
}

// Law: Parse∘String = id, and so for Number, the text methods and JSON.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genAmount().Draw(t, "a")
		got, err := money.Parse(a.String())
		require.NoError(t, err, "Parse(%q)", a.String())
		require.Equal(t, a, got, "Parse(%q)", a.String())

		got, err = money.ParseIn(a.Number(), a.Currency())
		require.NoError(t, err, "ParseIn(%q)", a.Number())
		require.Equal(t, a, got, "ParseIn(%q)", a.Number())

		doc, err := json.Marshal(map[string]money.Amount{"a": a})
		require.NoError(t, err)
		var back map[string]money.Amount
		require.NoError(t, json.Unmarshal(doc, &back))
		require.Equal(t, a, back["a"], "%s", doc)
	})
}

func TestUnmarshalFailureChangesNothing(t *testing.T) {
	a := money.MustParse("79.95 USD")
	require.Error(t, a.UnmarshalText([]byte("1.005 USD")))
	require.Equal(t, money.MustParse("79.95 USD"), a)
}

// Law: Add and Sub are exact or an error, and undo each other.
func TestAddSubLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCurrency().Draw(t, "currency")
		a, b := money.New(genInt64().Draw(t, "a"), c), money.New(genInt64().Draw(t, "b"), c)
		x, y := big.NewInt(a.Minor()), big.NewInt(b.Minor())

		sum, err := a.Add(b)
		if want := new(big.Int).Add(x, y); want.IsInt64() {
			require.NoError(t, err, "Add(%s, %s)", a, b)
			require.Equal(t, money.New(want.Int64(), c), sum, "Add(%s, %s)", a, b)
			back, err := sum.Sub(b)
			require.NoError(t, err, "Sub(%s, %s)", sum, b)
			require.Equal(t, a, back, "Sub(%s, %s)", sum, b)
		} else {
			require.ErrorIs(t, err, money.ErrOverflow, "Add(%s, %s)", a, b)
		}
		diff, err := a.Sub(b)
		if want := new(big.Int).Sub(x, y); want.IsInt64() {
			require.NoError(t, err, "Sub(%s, %s)", a, b)
			require.Equal(t, money.New(want.Int64(), c), diff, "Sub(%s, %s)", a, b)
		} else {
			require.ErrorIs(t, err, money.ErrOverflow, "Sub(%s, %s)", a, b)
		}
		order, err := a.Cmp(b)
		require.NoError(t, err)
		require.Equal(t, x.Cmp(y), order, "Cmp(%s, %s)", a, b)
		require.Equal(t, x.Sign(), a.Sign(), "Sign(%s)", a)
		require.Equal(t, x.Sign() == 0, a.IsZero(), "IsZero(%s)", a)
		if neg, err := a.Neg(); err == nil {
			zero, err := a.Add(neg)
			require.NoError(t, err)
			require.Equal(t, money.New(0, c), zero, "a + −a, a = %s", a)
		}
	})
}
