package statement

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Locale is how a document writes words, dates and numbers. The zero value is English; what is not set follows from the language.
type Locale struct {
	Language Language
	Date     DateFormat
	Decimal  string // the decimal mark: . or ,
	Group    string // between groups of three digits: , . ' or a space; "none" is nothing
}

// Language is the language of the words that a document brings itself. What comes from the events and the profile stays as it is.
type Language uint8

const (
	English Language = iota
	German
)

var languageNames = []string{"en", "de"}

func (l Language) String() string {
	if int(l) < len(languageNames) {
		return languageNames[l]
	}
	return languageNames[English]
}

// DateFormat is a way to write a date. The zero value is the language's: 1 April 2026, 01.04.2026.
type DateFormat uint8

const (
	LanguageDate DateFormat = iota
	ISODate                 // 2026-04-01
	DottedDate              // 01.04.2026
	SlashedDate             // 04/01/2026, the month first
	BritishDate             // 01/04/2026, the day first
	LongDate                // 1 April 2026, in German 1. April 2026
	AmericanDate            // April 1, 2026
)

var dateFormatNames = []string{"default", "YYYY-MM-DD", "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY", "D Month YYYY", "Month D, YYYY"}

func (l *Locale) words() *words {
	if int(l.Language) < len(wordsOf) {
		return &wordsOf[l.Language]
	}
	return &wordsOf[English]
}

func (l *Locale) date(d cycle.Date) string {
	if d.IsZero() {
		return ""
	}
	year, month, day := d.Civil()
	w := l.words()
	format := l.Date
	if format == LanguageDate {
		format = w.date
	}
	switch format {
	case DottedDate:
		return fmt.Sprintf("%02d.%02d.%04d", day, month, year)
	case SlashedDate:
		return fmt.Sprintf("%02d/%02d/%04d", month, day, year)
	case BritishDate:
		return fmt.Sprintf("%02d/%02d/%04d", day, month, year)
	case LongDate:
		return fmt.Sprintf("%d%s %s %d", day, w.ordinal, w.months[month-1], year)
	case AmericanDate:
		return fmt.Sprintf("%s %d, %d", w.months[month-1], day, year)
	}
	return d.String()
}

// days are the first and the last day of a period.
func (l *Locale) days(p cycle.Period) string {
	if p.Days() <= 1 {
		return l.date(p.Start)
	}
	return l.date(p.Start) + " – " + l.date(p.Last())
}

func (l *Locale) decimal() string {
	if l.Decimal != "" {
		return l.Decimal
	}
	return l.words().decimal
}

func (l *Locale) group() string {
	switch {
	case l.Group == "none":
		return ""
	case l.Group == " ":
		return "\u00a0" // so that no line is broken there
	case l.Group != "":
		return l.Group
	case l.decimal() == ",":
		return "."
	}
	return ","
}

func validGroup(text string) bool {
	switch text {
	case ",", ".", "'", " ", "none":
		return true
	}
	return false
}

// number writes a plain decimal, such as -1234.50.
func (l *Locale) number(plain string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(plain, "-"); negative {
		sign, plain = "−", rest
	}
	whole, fraction, exact := strings.Cut(plain, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(l.group())
		}
		b.WriteRune(digit)
	}
	if exact {
		b.WriteString(l.decimal() + fraction)
	}
	return b.String()
}

func (l *Locale) amount(a money.Amount) string { return l.number(a.Number()) }

func (l *Locale) count(n int64) string { return l.number(strconv.FormatInt(n, 10)) }

// money is an amount with its currency.
func (l *Locale) money(a money.Amount) string {
	if l.words().currencyLast {
		return l.amount(a) + "\u00a0" + a.Currency().String()
	}
	return a.Currency().String() + "\u00a0" + l.amount(a)
}
