package proration

import (
	"errors"
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// Rule is how a price is shared out over the days of its period. The zero value is the
// default: actual days, no daily rate, the days used rounded, half up.
type Rule struct {
	DayCount  DayCount
	DailyRate DailyRate
	RoundPart RoundPart
	Rounding  money.Rounding

	mistakes mistakes // none in any rule that is billed by
}

// mistakes are a way to cut, and in the lower byte the days that every month is taken to have. A rule travels in registers, and one
// field fewer lets the period beside it do so too.
type mistakes uint16

func (m mistakes) cut() mistake.Cut { return mistake.Cut(m >> 8) }
func (m mistakes) monthDays() uint8 { return uint8(m) }

// Check finds values that are none of those named here, as a program may make them. Nothing is shared out by them.
func (r Rule) Check() error {
	if known(r.DayCount, r.RoundPart, r.Rounding) {
		return nil
	}
	err := errors.Join(names.Check("day_count", uint8(r.DayCount), dayCounts), names.Check("round_part", uint8(r.RoundPart), roundParts), r.Rounding.Check())
	return fmt.Errorf("%w: %w", ErrRule, err)
}

// known is whether Check finds nothing. It takes the fields one by one: a method that took the rule would have it copied, which took
// longer than a share.
func known(c DayCount, p RoundPart, m money.Rounding) bool {
	return c <= Year365 && p <= Each && m <= money.Up
}

// WithMistakes is the rule with mistakes that others make besides those it has, for package reconcile. What type they are of, only
// this module can name.
func (r Rule) WithMistakes(m mistake.Set) Rule {
	all := mistake.Set{Cut: r.mistakes.cut(), MonthDays: r.mistakes.monthDays()}.And(m)
	r.mistakes = mistakes(all.Cut)<<8 | mistakes(all.MonthDays)
	return r
}

// DayCount says which fraction F(d) of a period of N days its first d days are.
// F(0) = 0 and F(N) = 1 under each of them.
type DayCount uint8

const (
	Actual  DayCount = iota // d/N, the default
	Thirty                  // min(d, 30)/30: every month has 30 days
	Year365                 // min(1, 12·d/365): a day costs a 365th of twelve months' price
)

var dayCounts = []string{"actual", "thirty", "year_365"}

// ParseDayCount reads "actual", "thirty" or "year_365".
func ParseDayCount(s string) (DayCount, error) {
	i, err := names.Index("day_count", s, dayCounts)
	return DayCount(i), err
}

func (c DayCount) String() string { return names.Word(uint8(c), dayCounts) }

// counting is a day count as shares are computed by: one of those with a name, or the days that every month is taken to have.
type counting uint8

const (
	calendar = counting(Actual)
	thirty   = counting(Thirty)
	yearly   = counting(Year365)
)

// CountsLike reports whether two rules count the days of every period alike.
func (r Rule) CountsLike(o Rule) bool { return r.counting() == o.counting() }

// counting is how a rule that is known counts.
func (r Rule) counting() counting {
	switch days := r.mistakes.monthDays(); days {
	case 0:
		return counting(r.DayCount)
	case 30:
		return thirty
	default:
		return counting(days)
	}
}

// RoundPart says which part of a cut period is rounded.
type RoundPart uint8

const (
	Used   RoundPart = iota // the price of the days used is rounded, the rest is the remainder; the default
	Unused                  // the price of the days left is rounded, the days used are the remainder
	Each                    // every part is rounded by itself: the parts may miss the price by a minor unit
)

var roundParts = []string{"used", "unused", "each"}

// ParseRoundPart reads "used", "unused" or "each".
func ParseRoundPart(s string) (RoundPart, error) {
	i, err := names.Index("round_part", s, roundParts)
	return RoundPart(i), err
}

func (p RoundPart) String() string { return names.Word(uint8(p), roundParts) }

// CloseDay says whether the day on which an account closes is charged.
type CloseDay uint8

const (
	Free    CloseDay = iota // days before the day of the close are charged; the default
	Charged                 // the day of the close is charged too
)

var closeDays = []string{"free", "charged"}

// ParseCloseDay reads "free" or "charged".
func ParseCloseDay(s string) (CloseDay, error) {
	i, err := names.Index("close_day", s, closeDays)
	return CloseDay(i), err
}

func (c CloseDay) String() string { return names.Word(uint8(c), closeDays) }

// Check returns the error of a value that is none of those named here, as a program may make one.
func (c CloseDay) Check() error { return names.Check("close_day", uint8(c), closeDays) }

// End returns the first day that is not charged when an account closes on day.
func (c CloseDay) End(day cycle.Date) cycle.Date {
	if c == Charged {
		return day.AddDays(1)
	}
	return day
}

// MaxDailyDigits is the most decimal digits a daily rate can be rounded to.
const MaxDailyDigits = 9

// DailyRate says whether the price of one day is itself rounded before it is multiplied by
// the days. The zero value is exact: it is not.
type DailyRate struct {
	code uint8 // 0, or 1 + 4·digits + mode: a share carries its rule, and a byte is cheap to carry
}

// RoundedDailyRate rounds the price of a day to so many decimal digits (0 to
// [MaxDailyDigits]) of the currency's major unit.
func RoundedDailyRate(digits int, mode money.Rounding) (DailyRate, error) {
	if digits < 0 || digits > MaxDailyDigits {
		return DailyRate{}, fmt.Errorf("daily_rate: %d digits, expected 0 to %d", digits, MaxDailyDigits)
	}
	if mode > money.Up {
		return DailyRate{}, fmt.Errorf("daily_rate: no such rounding, %s", mode)
	}
	return DailyRate{1 + uint8(digits)<<2 + uint8(mode)}, nil
}

// ParseDailyRate reads "exact" or DIGITS:MODE, such as "2:half_up" or "4:down".
func ParseDailyRate(s string) (DailyRate, error) {
	if s == "exact" {
		return DailyRate{}, nil
	}
	digits, mode, found := strings.Cut(s, ":")
	if !found || len(digits) != 1 || digits[0] < '0' || digits[0] > '9' {
		return DailyRate{}, fmt.Errorf(`daily_rate %q, expected "exact" or DIGITS:MODE such as 2:half_up or 4:down, with 0 to %d digits`, names.Clip(s), MaxDailyDigits)
	}
	m, err := money.ParseRounding(mode)
	if err != nil {
		return DailyRate{}, fmt.Errorf("daily_rate %q: %w", names.Clip(s), err)
	}
	return RoundedDailyRate(int(digits[0]-'0'), m)
}

func (r DailyRate) String() string {
	if r.IsExact() {
		return "exact"
	}
	return fmt.Sprintf("%d:%s", r.digits(), r.mode())
}

// IsExact reports that the price of a day is not rounded.
func (r DailyRate) IsExact() bool { return r.code == 0 }

// digits and mode are those of a rate that is not exact.
func (r DailyRate) digits() int          { return int(r.code-1) >> 2 }
func (r DailyRate) mode() money.Rounding { return money.Rounding((r.code - 1) & 3) }

// The causes of the errors of Rule.Share and Rule.Allowance, for errors.Is.
var (
	// ErrStretch is a part that is inverted, or not inside its period, or a period of no days.
	ErrStretch = errors.New("not a stretch of the period")
	// ErrPrice is a price, or an allowance, below zero.
	ErrPrice = errors.New("below zero")
	// ErrRule is a rule with a value that is none of those named here.
	ErrRule = errors.New("no such rule")
	// ErrOverflow is a daily rate that does not fit 64 bits of its smallest digit. Nothing else can overflow: no part costs more
	// than its period.
	ErrOverflow = money.ErrOverflow
)
