// Package digits writes whole numbers: faster than strconv the small ones that invoices are full
// of, and with separators for people; and it shifts the point of decimals.
package digits

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// Group puts separators into the whole part of a plain decimal: 1234567.5 is 1,234,567.5.
func Group(number string) string { return string(appendGroups(nil, number)) }

// Pair is the text of the two digits of a number from 0 to 99, the first in the lower byte.
func Pair(n int) uint16 {
	tens := uint32(n) * 103 >> 10 // which is n / 10 up to 99
	return uint16(uint32(n)<<8 - tens*(10<<8-1) + '0'<<8 + '0')
}

// Append appends a whole number; it allocates only when b is too small.
func Append(b []byte, n int64) []byte {
	switch {
	case n < 0 || n >= 1_000_000:
		return strconv.AppendInt(b, n, 10)
	case n < 10:
		return append(b, '0'+byte(n))
	case n < 100:
		return AppendPair(b, int(n))
	case n < 1_000:
		return AppendPair(append(b, '0'+byte(n/100)), int(n%100))
	}
	if n >= 10_000 {
		b = Append(b, n/10_000)
		n %= 10_000
	}
	return binary.LittleEndian.AppendUint32(b, uint32(Pair(int(n/100)))|uint32(Pair(int(n%100)))<<16)
}

// AppendPair appends the two digits of a number from 0 to 99.
func AppendPair(b []byte, n int) []byte { return binary.LittleEndian.AppendUint16(b, Pair(n)) }

// AppendInt appends a whole number with separators; it allocates only when b is too small.
func AppendInt(b []byte, n int64) []byte {
	switch {
	case 0 <= n && n < 1_000:
		return Append(b, n)
	case 0 <= n && n < 1_000_000: // most
		rest := int(n % 1_000)
		b = append(Append(b, n/1_000), ',', '0'+byte(rest/100))
		return AppendPair(b, rest%100)
	}
	var buf [len("-9223372036854775808")]byte
	return appendGroups(b, strconv.AppendInt(buf[:0], n, 10))
}

func appendGroups[T string | []byte](b []byte, number T) []byte {
	start := 0 // of the whole part
	if len(number) > 0 && number[0] == '-' {
		b, start = append(b, '-'), 1
	}
	end := start
	for end < len(number) && number[end] != '.' {
		end++
	}
	for i := start; i < end; i++ {
		if i > start && (end-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, number[i])
	}
	return append(b, number[end:]...)
}

// MaxExponent is how many places an exponent may shift the point.
const MaxExponent = 40

// Shift shifts the point of a number by n places, at most MaxExponent, to the right, or to the left where n is negative: it takes and
// returns the digits before the point and those behind it.
func Shift(whole, fraction string, n int) (string, string) {
	if n > 0 {
		fraction += strings.Repeat("0", max(0, n-len(fraction)))
		return whole + fraction[:n], strings.TrimRight(fraction[n:], "0")
	}
	whole = strings.Repeat("0", max(0, -n-len(whole))) + whole
	at := len(whole) + n
	return whole[:at], strings.TrimRight(whole[at:]+fraction, "0")
}

// Plain writes a number of JSON that has an exponent without one: 5e-05, as programs write it, is 0.00005. Other text is returned as it
// is, and so is a number whose exponent is beyond MaxExponent.
func Plain(s string) string {
	at := strings.IndexAny(s, "Ee")
	if at < 0 {
		return s
	}
	number, negative := strings.CutPrefix(s[:at], "-")
	whole, fraction, point := strings.Cut(number, ".")
	n, err := strconv.Atoi(s[at+1:])
	if err != nil || n > MaxExponent || n < -MaxExponent || !all(whole) || point != (fraction != "") || point && !all(fraction) {
		return s
	}
	whole, fraction = Shift(whole, fraction, n)
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole
}

// all reports that a text is digits.
func all(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
