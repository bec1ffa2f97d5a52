// Package cycle is the calendar of billing: civil dates, half-open periods, and the schedule that cuts an account's life
// into periods. It knows nothing of money.
//
//	s, err := cycle.NewSchedule(cycle.MustDate("2026-01-31"), 1) // every month from 31 January
//	k, ok := s.Index(cycle.MustDate("2026-03-30"))               // 1, true
//	p := s.Period(k)                                             // 2026-02-28 … 2026-03-30, 31 days
//
// # Representation
//
// A [Date] is one day number, an int32 counting from 0001-01-01 = 1 in the proleptic Gregorian calendar. It has no time and no
// zone; dates compare with == and serve as map keys. Its zero value is "no date" and its text is empty. A [Period] is two dates,
// half-open: End is the first day that no longer belongs to it. Documents for people show the inclusive last day, [Period.Last],
// and so does [Period.String]. A [Schedule] is a start, an anchor and a number of months, comparable too.
//
// Instants meet dates in two places only: [DateOf] gives the civil date of an instant in a zone, and [Date.Start] gives the first
// instant of a date in a zone. They agree: an instant is of the latest date whose Start is not after it. A zone is always passed
// in, and nil means UTC; nothing here reads the clock or the environment. Both take a bounded number of steps, whatever the zone;
// they hold for zones that are less than 16 hours from UTC and change their clocks at most once in 32 hours, as all zones of the
// IANA database do.
//
// # Boundaries
//
// Boundary k is the anchor plus k times the schedule's months, the day of the month clamped to the month's last day, and always
// computed from the anchor, so that a short month never moves the ones after it:
//
//	from 2026-01-31 every month   2026-02-28  2026-03-31  2026-04-30  2026-05-31
//	from 2024-02-29 every month   2024-03-29 … 2025-02-28 … 2028-02-29
//
// Stepping from one boundary to the next would be the simpler code, and wrong: 31 January would turn into the 28th for good.
//
// An account may name the date of its first boundary. Its first period is then a stub. To prorate it, [Schedule.Whole] gives the full
// period whose last days the stub is. That holds for every schedule made with
// [NewStubSchedule], even if the named date is the one that [NewSchedule] would have chosen.
//
// Periods tile: every date from the start on lies in exactly one period, and [Schedule.Index] finds it by arithmetic, at the same
// cost for any distance. The calendar ends with 9999-12-31. The last period ends there too: it is cut short, and
// [Schedule.Whole] gives the full one whose first days it is.
//
// # Limits
//
// [ParseDate], [NewDate] and [DateOf] accept the years 1 to 9999, and a schedule has days in no others: its last period ends with
// 9999-12-31, so no day of another year is ever shown. Arithmetic goes further, so that the full last period has an end and
// the full first one a start: it is exact from the first day of the year -100 to the last day of the year 10100, which is more than
// the longest period (1200 months) beyond either end, and stops at those two days. Periods after the last are
// empty.
//
// Day number 0, which arithmetic takes to be 0000-12-31, is the zero Date: that one day of the year before the first reads as "no
// date".
//
// # Errors
//
// An error says what was being done, quotes the value and gives the reason: parse date "2026-02-30": February 2026 has 28 days.
// Only constructors, parsing and marshalling return errors; arithmetic has none, and nothing but [MustDate] panics.
package cycle
