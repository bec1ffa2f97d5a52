// Package digits groups the digits of numbers for people.
package digits

import "strings"

// Group puts separators into the whole part of a plain decimal: 1234567.5 is 1,234,567.5.
func Group(number string) string {
	whole, fraction, found := strings.Cut(number, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + fraction
	}
	return sign + whole
}
