package invoice

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// Invoice is what one account is billed on one day:
//
//	FinalAmount = Amount − Prorated + Overage + AdditionalCharges
//
// Amount − Prorated is the sum of its recurring lines, Overage and AdditionalCharges are the
// sums of theirs.
type Invoice struct {
	Number  Number // a pure function of account and date, see [Numbers]
	Account string
	Type    Type
	Date    cycle.Date
	CutAt   time.Time    // the instant of its cut, in UTC: before it the invoice is not final
	Period  cycle.Period // the stretch it is about; documents show its inclusive last day
	Package string       // the last one in force in it, empty when there was none
	Credits int64        // credits used in what it settles

	Amount            money.Amount // the full price of Package
	Prorated          money.Amount // the discount on it: what was not used, or was billed before
	Overage           money.Amount
	AdditionalCharges money.Amount
	FinalAmount       money.Amount

	Status Status
	Lines  []Line
}

// Clone is the invoice in memory of its own.
func (inv *Invoice) Clone() Invoice {
	c := *inv
	c.Lines = slices.Clone(inv.Lines)
	items := make([]Item, 0, 2*len(c.Lines))
	own := func(i *Item) *Item {
		if i == nil {
			return nil
		}
		items = append(items, *i)
		return &items[len(items)-1]
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		l.owed, l.billed = own(l.owed), own(l.billed)
	}
	return c
}

// StatusAtIssue is the status that the invoice has when it is issued: Paid where nothing is to pay, else Unpaid.
func (inv *Invoice) StatusAtIssue() Status {
	if inv.FinalAmount.IsZero() {
		return Paid
	}
	return Unpaid
}

// Type says why an invoice was cut.
type Type uint8

const (
	RecurringBill Type = iota // a boundary of the account's periods
	Upgrade                   // a change to a package of the same price or a higher one
	Downgrade                 // a change to a package of a lower price
	Close                     // a close
)

var types = []string{"Recurring Bill", "Account Upgrade", "Account Downgrade", "Account Close"}

func (t Type) String() string { return names.Word(uint8(t), types) }

// Status is where an invoice stands.
type Status uint8

const (
	Unpaid Status = iota
	Paid
	Refunded
	Deferred
	Canceled
)

var (
	statuses   = []string{"Unpaid", "Paid", "Refunded", "Deferred", "Canceled"}
	statusKeys = []string{"unpaid", "paid", "refunded", "deferred", "canceled"}
)

// ParseStatus reads a status as events spell it: paid, unpaid, refunded, deferred, canceled.
func ParseStatus(s string) (Status, error) {
	i, err := names.Index("status", s, statusKeys)
	return Status(i), err
}

// String is the status as invoices show it: Paid.
func (s Status) String() string { return names.Word(uint8(s), statuses) }

// Key is the status as events spell it: paid.
func (s Status) Key() string { return names.Word(uint8(s), statusKeys) }

// Number is the number of an invoice, such as 20101130-1vmdd3chhjdwypvp, or EU-20101130-1vmdd3chhjdwypvp with a prefix. The zero
// value is none, and an empty text.
type Number struct {
	prefix string
	day    cycle.Date
	suffix [suffixLen]byte
}

func (n Number) String() string { return string(n.Append(make([]byte, 0, maxPrefix+8+suffixLen))) }

// WithPrefix is the number with something before it, which tells the invoices of several sellers apart; nothing is put before a
// Number that is none. The error is that of [CheckPrefix].
func (n Number) WithPrefix(prefix string) (Number, error) {
	if err := CheckPrefix(prefix); err != nil || n == (Number{}) {
		return n, err
	}
	n.prefix = prefix
	return n, nil
}

// maxPrefix is how long a prefix may be, with its hyphen.
const maxPrefix = 13

// CheckPrefix makes sure that a text can stand before numbers: up to 12 letters and digits of ASCII and a hyphen, or nothing.
func CheckPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	name, ended := strings.CutSuffix(prefix, "-")
	plain := strings.TrimFunc(name, func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) }) == ""
	if !ended || name == "" || !plain || len(prefix) > maxPrefix {
		return fmt.Errorf("%q is no prefix of numbers, expected up to %d letters and digits and a hyphen, such as EU-", names.Clip(prefix), maxPrefix-1)
	}
	return nil
}

// Append appends String to b.
func (n Number) Append(b []byte) []byte {
	if n.day.IsZero() && n == (Number{}) {
		return b
	}
	return append(n.appendDay(b), n.suffix[:]...)
}

// isAfter reports that two numbers differ in their days at the most, and none is none.
func (n *Number) isAfter(o *Number) bool {
	return n.suffix == o.suffix && n.prefix == o.prefix && n.suffix != [suffixLen]byte{}
}

// appendDay appends what comes before the suffix.
func (n *Number) appendDay(b []byte) []byte {
	year, month, day := n.day.Civil()
	year = int(uint(year) % 10_000) // no invoice has another
	date := uint64(digits.Pair(year/100)) | uint64(digits.Pair(year%100))<<16 | uint64(digits.Pair(month))<<32 | uint64(digits.Pair(day))<<48
	if n.prefix != "" {
		b = append(b, n.prefix...)
	}
	return binary.LittleEndian.AppendUint64(b, date)
}

// ParseNumber reads the number of an invoice; empty text is none.
func ParseNumber(s string) (n Number, err error) {
	if s == "" {
		return n, nil
	}
	if prefix, s := cutPrefix(s); len(s) == 8+suffixLen && s[8] == '-' && CheckPrefix(prefix) == nil {
		n.prefix = strings.Clone(prefix)
		n.day, err = cycle.ParseDate(s[:4] + "-" + s[4:6] + "-" + s[6:8])
		if copy(n.suffix[:], s[8:]); err == nil && strings.Trim(s[9:], alphabet) == "" { // 16 characters of 5 bits are 10 bytes, whichever they are
			return n, nil
		}
	}
	return Number{}, fmt.Errorf("%q is not the number of an invoice, expected one such as 20101130-1vmdd3chhjdwypvp", names.Clip(s))
}

// cutPrefix parts the prefix from the text of a number.
func cutPrefix(s string) (prefix, number string) {
	at := max(0, len(s)-8-suffixLen)
	return s[:at], s[at:]
}

// UnmarshalText reads what ParseNumber reads. Where it fails, n is left as it was.
func (n *Number) UnmarshalText(text []byte) error {
	read, err := ParseNumber(string(text))
	if err == nil {
		*n = read
	}
	return err
}

// AppendText appends String to b. The error is always nil.
func (n Number) AppendText(b []byte) ([]byte, error) { return n.Append(b), nil }

// MarshalText returns String. The error is always nil.
func (n Number) MarshalText() ([]byte, error) { return n.Append(nil), nil }

// Numbers makes the invoice numbers of one account.
type Numbers struct{ suffix [suffixLen]byte }

// A number is a date of 8 digits, a hyphen and 16 characters of 5 bits.
const suffixLen = 1 + 16

// NumbersOf returns the numbers of an account's invoices: the date, then 80 bits of the
// SHA-256 of the account's name. They are the same in every run, on every machine.
func NumbersOf(account string) Numbers {
	n := Numbers{}
	n.suffix[0] = '-'
	sum := sha256.Sum256([]byte(account))
	numbering.Encode(n.suffix[1:], sum[:10])
	return n
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var numbering = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// On returns the number of the invoice of a day.
func (n Numbers) On(day cycle.Date) Number { return Number{day: day, suffix: n.suffix} }

// Day returns the day of a number's text, and whether it is one of this account's, with whatever prefix.
func (n Numbers) Day(number string) (cycle.Date, bool) {
	prefix, number := cutPrefix(number)
	if CheckPrefix(prefix) != nil {
		return cycle.Date{}, false
	}
	digits, own := strings.CutSuffix(number, string(n.suffix[:]))
	if !own || len(digits) != 8 {
		return cycle.Date{}, false
	}
	day, err := cycle.ParseDate(digits[:4] + "-" + digits[4:6] + "-" + digits[6:])
	return day, err == nil
}
