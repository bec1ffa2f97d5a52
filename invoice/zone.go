package invoice

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/prorata-go/prorata/internal/names"
)

// ParseTimeZone loads an IANA time zone. "Local" is no zone: it would make a bill depend on the
// machine that computes it, and so would a link to it.
func ParseTimeZone(name string) (*time.Location, error) {
	loc, err := time.LoadLocation(name)
	if err != nil || !isZoneName(name) {
		return nil, fmt.Errorf("unknown time zone %q%s, expected an IANA name such as UTC or America/Los_Angeles", names.Clip(name), zoneHint(name))
	}
	return loc, nil
}

// isZoneName leaves out what a machine's database has besides zones: its own zone by other names, and all zones once more, with leap
// seconds (right) and without (posix). Of a name with dots or empty parts in its path, which is also found, there is a better one.
func isZoneName(name string) bool {
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "", "Local", "localtime", "posixrules", "right", "posix":
		return false
	}
	return path.Clean(name) == name
}

// zoneHint asks whether a zone was meant whose name differs in case, or in what stands between its
// words, or that was named by its city alone. There is no list of zones to look in: each is tried.
func zoneHint(name string) string {
	if len(name) > 60 { // no zone's name is that long
		return ""
	}
	switch name {
	case "Local", "localtime", "posixrules":
		return " (that of the machine, which may be another on the next)"
	}
	for _, again := range []string{"right/", "posix/"} {
		name = strings.TrimPrefix(name, again)
	}
	name = strings.ToLower(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == ' ' }), "_"))
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = capitals(part)
	}
	spelled := path.Clean(strings.Join(parts, "/"))
	tries := []string{strings.ToUpper(name), spelled, strings.ReplaceAll(spelled, "-", "_")}
	for _, area := range []string{"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"} {
		tries = append(tries, area+"/"+spelled)
	}
	for _, try := range tries {
		if _, err := time.LoadLocation(try); err == nil && isZoneName(try) {
			return fmt.Sprintf(" (did you mean %q?)", try)
		}
	}
	return ""
}

// capitals begins each word with a capital letter, but for the small ones of zones: Port_of_Spain.
func capitals(s string) string {
	b := []byte(s)
	for i := range b {
		begins := i == 0 || b[i-1] == '_' || b[i-1] == '-'
		small := strings.HasPrefix(s[i:], "of_") || strings.HasPrefix(s[i:], "es_") || strings.HasPrefix(s[i:], "au-")
		if begins && !small && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}
