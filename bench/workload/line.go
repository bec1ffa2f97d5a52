package workload

import "strconv"

const hex = "0123456789abcdef"

// head appends the start of a line, with an id of its own: no two numbers mix to the same.
func (g *Generator) head(b []byte) []byte {
	return g.id(append(b, `{"id":"evt-`...), g.made)
}

// id appends the id of an event by its number.
func (g *Generator) id(b []byte, number int) []byte {
	id := mix(mix(g.options.Seed+1) + uint64(number))
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, hex[id>>shift&15])
	}
	return b
}

// common appends the members that every event has.
func (g *Generator) common(b []byte, kind string, i int32, at, known int64) []byte {
	b = append(append(b, `","type":"`...), kind...)
	b = append(appendName(append(b, `","account":"`...), i), `","at":"`...)
	b = append(g.instant(b, at), '"')
	if known != at {
		b = append(g.instant(append(b, `,"recorded_at":"`...), known), '"')
	}
	return b
}

// text appends the last member of an event: its name, with the opening quote, and its text.
func text(b []byte, name, text string) []byte {
	return append(append(append(b, name...), text...), "\"}\n"...)
}

func end(b []byte) []byte { return append(b, "}\n"...) }

var trades = [...]string{
	"bakery", "books", "clinic", "coffee", "dental", "florist", "garage", "garden", "gym", "hotel", "law", "museum",
	"news", "optics", "pharmacy", "radio", "roofing", "school", "tailor", "theater", "travel", "vets", "vintner", "yoga",
}

// appendName appends the name of an account.
func appendName(b []byte, i int32) []byte {
	b = append(append(b, trades[mix(uint64(i))%uint64(len(trades))]...), '-')
	return append(appendNumber(b, int64(i)), "@example.com"...)
}

func appendNumber(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// instant appends an instant in UTC.
func (g *Generator) instant(b []byte, second int64) []byte {
	b = append(append(b, g.dates[second/day]...), 'T')
	second %= day
	b = append(twoDigits(b, second/3600), ':')
	b = append(twoDigits(b, second/60%60), ':')
	return append(twoDigits(b, second%60), 'Z')
}

func twoDigits(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
