package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// MaxNumber is how many characters a number of a cell may have.
const MaxNumber = 64

// marks are how a file writes numbers.
type marks struct {
	decimal   byte   // '.' or ','
	groups    string // the marks that may stand between groups of digits, out of . , ' and space; empty for none
	exponents bool   // a number may be written as 35.2E-7
	currency  money.Currency
}

// plain is the number in a text that is not empty as [-]digits[.digits].
func (m *marks) plain(s string) (string, error) {
	if isPlain(s) && m.decimal == '.' && !hasLeadingZero(s) {
		return s, nil
	}
	digits, negative, err := m.bare(s)
	if err != nil {
		return "", err
	}
	if digits == "" {
		return "", fmt.Errorf("%q is not a number, expected digits such as 1234.50", names.Clip(s))
	}
	digits, exponent, scientific := cutExponent(digits)
	if scientific && !m.exponents {
		return "", fmt.Errorf("%q has an exponent, expected all digits of the number; where a program wrote it, and no spreadsheet, the mapping may say \"exponents\": true", names.Clip(s))
	}
	whole, fraction, point := strings.Cut(digits, string(m.decimal))
	if whole, err = m.ungroup(whole); err != nil {
		return "", fmt.Errorf("%q %w", names.Clip(s), err)
	}
	if strings.Trim(fraction, "0123456789") != "" || whole == "" && fraction == "" {
		return "", fmt.Errorf("%q is not a number, %s", names.Clip(s), m.expected(digits))
	}
	if scientific {
		if whole, fraction, err = shifted(whole, fraction, exponent); err != nil {
			return "", fmt.Errorf("%q %w", names.Clip(s), err)
		}
		point = true
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if point && fraction != "" {
		whole += "." + fraction
	}
	if negative && strings.Trim(whole, "0.") != "" {
		whole = "-" + whole
	}
	if len(whole) > MaxNumber {
		return "", fmt.Errorf("a number of %d characters, expected at most %d", len(whole), MaxNumber)
	}
	return whole, nil
}

// cutExponent takes the exponent off a number such as 35.2E-7.
func cutExponent(s string) (digits, exponent string, ok bool) {
	at := strings.IndexAny(s, "Ee")
	if at < 1 || strings.Trim(s[at+1:], "+-0123456789") != "" || strings.Trim(s[at+1:], "+-") == "" || s[at-1] > '9' {
		return s, "", false
	}
	return s[:at], s[at+1:], true
}

// shifted is a number with its point where the exponent has it. A plus is what spreadsheets write, which leave out digits.
func shifted(whole, fraction, exponent string) (string, string, error) {
	n, err := strconv.Atoi(exponent)
	if numError := (*strconv.NumError)(nil); exponent[0] == '+' || errors.As(err, &numError) && numError.Err == strconv.ErrSyntax {
		return "", "", errors.New("is not a number, expected digits such as 1234.50, or an exponent without a plus, such as 35.2E-7")
	}
	if err != nil || n > digits.MaxExponent || n < -digits.MaxExponent {
		return "", "", fmt.Errorf("has an exponent beyond %d, expected all digits of the number", digits.MaxExponent)
	}
	whole, fraction = digits.Shift(whole, fraction, n)
	return whole, fraction, nil
}

// hasLeadingZero reports that a plain number begins with a 0 that it could do without, as identifiers do.
func hasLeadingZero(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9'
}

// isPlain reports that a text is [-]digits[.digits] already, and not long.
func isPlain(s string) bool {
	if len(s) > MaxNumber {
		return false
	}
	i, point := 0, false
	if i < len(s) && s[i] == '-' {
		i++
	}
	first := i
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !point && i > first:
			point = true
		default:
			return false
		}
	}
	return i > first && s[i-1] != '.'
}

// bare takes the sign, parentheses and the currency off a number.
func (m *marks) bare(s string) (digits string, negative bool, err error) {
	digits = trimSpace(s)
	if len(digits) > 2*MaxNumber {
		return "", false, fmt.Errorf("a number of %d characters, expected at most %d", len(digits), MaxNumber)
	}
	digits = trimSpace(m.cutCurrency(trimSpace(m.cutCurrency(digits)))) // $5.00 USD
	if inner, ok := strings.CutPrefix(digits, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok {
			digits, negative = trimSpace(m.cutCurrency(trimSpace(inner))), true
		}
	}
	for _, minus := range []string{"-", "\u2212"} {
		rest, before := strings.CutPrefix(digits, minus)
		if !before {
			if rest, before = strings.CutSuffix(digits, minus); !before {
				continue
			}
		}
		if negative {
			return "", false, fmt.Errorf("%q has two signs, expected parentheses or a minus", names.Clip(s))
		}
		return trimSpace(m.cutCurrency(trimSpace(rest))), true, nil
	}
	return trimSpace(strings.TrimPrefix(digits, "+")), negative, nil
}

// cutCurrency takes the code or the symbol of the currency off either end.
func (m *marks) cutCurrency(s string) string {
	for _, sign := range []string{m.currency.String(), m.currency.Symbol(), "US$"} {
		if sign == "" || sign == "US$" && m.currency != money.USD {
			continue
		}
		if rest, ok := strings.CutPrefix(s, sign); ok {
			return rest
		}
		if rest, ok := strings.CutSuffix(s, sign); ok {
			return rest
		}
	}
	return s
}

// ungroup takes the marks between groups out of whole digits: three digits a group, in India two but in the last.
func (m *marks) ungroup(whole string) (string, error) {
	if strings.Trim(whole, "0123456789") == "" {
		return whole, nil
	}
	whole = strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u202f', '\u2009':
			return ' '
		case '\u2019':
			return '\''
		}
		return r
	}, whole)
	at := strings.IndexAny(whole, m.groups)
	if m.groups == "" || at < 0 {
		return "", fmt.Errorf("is not a number, %s", m.expected(whole))
	}
	groups := strings.Split(whole, whole[at:at+1])
	for i, g := range groups {
		ok := strings.Trim(g, "0123456789") == ""
		switch {
		case i == 0:
			ok = ok && len(g) >= 1 && len(g) <= 3
		case i == len(groups)-1:
			ok = ok && len(g) == 3
		default:
			ok = ok && (len(g) == 3 || len(g) == 2 && len(groups[1]) == 2)
		}
		if !ok {
			return "", fmt.Errorf("is not a number, %s", m.expected(whole))
		}
	}
	return strings.Join(groups, ""), nil
}

// expected says what numbers of the file look like, and what a character that does not belong there may be.
func (m *marks) expected(digits string) string {
	example := "1234" + string(m.decimal) + "50"
	if m.groups != "" {
		example = "1" + m.groups[:1] + "234" + string(m.decimal) + "50"
	}
	if strings.ContainsFunc(digits, unicode.IsUpper) && digits != m.currency.String() {
		return fmt.Sprintf("expected an amount in %s, the currency of the policy", m.currency)
	}
	for _, r := range digits {
		switch {
		case r >= '0' && r <= '9' || r == rune(m.decimal) || strings.ContainsRune(m.groups, r):
		case r == '.' || r == ',' || r == '\'' || r == ' ':
			return fmt.Sprintf("expected digits such as %s; if %q stands between groups of digits, the mapping has to say \"group\": \"%c\"", example, string(r), r)
		case r == '%':
			return "expected an amount and no percentage"
		case strings.ContainsRune("$€£¥", r):
			return fmt.Sprintf("expected an amount in %s, the currency of the policy", m.currency)
		}
	}
	return "expected digits such as " + example
}

// trimSpace takes white space off both ends, that of spreadsheets included.
func trimSpace(s string) string {
	if s == "" || s[0] > ' ' && s[0] < utf8.RuneSelf && s[len(s)-1] > ' ' && s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	return strings.Trim(s, " \t\r\n\v\f\u00a0\u202f\u2007\u2009\ufeff")
}
