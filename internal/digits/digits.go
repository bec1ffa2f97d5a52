// Package digits groups the digits of numbers for people.
package digits

import "strconv"

// Group puts separators into the whole part of a plain decimal: 1234567.5 is 1,234,567.5.
func Group(number string) string { return string(appendGroups(nil, number)) }

// AppendInt appends a whole number with separators to b; it allocates only when b is too small.
func AppendInt(b []byte, n int64) []byte {
	switch {
	case 0 <= n && n < 1_000:
		return strconv.AppendInt(b, n, 10)
	case 0 <= n && n < 1_000_000: // most
		rest := n % 1_000
		b = strconv.AppendInt(b, n/1_000, 10)
		return append(b, ',', '0'+byte(rest/100), '0'+byte(rest/10%10), '0'+byte(rest%10))
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
