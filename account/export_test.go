package account

import "github.com/prorata-go/prorata/source"

// DecodeFast reads a line the fast way only, or returns false.
func (d *Decoder) DecodeFast(line []byte, at source.Place) (Event, bool) {
	e := Event{Place: at}
	ok := d.fast(line, &e)
	return e, ok
}

// DecodeStrict reads a line the strict way only.
func (d *Decoder) DecodeStrict(line []byte, at source.Place) (Event, error) {
	e := Event{Place: at}
	err := d.strict(line, &e)
	return e, err
}
