package table_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// amounts is a file of packages whose one price is the text.
func amounts(texts ...string) string {
	var b strings.Builder
	b.WriteString("name\tprice\n")
	for i, s := range texts {
		fmt.Fprintf(&b, "p%d\t%s\n", i, s)
	}
	return b.String()
}

const numberMapping = `{"delimiter": "tab", %s "fields": {"name": "name", "price": "price"}}`

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ marks, text, want string }{
		{`"decimal": ".",`, "79.95", "79.95"},
		{`"decimal": ".",`, " 79.95 ", "79.95"},
		{`"decimal": ".",`, "-79.95", "-79.95"},
		{`"decimal": ".",`, "79.95-", "-79.95"}, // as SAP writes it
		{`"decimal": ".",`, "(79.95)", "-79.95"},
		{`"decimal": ".",`, "($79.95)", "-79.95"},
		{`"decimal": ".",`, "-$79.95", "-79.95"},
		{`"decimal": ".",`, "$-79.95", "-79.95"},
		{`"decimal": ".",`, "$ 79.95", "79.95"},
		{`"decimal": ".",`, "79.95 USD", "79.95"},
		{`"decimal": ".",`, "US$79.95", "79.95"},
		{`"decimal": ".",`, "USD 79.95", "79.95"},
		{`"decimal": ".",`, "$79.95 USD", "79.95"},
		{`"decimal": ".", "exponents": true,`, "-7.995E1", "-79.95"},
		{`"decimal": ".", "exponents": true,`, "3.5E-1", "0.35"},
		{`"decimal": ".", "exponents": true,`, "5e2", "500"},
		{`"decimal": ".", "exponents": true,`, "0E-30", "0"},
		{`"decimal": ".", "exponents": true,`, "79.95", "79.95"},
		{`"decimal": ".",`, "($79.95) USD", "-79.95"},
		{`"decimal": ".",`, "\u221279.95", "-79.95"}, // a minus sign that is no hyphen
		{`"decimal": ".",`, "+79.95", "79.95"},
		{`"decimal": ".",`, ".5", "0.5"},
		{`"decimal": ".",`, "5.", "5"},
		{`"decimal": ".",`, "-0.00", "-0.00"},
		{`"decimal": ".",`, "007.50", "7.50"},
		{`"decimal": ".",`, "12.300000", "12.300000"}, // zeros make it no finer than a cent
		{`"decimal": ".", "group": ",",`, "1,234,567.50", "1234567.50"},
		{`"decimal": ".", "group": ",",`, "12,34,567.50", "1234567.50"}, // lakhs
		{`"decimal": ".", "group": ",",`, "1234567.50", "1234567.50"},
		{`"decimal": ".", "group": "'",`, "1'234.50", "1234.50"},
		{`"decimal": ".", "group": "'",`, "1\u2019234.50", "1234.50"},
		{`"decimal": ",", "group": ".",`, "1.234,50", "1234.50"},
		{`"decimal": ",", "group": ".",`, "1.234", "1234"},
		{`"decimal": ",", "group": " ",`, "1\u00a0234,50", "1234.50"},
		{`"decimal": ",", "group": " ",`, "1\u202f234,50", "1234.50"},
		{`"decimal": ",",`, "12,5", "12.5"},
		{`"group": ".",`, "1.234", "1234"}, // the decimal mark is then the other one
		{`"group": ",",`, "1,234", "1234"}, //
		{``, "12.50", "12.50"},             // it can be read in one way only
		{``, "12,50", "12.50"},             //
		{``, "1.234,50", "1234.50"},        //
		{``, "1,234.50", "1234.50"},        //
		{``, "1,234,567", "1234567"},       //
		{``, "1 234,50", "1234.50"},        //
		{``, "79", "79"},                   //
		{`"decimal": ".",`, "79.95 EUR", `! f.csv:2:4: cell B2 (price): "79.95 EUR" is not a number, expected an amount in USD, the currency of the policy`},
		{`"decimal": ".",`, "€79.95", `! f.csv:2:4: cell B2 (price): "€79.95" is not a number, expected an amount in USD, the currency of the policy`},
		{`"decimal": ".",`, "5%", `! f.csv:2:4: cell B2 (price): "5%" is not a number, expected an amount and no percentage`},
		{`"decimal": ".",`, "1,234.50", `! f.csv:2:4: cell B2 (price): "1,234.50" is not a number, expected digits such as 1234.50; if "," stands between groups of digits, the mapping has to say "group": ","`},
		{`"decimal": ".", "group": ",",`, "12,34.50", `! f.csv:2:4: cell B2 (price): "12,34.50" is not a number, expected digits such as 1,234.50`},
		{`"decimal": ",",`, "12.50", `! f.csv:2:4: cell B2 (price): "12.50" is not a number, expected digits such as 1234,50; if "." stands between groups of digits, the mapping has to say "group": "."`},
		{`"decimal": ".",`, "12.5.0", `! f.csv:2:4: cell B2 (price): "12.5.0" is not a number, expected digits such as 1234.50`},
		{`"decimal": ".",`, "(-5)", `! f.csv:2:4: cell B2 (price): "(-5)" has two signs, expected parentheses or a minus`},
		{`"decimal": ".",`, "USD", `! f.csv:2:4: cell B2 (price): "USD" is not a number, expected digits such as 1234.50`},
		{`"decimal": ".",`, "1e3", `! f.csv:2:4: cell B2 (price): "1e3" has an exponent, expected all digits of the number; where a program wrote it, and no spreadsheet, the mapping may say "exponents": true`},
		{`"decimal": ".",`, "1.2345", `! f.csv:2:4: cell B2 (price): 1.2345 is finer than USD has, expected at most 2 digits after the point; where it is to be rounded, expected the mapping to say so, as {"column": …, "round": 2}`},
		{`"decimal": ".",`, strings.Repeat("9", 65), `! f.csv:2:4: cell B2 (price): a number of 65 characters, expected at most 64`},
	} {
		got := readAll("f.csv", amounts(c.text), fmt.Sprintf(numberMapping, c.marks), table.Packages)
		want := c.want + "\n"
		if !strings.HasPrefix(c.want, "!") {
			want = "name=p0 price=" + want
		}
		require.Equal(t, want, got, "%s %q", c.marks, c.text)
	}
}

// A file in which a number could be two numbers is refused with the question, unless another number of it tells.
func TestMarksAreNeverGuessed(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{"1.234"}, `! f.csv:2:4: cell B2 (price): is "1.234" the number 1.234 or 1234? Nothing in the file tells; expected the mapping to say "decimal": "." for 1.234, or "decimal": "," and "group": "." for 1234`},
		{[]string{"79", "1,234"}, `! f.csv:3:4: cell B3 (price): is "1,234" the number 1234 or 1.234? Nothing in the file tells; expected the mapping to say "decimal": "." and "group": "," for 1234, or "decimal": "," for 1.234`},
		{[]string{"12,50", "9.75"}, `! f.csv:2:4: cell B2 (price): "12,50" has a decimal comma, and "9.75" in cell B3 (price) a decimal point: which is it? Expected the mapping to name the one of this file, as "decimal": "." or "decimal": ","`},
		{[]string{"1.234", "12,50"}, lines("name=p0 price=1234", "name=p1 price=12.50")},
		{[]string{"1,234", "12.50"}, lines("name=p0 price=1234", "name=p1 price=12.50")},
	} {
		got := readAll("f.csv", amounts(c.texts...), fmt.Sprintf(numberMapping, ""), table.Packages)
		require.Equal(t, strings.TrimSuffix(c.want, "\n")+"\n", got, "%q", c.texts)
	}
}

func TestFormulas(t *testing.T) {
	for _, c := range []struct{ formula, want string }{
		{"{a} * {b}", "price=300"}, {"{a}+{b}", "price=103"}, {"{a} - {b}", "price=97"}, {"{a} − {b}", "price=97"}, {"{a} × {b}", "price=300"},
		{"{a} / 8", "price=12.5"}, {"{a} ÷ 8", "price=12.5"}, {"({a} + 2) * 3", "price=306"}, {"{a} + 2 * 3", "price=106"}, {"-{a} + 200", "price=100"}, {"{a} / 1000", "price=0.1"},
		{"{a} - 1 - 1", "price=98"}, {"{a} / 2 / 2", "price=25"}, {"{ A } * {B}", "price=300"}, {"0.1 * {b}", "price=0.3"}, {"{e} * {a}", "! f.csv:2:9: cell D2 (e): price is empty, expected every row to have it, or a rule that skips the row"},
		{"{a} / {b}", `! f.csv:2:3: cell B2 (a): price = {a} / {b}: 33.333333… has no end as a decimal, expected the mapping to round it, as by "round": 2`},
		{"{a} / ({b} - 3)", `! f.csv:2:3: cell B2 (a): price = {a} / ({b} - 3): a division by 0, expected another number`},
		{"{a} / 100000", `! f.csv:2:3: cell B2 (a): price = {a} / 100000: 0.001 is finer than USD has, expected at most 2 digits after the point`},
		{"{a} *", `! m.json:1:44: "{a} *": at the end expected a column in braces, a number such as 1.5, or (`},
		{"{a} {b}", `! m.json:1:44: "{a} {b}": at "{b}" expected an operator, + - * or /`},
		{"({a}", `! m.json:1:44: "({a}": at the end expected )`},
		{"{a", `! m.json:1:44: "{a": at "{a" expected a column in braces, such as {Quantity}`},
		{"{}", `! m.json:1:44: "{}": at "{}" expected a column in braces, such as {Quantity}`},
		{"{a} * 1e3", `! m.json:1:44: "{a} * 1e3": at "e3" expected an operator, + - * or /`},
		{"{c} * 2", `! f.csv:1:1: the header has no column "c"`},
	} {
		got := readAll("f.csv", "n,a,b,e\nx,100,3,\n", `{"fields": {"name": "n", "price":          "`+c.formula+`"}, "ignore": ["a", "b", "e"]}`, table.Packages)
		if strings.HasPrefix(c.want, "!") {
			require.Contains(t, got, c.want, c.formula)
			continue
		}
		require.Equal(t, "name=x "+c.want+"\n", got, c.formula)
	}
	nested := strings.Repeat("(", 200) + "{a}" + strings.Repeat(")", 200)
	_, err := table.ParseMapping("m.json", []byte(`{"fields": {"price": "`+nested+`"}}`), table.Packages)
	require.ErrorContains(t, err, "nested too deep, expected at most 100 levels")
	_, err = table.ParseMapping("m.json", []byte(`{"fields": {"price": "{a}`+strings.Repeat("+{a}", 200)+`"}}`), table.Packages)
	require.ErrorContains(t, err, "more than 100 parts, expected at most that many")
}

// What is rounded is rounded as the mapping says, and what that does to the sum is told.
func TestRound(t *testing.T) {
	file := "n,a\nx,0.005\ny,0.015\nz,-0.005\n"
	for _, c := range []struct{ how, want, change string }{
		{`"round": 2`, "0.01 0.02 -0.01", "0.005"}, // halves away from zero
		{`"round": 2, "rounding": "half_even"`, "0.00 0.02 0.00", "0.005"},
		{`"round": 2, "rounding": "down"`, "0.00 0.01 0.00", "-0.005"},
		{`"round": 2, "rounding": "up"`, "0.01 0.02 -0.01", "0.005"},
	} {
		tab, err := open("f.csv", file, `{"decimal": ".", "fields": {"name": "n", "price": {"column": "a", `+c.how+`}}}`, table.Packages)
		require.NoError(t, err)
		var got []string
		for row, err := range tab.Rows() {
			require.NoError(t, err)
			got = append(got, row.Text("price"))
		}
		require.Equal(t, c.want, strings.Join(got, " "), c.how)
		require.Equal(t, []table.Rounding{{Field: "price", Digits: 2, Change: c.change}}, tab.Tally().Rounded, c.how)
	}
	tab, err := open("f.csv", "n,a\nx,100\n", `{"fields": {"name": "n", "price": {"formula": "{a} / 3", "round": 2}}}`, table.Packages)
	require.NoError(t, err)
	require.Equal(t, "name=x price=33.33\n", rows(tab))
	require.Equal(t, "-0.003333333333", tab.Tally().Rounded[0].Change)
}

// Amounts of another currency have its digits and its sign.
func TestCurrency(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"EUR", "€12.50", "12.50"}, {"EUR", "12.50 €", "12.50"}, {"JPY", "¥1200", "1200"}, {"BHD", "1.234 BHD", "1.234"}, {"CAD", "CAD 5", "5"},
		{"JPY", "1.5", "finer than JPY has, expected at most 0 digits"}, {"CAD", "$5", "expected an amount in CAD"}, {"EUR", "US$5", "is not a number"},
	} {
		m, err := table.ParseMapping("m.json", []byte(fmt.Sprintf(numberMapping, `"decimal": ".",`)), table.Packages)
		require.NoError(t, err)
		tab, err := table.Open("f.csv", []byte(amounts(c.text)), m, money.MustCurrency(c.code))
		require.NoError(t, err)
		require.Contains(t, rows(tab), c.want, "%s %s", c.code, c.text)
	}
}

// Programs write exponents without a plus. A spreadsheet writes one, and has left out digits.
func TestExponents(t *testing.T) {
	for _, c := range []struct{ marks, text, want string }{
		{`"decimal": ".",`, "1.2E-1", `"1.2E-1" has an exponent, expected all digits of the number; where a program wrote it, and no spreadsheet, the mapping may say "exponents": true`},
		{`"decimal": ".",`, "1.23457E+11", `"1.23457E+11" has an exponent, expected all digits`},
		{`"decimal": ".", "exponents": true,`, "1.23457E+11", `"1.23457E+11" is not a number, expected digits such as 1234.50`},
		{`"decimal": ".", "exponents": true,`, "1E999999999", `"1E999999999" has an exponent beyond 40`},
		{`"decimal": ".", "exponents": true,`, "1E-41", `"1E-41" has an exponent beyond 40`},
		{`"decimal": ".", "exponents": true,`, "E-1", `"E-1" is not a number`},
		{`"decimal": ".", "exponents": true,`, "1E", `"1E" is not a number`},
		{`"decimal": ".", "exponents": true,`, "1E-", `"1E-" is not a number`},
	} {
		require.Contains(t, readAll("f.csv", amounts(c.text), fmt.Sprintf(numberMapping, c.marks), table.Packages), c.want, c.text)
	}
}

// The point is where arithmetic has it.
func TestExponentsAgainstFractions(t *testing.T) {
	for _, mantissa := range []string{"12.345", "-0.5", "7", "0.0012", "120", ".25"} {
		for n := -40; n <= 40; n++ {
			text := fmt.Sprintf("%sE%d", mantissa, n)
			got := readAll("f.csv", "name,price,overage\np,1,"+text+"\n", `{"exponents": true, "decimal": ".", "fields": {"name": "name", "price": "price", "overage": "overage"}}`, table.Packages)
			value, ok := strings.CutPrefix(strings.TrimSpace(got), "name=p price=1 overage=")
			require.True(t, ok, got)
			want, _ := new(big.Rat).SetString(text)
			have, ok := new(big.Rat).SetString(value)
			require.True(t, ok && !strings.Contains(value, "E"), value)
			require.Zero(t, want.Cmp(have), "%s is %s", text, value)
		}
	}
}
