package account

// packageCounts are what is counted of each package in the period being added up.
type packageCounts struct {
	list   []packageCount
	byName map[string]int32 // of those beyond the first few
}

// packageCount is how many phases with a package owe for days of a period, and meet it, and the
// part whose allowance all of them draw on, or none.
type packageCount struct {
	pkg          string
	charged, met int32
	pool         int32
}

// fewPackages are found faster one by one than by a hash.
const fewPackages = 8

func (c *packageCounts) reset() {
	if c.list = c.list[:0]; len(c.byName) > 0 {
		clear(c.byName)
	}
}

// number is that of a package in the list, to which it is added where it is not in it.
func (c *packageCounts) number(pkg string) int32 {
	n := len(c.list)
	for i := range min(n, fewPackages) {
		if c.list[i].pkg == pkg {
			return int32(i)
		}
	}
	if n >= fewPackages {
		if i, found := c.byName[pkg]; found {
			return i
		}
		if c.byName == nil {
			c.byName = map[string]int32{}
		}
		c.byName[pkg] = int32(n)
	}
	c.list = append(c.list, packageCount{pkg: pkg, pool: none})
	return int32(n)
}
