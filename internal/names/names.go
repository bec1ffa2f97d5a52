// Package names looks words up in the short lists that policies and wire formats are made of,
// and words the error when a word is not in its list.
package names

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Index returns the position of s in valid. The error says what s was meant to be,
// offers the nearest valid word when one is near, and lists them all.
func Index(what, s string, valid []string) (int, error) {
	if i := slices.Index(valid, s); i >= 0 {
		return i, nil
	}
	return 0, Unknown(what, s, valid)
}

// Word is the word at a position, and a number such as #7 where there is none.
func Word(i uint8, valid []string) string {
	if int(i) < len(valid) {
		return valid[i]
	}
	return "#" + strconv.Itoa(int(i))
}

// Clip is the beginning of a text, enough to find it and not enough to flood a log.
func Clip(s string) string { return ClipTo(s, 60) }

// ClipTo is a text of at most so many bytes, dots included where something is left out.
func ClipTo(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most-3], "") + "..."
	}
	return s
}

// Unknown is the error of a word that is not in its list.
func Unknown(what, s string, valid []string) error {
	hint := ""
	if near, ok := Nearest(s, valid); ok {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("unknown %s %q%s, expected one of %s", what, Clip(s), hint, strings.Join(valid, ", "))
}

// Nearest returns the word of valid that takes the fewest edits to reach from s, if that is
// at most a third of its length (and at least one edit is always allowed for).
func Nearest(s string, valid []string) (string, bool) {
	best, word := -1, ""
	for _, v := range valid {
		d := distance(strings.ToLower(s), strings.ToLower(v))
		if d <= max(1, len(v)/3) && (best < 0 || d < best) {
			best, word = d, v
		}
	}
	return word, best >= 0
}

// distance counts the edits from a to b in bytes: a byte more, less or another, or two
// neighbours the other way round.
func distance(a, b string) int {
	if len(a) > 64 { // no valid word is that long
		return len(a)
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			next[j] = min(row[j], next[j-1]) + 1
			if a[i-1] == b[j-1] {
				next[j] = min(next[j], row[j-1])
			} else {
				next[j] = min(next[j], row[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
