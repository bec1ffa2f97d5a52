package money_test

import (
	"errors"
	"fmt"

	"github.com/prorata-go/prorata/money"
	"github.com/shopspring/decimal"
)

// A package at $79.95 a month of 31 days, closed after 11 of them.
func Example() {
	price := money.MustParse("79.95 USD")
	used, err := price.MulFrac(11, 31, money.HalfUp)
	if err != nil {
		fmt.Println(err)
		return
	}
	rest, err := price.Sub(used)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("used %s, left %s\n", used.Display(), rest.Display())
	// Output: used $28.37, left $51.58
}

func ExampleParseIn() {
	a, err := money.ParseIn("9.950", money.USD)
	fmt.Println(a, err)
	_, err = money.ParseIn("9.955", money.USD)
	fmt.Println(errors.Is(err, money.ErrTooFine), err)
	// Output:
	// 9.95 USD <nil>
	// true parse amount "9.955": too many decimal digits, expected at most 2 for USD
}

func ExampleAmount_MulFrac() {
	half := money.MustParse("0.05 USD")
	for _, r := range []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up} {
		a, _ := half.MulFrac(1, 2, r) // 2.5 cents
		fmt.Println(r, a)
	}
	// Output:
	// half_up 0.03 USD
	// half_even 0.02 USD
	// down 0.02 USD
	// up 0.03 USD
}

func ExampleAmount_Split() {
	parts, _ := money.MustParse("1.00 USD").Split(3)
	fmt.Println(parts)
	// Output: [0.34 USD 0.33 USD 0.33 USD]
}

func ExampleAmount_SplitBy() {
	parts, _ := money.MustParse("100.00 USD").SplitBy([]int64{1, 2, 4})
	fmt.Println(parts)
	// Output: [14.29 USD 28.57 USD 57.14 USD]
}

func ExampleAmount_Add() {
	_, err := money.MustParse("1.00 USD").Add(money.MustParse("1.00 EUR"))
	fmt.Println(err)
	// Output: add "1.00 EUR" to "1.00 USD": currencies differ
}

func ExampleAmount_Display() {
	for _, s := range []string{"79.95 USD", "-3.00 USD", "500 JPY", "-5.00 CHF"} {
		fmt.Println(money.MustParse(s).Display())
	}
	// Output:
	// $79.95
	// -$3.00
	// ¥500
	// -CHF 5.00
}

func ExampleRate_Times() {
	overage, _ := money.ParseRate("0.00047")
	a, _ := overage.Times(123_456, money.USD, money.HalfUp)
	fmt.Printf("123456 × %s = %s\n", overage.Display(money.USD), a.Display())
	// Output: 123456 × $0.00047 = $58.02
}

func ExampleRound() {
	a, _ := money.Round(decimal.RequireFromString("0.125"), money.USD, money.HalfEven)
	fmt.Println(a)
	// Output: 0.12 USD
}
