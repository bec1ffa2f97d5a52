package names

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Hint asks whether the nearest word was meant, such as ` (did you mean "Gold"?)`, or is empty
// when none is near. Where a letter of another script may look the same, as the Cyrillic о does, it
// says how the wrong one is spelled.
func Hint(s string, valid []string) string {
	near, ok := Nearest(s, valid)
	if !ok {
		return ""
	}
	spelled := ""
	if strings.ContainsFunc(s, foreign) && !strings.ContainsFunc(near, foreign) {
		spelled = " this one is " + strconv.QuoteToASCII(Clip(s))
	}
	return fmt.Sprintf(" (did you mean %q?%s)", Clip(near), spelled)
}

// foreign reports that a character is a letter of another script than ours.
func foreign(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }

// Nearest returns the word of valid that s was most likely meant to be, if there is one. That
// is the one that differs in case, spaces, hyphens, underscores and what cannot be seen only; else
// the one that takes the fewest edits, one where the shorter of both has three characters, two
// from six on; else the only one that begins with s, from three characters on. An edit is a
// character more, less or another, or two neighbours the other way round; but what has another
// number in it is something else.
func Nearest(s string, valid []string) (string, bool) {
	const none = -1
	var e editing
	wrong := fold(nil, s)
	if len(wrong) == 0 {
		return "", false
	}
	least, near, begin := maxEdits+1, none, none
	several := false // words begin with s
	var word []rune
	for i, v := range valid {
		word = fold(word[:0], v)
		switch d := e.distance(wrong, word); {
		case d < least && d <= allowed(min(len(wrong), len(word))):
			least, near = d, i
		case len(wrong) >= 3 && hasPrefix(word, wrong):
			several = several || begin != none
			begin = i
		}
	}
	switch {
	case near != none:
		return valid[near], true
	case begin != none && !several:
		return valid[begin], true
	}
	return "", false
}

// maxEdits is how many a word may be away that was meant, and maxWord how long it may be for edits
// to be counted.
const (
	maxEdits = 2
	maxWord  = 64
)

// allowed is how many edits a word may be away that was meant, from its number of characters.
func allowed(n int) int {
	switch {
	case n < 3:
		return 0
	case n < 6:
		return 1
	}
	return maxEdits
}

// editing counts edits, with the same memory.
type editing struct{ rows [3][maxWord + 1]int }

// fold appends what tells words apart: no case, no space, no hyphen, nothing that is not seen.
func fold(to []rune, s string) []rune {
	for _, r := range s {
		if r != '-' && r != '_' && unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			to = append(to, unicode.ToLower(r))
		}
	}
	return to
}

// distance counts the edits from a to b, or is more than maxEdits.
func (e *editing) distance(a, b []rune) int {
	const far = maxEdits + 1
	if slices.Equal(a, b) {
		return 0
	}
	if more := len(a) - len(b); max(more, -more) > maxEdits || max(len(a), len(b)) > maxWord {
		return far
	}
	before, row, next := e.rows[0][:len(b)+1], e.rows[1][:len(b)+1], e.rows[2][:len(b)+1]
	row[0] = 0
	for j, r := range b {
		row[j+1] = row[j] + cost(r)
	}
	leastBefore := 0
	for i, r := range a {
		next[0] = row[0] + cost(r)
		least := next[0]
		for j, other := range b {
			to := min(row[j+1]+cost(r), next[j]+cost(other))
			switch {
			case r == other:
				to = min(to, row[j])
			case !isDigit(r) || !isDigit(other):
				to = min(to, row[j]+1)
			}
			if i > 0 && j > 0 && r == b[j-1] && a[i-1] == other {
				to = min(to, before[j-1]+1)
			}
			next[j+1] = to
			least = min(least, to)
		}
		if least > maxEdits && leastBefore > maxEdits { // what is exchanged refers to the row before
			return far
		}
		leastBefore = least
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// cost is that of a character more or less.
func cost(r rune) int {
	if isDigit(r) {
		return maxEdits + 1
	}
	return 1
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func hasPrefix(word, start []rune) bool {
	return len(word) >= len(start) && slices.Equal(word[:len(start)], start)
}
