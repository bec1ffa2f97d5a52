// Package digits writes whole numbers: faster than strconv the small ones that invoices are full
// of, and with separators for people.
package digits

import "strconv"

// Group puts separators into the whole part of a plain decimal: 1234567.5 is 1,234,567.5.
func Group(number string) string { return string(appendGroups(nil, number)) }

// Pair is the two digits of a number from 0 to 99.
func Pair(n int) string { return pairs[2*n : 2*n+2] }

const pairs = "0001020304050607080910111213141516171819" + "2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" + "6061626364656667686970717273747576777879" + "8081828384858687888990919293949596979899"

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
	return AppendPair(Append(b, n/100), int(n%100))
}

// AppendPair appends the two digits of a number from 0 to 99.
func AppendPair(b []byte, n int) []byte { return append(b, pairs[2*n], pairs[2*n+1]) }

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
