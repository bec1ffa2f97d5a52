package cycle_test

import (
	"fmt"
	"time"

	"github.com/prorata-go/prorata/cycle"
)

func Example() {
	s, err := cycle.NewSchedule(cycle.MustDate("2026-01-31"), 1) // every month from 31 January
	if err != nil {
		fmt.Println(err)
		return
	}
	if k, ok := s.Index(cycle.MustDate("2026-03-30")); ok {
		p := s.Period(k)
		fmt.Printf("period %d: %s, %d days, invoiced on %s\n", k, p, p.Days(), p.End)
	}
	// Output: period 1: 2026-02-28 … 2026-03-30, 31 days, invoiced on 2026-03-31
}

func ExampleSchedule_Boundary() {
	s, _ := cycle.NewSchedule(cycle.MustDate("2026-01-31"), 1)
	for k := range 5 {
		fmt.Println(s.Boundary(k))
	}
	// Output:
	// 2026-01-31
	// 2026-02-28
	// 2026-03-31
	// 2026-04-30
	// 2026-05-31
}

func ExampleNewStubSchedule() {
	s, _ := cycle.NewStubSchedule(cycle.MustDate("2026-01-05"), cycle.MustDate("2026-01-20"), 1)
	fmt.Printf("%s is %d of the %d days %s\n", s.Period(0), s.Period(0).Days(), s.Whole(0).Days(), s.Whole(0))
	fmt.Println(s.Period(1))

	_, err := cycle.NewStubSchedule(cycle.MustDate("2011-02-28"), cycle.MustDate("2011-03-29"), 1)
	fmt.Println(err)
	// Output:
	// 2026-01-05 … 2026-01-19 is 15 of the 31 days 2025-12-20 … 2026-01-19
	// 2026-01-20 … 2026-02-19
	// new schedule: billing date "2011-03-29" is too late for a start on 2011-02-28, expected 2011-03-28 at the latest
}

func ExampleDateOf() {
	at := time.Date(2025, 12, 31, 10, 0, 0, 0, time.UTC)
	kiritimati := time.FixedZone("+14", 14*60*60)
	here, _ := cycle.DateOf(at, nil)
	there, _ := cycle.DateOf(at, kiritimati)
	fmt.Println(here, there)
	fmt.Println(there.Start(kiritimati).Equal(at))
	// Output:
	// 2025-12-31 2026-01-01
	// true
}

func ExampleParseDate() {
	_, err := cycle.ParseDate("2026-02-30")
	fmt.Println(err)
	// Output: parse date "2026-02-30": February 2026 has 28 days
}

func ExampleEarlier() {
	billed, closed := cycle.MustDate("2026-03-31"), cycle.MustDate("2026-03-20")
	fmt.Println(cycle.Earlier(billed, closed), cycle.Later(billed, closed))
	// Output: 2026-03-20 2026-03-31
}

func ExampleDate_AddMonths() {
	d := cycle.MustDate("2026-01-31")
	fmt.Println(d.AddMonths(1), d.AddMonths(2))
	// Output: 2026-02-28 2026-03-31
}
