package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
)

// components joins rows that are about the same billing periods into sets.
type components struct {
	places []placed
	rows   []*Row
	index  map[*Row]int
	parent []int // of rows, as a forest
}

// placed is a row in some billing periods, from the first to the last, by what it is about. In advance a row bills the days of one
// period and what was used in the one before, and is in a set with what is about the same only.
type placed struct {
	row         int
	about       about
	first, last cycle.Date
}

// about is what of a billing period a row is about.
type about uint8

const (
	aboutBill about = iota // it is a row of theirs dated for the period, whatever it bills
	aboutDays
	aboutUse
)

func newComponents() *components { return &components{index: map[*Row]int{}} }

// add puts a row in the periods from the first to the last; it may be put in several.
func (c *components) add(r *Row, what about, first, last cycle.Date) {
	n, known := c.index[r]
	if !known {
		n = len(c.rows)
		c.index[r] = n
		c.rows, c.parent = append(c.rows, r), append(c.parent, n)
	}
	c.places = append(c.places, placed{n, what, first, last})
}

func (c *components) root(n int) int {
	for c.parent[n] != n {
		c.parent[n] = c.parent[c.parent[n]]
		n = c.parent[n]
	}
	return n
}

// all are the sets, each in the order in which its rows were added, the first by their periods first.
func (c *components) all() [][]*Row {
	slices.SortStableFunc(c.places, func(a, b placed) int {
		if a.about != b.about {
			return int(a.about) - int(b.about)
		}
		return a.first.Compare(b.first)
	})
	for i := 1; i < len(c.places); i++ { // they meet where one starts before the end of all so far
		before, p := &c.places[i-1], &c.places[i]
		if p.about != before.about || p.first.After(before.last) {
			continue
		}
		c.parent[c.root(p.row)] = c.root(before.row)
		p.last = cycle.Later(p.last, before.last)
	}
	sets := map[int]int{}
	var all [][]*Row
	for _, p := range c.places {
		root := c.root(p.row)
		if _, known := sets[root]; !known {
			sets[root] = len(all)
			all = append(all, nil)
		}
	}
	for n, r := range c.rows {
		set := &all[sets[c.root(n)]]
		*set = append(*set, r)
	}
	return all
}
