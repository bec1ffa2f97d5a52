package account

// pool makes values that stay where they are, with the memory of those before once none of them is in use.
type pool[T any] struct {
	all  []*T
	used int
}

// poolSize is how many values are allocated at once.
const poolSize = 16

// add makes a value of the pool.
func (p *pool[T]) add(v T) *T {
	if p.used == len(p.all) {
		more := make([]T, poolSize)
		for i := range more {
			p.all = append(p.all, &more[i])
		}
	}
	made := p.all[p.used]
	*made = v
	p.used++
	return made
}
