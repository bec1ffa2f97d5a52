package names

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Hint asks whether the nearest word was meant, see [List.Hint].
func Hint(s string, valid []string) string { return NewList(valid).Hint(s) }

// Nearest returns the word that s was most likely meant to be, see [List.Nearest].
func Nearest(s string, valid []string) (string, bool) { return NewList(valid).nearest(s) }

// List is a list of words to look for the nearest in, again and again. It does not change.
type List struct {
	words  []string
	folded [][]rune
}

// NewList returns a list of words, which are not to change.
func NewList(words []string) *List {
	l := &List{words: words, folded: make([][]rune, len(words))}
	var all []rune // so that a list is a few allocations
	for i, word := range words {
		from := len(all)
		all = fold(all, word)
		l.folded[i] = all[from:len(all):len(all)]
	}
	return l
}

// Hint asks whether the nearest word was meant, such as ` (did you mean "Gold"?)`, or is empty
// when none is near. Where a letter of another script may look the same, as the Cyrillic о does, it
// says how the wrong one is spelled.
func (l *List) Hint(s string) string {
	near, ok := l.nearest(s)
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

// Nearest returns the word that s was most likely meant to be, if there is one. That
// is the one that differs in case, spaces, hyphens, underscores and what cannot be seen only; else
// the one that takes the fewest edits, one where the shorter of both has three characters, two
// from six on; else the only one that begins with s, from three characters on. An edit is a
// character more, less or another, or two neighbours the other way round; but what has another
// number in it is something else.
func (l *List) nearest(s string) (string, bool) {
	const none = -1
	wrong := fold(nil, s)
	if len(wrong) == 0 {
		return "", false
	}
	var e editing
	least, near, begin := maxEdits+1, none, none
	several := false // words begin with s
	for i, word := range l.folded {
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
		return l.words[near], true
	case begin != none && !several:
		return l.words[begin], true
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

// far is a distance of more edits than are counted.
const far = maxEdits + 1

// distance counts the edits from a to b, or is far. Only the cells are looked at that so few edits
// can reach: those near the diagonal.
func (e *editing) distance(a, b []rune) int {
	if slices.Equal(a, b) {
		return 0
	}
	if more := len(a) - len(b); max(more, -more) > maxEdits || max(len(a), len(b)) > maxWord {
		return far
	}
	before, row, next := &e.rows[0], &e.rows[1], &e.rows[2]
	row[0] = 0
	for j := range min(maxEdits+1, len(b)) {
		row[j+1] = row[j] + cost(b[j])
	}
	leastBefore := 0
	for i, r := range a {
		from, to := max(0, i+1-maxEdits), min(len(b), i+1+maxEdits) // the cells of next
		least := far
		if from == 0 {
			next[0] = row[0] + cost(r)
			least = next[0]
		} else {
			next[from-1] = far
		}
		if i+1+maxEdits <= len(b) {
			row[to] = far // was not reached
		}
		for j := max(1, from); j <= to; j++ {
			other := b[j-1]
			d := min(row[j]+cost(r), next[j-1]+cost(other))
			switch {
			case r == other:
				d = min(d, row[j-1])
			case !isDigit(r) || !isDigit(other):
				d = min(d, row[j-1]+1)
			}
			if i > 0 && j > 1 && r == b[j-2] && a[i-1] == other {
				d = min(d, before[j-2]+1)
			}
			next[j] = d
			least = min(least, d)
		}
		if least > maxEdits && leastBefore > maxEdits { // what is exchanged refers to the row before
			return far
		}
		leastBefore = least
		before, row, next = row, next, before
	}
	return min(far, row[len(b)])
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
