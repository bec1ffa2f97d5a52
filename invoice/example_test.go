package invoice_test

import (
	"fmt"
	"log"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// A policy is the default with what differs from it; a mistake is told what would be right.
func ExamplePolicy_Set() {
	var policy invoice.Policy
	for _, s := range [][2]string{{"timing", "advance"}, {"day_count", "thirty"}, {"daily_rate", "2:half_up"}, {"timng", "arrears"}, {"rounding", "bankers"}} {
		if err := policy.Set(s[0], s[1]); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(policy.Value("timing"), policy.Value("day_count"), policy.Value("daily_rate"), policy.Value("rounding"))
	// Output:
	// unknown policy key "timng" (did you mean "timing"?), expected one of currency, time_zone, timing, day_count, daily_rate, round_part, close_day, rounding, bill_changes, included_credits, free_upgrade, settle_days
	// unknown rounding "bankers", expected one of half_up, half_even, down, up
	// advance thirty 2:half_up half_up
}

func ExampleParsePolicy() {
	policy, err := invoice.ParsePolicy("policy.json", []byte(`{"currency": "EUR", "time_zone": "Europe/Berlin", "settle_days": 2}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(policy.MoneyCurrency(), policy.TimeZone, policy.Timing, policy.SettleDays)

	_, err = invoice.ParsePolicy("policy.json", []byte("{\n  \"day_count\": \"30/360\"\n}"))
	fmt.Println(err)
	// Output:
	// EUR Europe/Berlin arrears 2
	// policy.json:2:16: unknown day_count "30/360", expected one of actual, thirty, year_365
}

// A package may appear again with terms that hold from a day on, for periods that start then.
func ExampleCatalogue_On() {
	packages, err := invoice.ParsePackages("packages.json", []byte(`[
		{"name": "Starter", "price": 9.95,  "credits": 10000, "overage": 0.001, "distributor_price": 6.50},
		{"name": "Starter", "price": 10.95, "credits": 10000, "overage": 0.001, "distributor_price": 7.25, "effective_from": "2025-07-01"}
	]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	for _, list := range []invoice.PriceList{invoice.Retail, invoice.Distributor} {
		catalogue, err := invoice.NewCatalogue(packages, list)
		if err != nil {
			log.Fatal(err)
		}
		for _, start := range []string{"2025-06-30", "2025-07-01"} {
			price, err := catalogue.On("Starter", cycle.MustDate(start)).PeriodPrice()
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(list, start, price)
		}
	}
	// Output:
	// retail 2025-06-30 9.95 USD
	// retail 2025-07-01 10.95 USD
	// distributor 2025-06-30 6.50 USD
	// distributor 2025-07-01 7.25 USD
}

// Numbers are made of the date and the account alone: the same in every run, on every machine.
func ExampleNumbersOf() {
	numbers := invoice.NumbersOf("a")
	number := numbers.On(cycle.MustDate("2026-02-01"))
	day, own := numbers.Day(number.String())
	fmt.Println(number, day, own)
	// Output: 20260201-sabr24pa3eywnyp2 2026-02-01 true
}
