package parquetfile

import (
	"fmt"
	"io"
	"time"
)

// Rows are the rows of a file, of which some columns are read.
type Rows struct {
	f     *File
	cols  []*cursor
	group int   // that is read
	left  int64 // rows of it after this one
	row   int64
	err   error
}

// cursor is a column, and where in it the row is.
type cursor struct {
	*Column
	zone  *time.Location
	chunk *chunk
	page  *values
	at    int // of the row in the page
	value int // of the row among those that are not null
	null  bool
	day   int64 // whose date is kept
	date  []byte
}

// Read begins to read columns, by their numbers. Times of no time zone are instants of the zone, if there is one.
func (f *File) Read(columns []int, zone *time.Location) *Rows {
	r := &Rows{f: f, group: -1}
	for _, c := range columns {
		r.cols = append(r.cols, &cursor{Column: &f.Columns[c], zone: zone})
	}
	return r
}

// Next moves to the next row. It returns false after the last, and where the file cannot be read on.
func (r *Rows) Next() bool {
	for r.left == 0 {
		if r.err != nil || r.group+1 >= len(r.f.groups) {
			return false
		}
		r.group++
		if r.left = r.f.groups[r.group].NumRows; r.left > 0 && !r.begin() {
			return false
		}
	}
	for _, c := range r.cols {
		if c.at++; c.at >= c.page.n {
			if err := c.turn(); err != nil {
				r.fail(c, err)
				return false
			}
		}
		if c.null = c.page.present != nil && c.page.present[c.at] == 0; !c.null {
			c.value++
		}
	}
	r.left--
	r.row++
	return true
}

// begin begins the row group.
func (r *Rows) begin() bool {
	for _, c := range r.cols {
		if c.Kind == Other {
			r.fail(c, fmt.Errorf("it is %s, expected one value a row", c.Kind))
			return false
		}
		chunk, err := r.f.newChunk(r.group, c.Column, c.chunk)
		if err != nil {
			r.fail(c, err)
			return false
		}
		c.chunk, c.page, c.at = chunk, &values{}, -1
	}
	return true
}

func (r *Rows) fail(c *cursor, err error) {
	r.left, r.err = 0, fmt.Errorf("column %q: %w", c.Name, err)
}

// turn goes to the next page that has values.
func (c *cursor) turn() (err error) {
	defer caught(&err)
	for {
		if c.page, err = c.chunk.next(); err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if c.at, c.value = 0, -1; c.page.n > 0 {
			return nil
		}
	}
}

// Err is why the rows ended before the last.
func (r *Rows) Err() error { return r.err }

// Row is the number of the row, from 1.
func (r *Rows) Row() int64 { return r.row }

// Append appends what the row has in the k-th of the columns that are read, in the form of its [Kind].
func (r *Rows) Append(b []byte, k int) (text []byte, null bool) {
	c := r.cols[k]
	if c.null {
		return b, true
	}
	return c.append(b), false
}
