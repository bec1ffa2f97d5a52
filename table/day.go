package table

import (
	"fmt"
	"strings"
	"time"

	"github.com/prorata-go/prorata/internal/names"
)

// when reads a cell as a day with what comes after it.
func (r *reading) when(b *bound, c cell) (when, error) {
	format := b.date
	if format == nil {
		format = r.mapping.date
	}
	if format == nil {
		format = r.date
	}
	if format == nil {
		format = iso
	}
	switch c.kind {
	case cellDate:
		format = iso
	case cellNumber:
		if format.text != excelFormat && len(c.text) != len("20260309") { // a day written as a number
			return when{}, fmt.Errorf("%s is a number, expected a date; if it counts days since 1900, the mapping has to say \"date\": \"excel\"", names.Clip(c.text))
		}
	}
	return format.parse(trimSpace(c.text), r.stored.since1904)
}

// day reads a cell as a day.
func (r *reading) day(b *bound, c cell) (string, error) {
	w, err := r.when(b, c)
	if err != nil {
		return "", err
	}
	if w, err = w.inZone(r.mapping.zone); err != nil {
		return "", err
	}
	if b.exclusive && w.clock == 0 { // an end within a day has that day
		w.Date = w.Date.AddDays(-1)
	}
	return w.Date.String(), nil
}

// moment reads a cell as a day or an instant. Midnight is the day where nothing names its zone.
func (r *reading) moment(b *bound, c cell) (string, error) {
	w, err := r.when(b, c)
	if err != nil {
		return "", err
	}
	timed := w.timed || c.style != nil && c.style.clock
	switch {
	case !timed, w.clock == 0 && !w.zoned && r.mapping.zone == nil:
		if b.exclusive {
			w.Date = w.Date.AddDays(-1)
		}
		return w.Date.String(), nil
	case !w.zoned && r.mapping.zone == nil:
		return "", fmt.Errorf("%q has a time and no zone, expected the mapping to name the zone, as \"time_zone\": \"Europe/Berlin\"", names.Clip(c.text))
	}
	return w.time(r.mapping.zone).Format(time.RFC3339Nano), nil
}

var truths = map[string]string{"true": "true", "yes": "true", "y": "true", "1": "true", "x": "true", "ja": "true", "false": "false", "no": "false", "n": "false", "0": "false", "nein": "false"}

func truthOf(text string) (string, error) {
	value, ok := truths[strings.ToLower(trimSpace(text))]
	if !ok {
		return "", fmt.Errorf("%q is not true or false, expected true, yes or 1, or false, no or 0", names.Clip(text))
	}
	return value, nil
}
