package table

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/names"
)

// name reads a cell as the name of an account or a package, which the mapping may rename. Spaces that do not break are spaces: who
// sees them types those. Characters that nobody sees are taken off the ends; within a name they are kept, and counted.
func (r *reading) name(b *bound, c cell) (string, error) {
	if c.kind == cellDate {
		return "", fmt.Errorf("%s is a date, expected a name; spreadsheets make dates of names such as Mar-01: format the column as text, and write the name again", names.Clip(c.text))
	}
	renamed := r.mapping.packages
	if b.name == "username" || b.name == "account" {
		renamed = r.mapping.accounts
	}
	written := trimSpace(c.text)
	if ours, ok := renamed[written]; ok {
		return ours, nil
	}
	value := seen(written)
	if ours, ok := renamed[value]; ok {
		return ours, nil
	}
	if isShortened(value) {
		return "", fmt.Errorf("%s is a number that a spreadsheet has shortened, expected all its digits: format the column as text or as a number without digits after the point, and save it again", names.Clip(value))
	}
	if !isASCII(value) && strings.ContainsFunc(value, isUnseen) {
		if r.tally.Unseen++; r.tally.Unseen == 1 {
			r.tally.UnseenFirst = fmt.Sprintf("%q", names.Clip(value))
			if column := r.columnOf(b); column >= 0 {
				r.tally.UnseenFirst += " in " + strings.TrimSuffix(r.prefix(column), ": ")
			}
		}
	}
	return value, nil
}

// isShortened reports that a name is a long number as spreadsheets show it, and save it in CSV: 1.23457E+11. Its last digits are lost.
func isShortened(name string) bool {
	const digits = "0123456789"
	mantissa, exponent, ok := strings.Cut(name, "E+")
	return ok && mantissa != "" && exponent != "" && strings.Trim(exponent, digits) == "" && strings.Trim(mantissa, digits+".,") == "" && mantissa[0] >= '0'
}

// columnOf is the column that a field of the row is read of, -1 for a constant.
func (r *reading) columnOf(b *bound) int {
	for _, column := range b.columns {
		if !r.isEmpty(r.cell(column)) {
			return column
		}
	}
	return -1
}

// seen is a name with plain spaces, and without what is not seen at its ends.
func seen(name string) string {
	if isASCII(name) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, name)
	return strings.TrimFunc(name, func(r rune) bool { return r == ' ' || isUnseen(r) })
}

// isUnseen reports that a character takes no room: one of no width, such as U+200B, or a mark of direction.
func isUnseen(r rune) bool { return unicode.Is(unicode.Cf, r) }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
