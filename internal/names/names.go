// Package names looks up words in the short lists of policies and wire formats, and writes the
// error for a word that is not in its list.
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

// maxListed is how many words an error lists.
const maxListed = 40

// Unknown is the error of a word that is not in its list.
func Unknown(what, s string, valid []string) error {
	list := valid[:min(maxListed, len(valid))]
	more := ""
	if len(list) < len(valid) {
		more = fmt.Sprintf(" and %d more", len(valid)-len(list))
	}
	return fmt.Errorf("unknown %s %q%s, expected one of %s%s", what, Clip(s), Hint(s, valid), strings.Join(list, ", "), more)
}

// Check is the error of a number that stands for no word, as a program may make one.
func Check(what string, i uint8, valid []string) error {
	if int(i) < len(valid) {
		return nil
	}
	return fmt.Errorf("unknown %s %s, expected one of %s", what, Word(i, valid), strings.Join(valid, ", "))
}
