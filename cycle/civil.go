package cycle

// The proleptic Gregorian calendar repeats every 400 years of 146097 days. Both functions count years from 1 March, so that the
// leap day is the last day of a year, and shift by one such era, so that every number is positive and division rounds down. Days
// are Rata Die, in which 0001-01-01 is day 1.
const (
	eraYears = 400
	eraDays  = 146097

	// marchToDay0 is the number of days from 0000-03-01 to day number 0, 0000-12-31.
	marchToDay0 = 305

	minYear, maxYear = -100, 10100 // what arithmetic may reach, see the package documentation
	minDay, maxDay   = -36889, 3688949
)

// daysFromCivil gives the day number of a valid civil date in years minYear to maxYear, as Howard Hinnant's days_from_civil does
// (https://howardhinnant.github.io/date_algorithms.html).
func daysFromCivil(year, month, day int) int32 {
	y, m := uint32(year+eraYears), uint32(month)
	if m > 2 {
		m -= 3
	} else {
		m += 9
		y--
	}
	dayOfYear := (153*m+2)/5 + uint32(day) - 1
	days := y*365 + y/4 - y/100 + y/400 + dayOfYear
	return int32(days) - eraDays - marchToDay0
}

// civilFromDays is the inverse of daysFromCivil. The constants are Neri and Schneider's (Euclidean affine functions, 2022): they
// divide by multiplying, and give the same as dividing by 365.25, 30.6 and so on for every day in range, as the tests check.
func civilFromDays(n int32) (year, month, day int) {
	z := 4*uint32(n+eraDays+marchToDay0) + 3
	century := z / eraDays
	quarters := z%eraDays | 3 // four times the day of the century, plus 3
	p := 2939745 * uint64(quarters)
	y := 100*century + uint32(p>>32)
	doy := uint32(p) / 2939745 / 4 // day of the year from 1 March, 0 to 365
	m := 2141*doy + 197913         // the month above bit 16, the day of it below
	month, day = int(m>>16), int(m&0xffff/2141)+1
	if doy >= 306 { // January and February belong to the next civil year
		y++
		month -= 12
	}
	return int(y) - eraYears, month, day
}

// daysFromMonth gives the day number of a day in the month counted from January of the year 0, the day clamped to the month's last
// and the result to minDay and maxDay.
func daysFromMonth(month, day int) int32 {
	switch {
	case month < minYear*12:
		return minDay
	case month >= (maxYear+1)*12:
		return maxDay
	}
	m := month + eraYears*12
	y := m/12 - eraYears
	m = m%12 + 1
	if day > 28 {
		day = min(day, daysIn(y, m))
	}
	return daysFromCivil(y, m, day)
}

// daysIn gives the number of days of a month, 1 to 12.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
