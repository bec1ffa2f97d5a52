package eventlog

import "iter"

// BlockIDs yields the ids of the events in a block that a [Packing] made. A damaged block has no more of them.
func BlockIDs(block []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, id := range blockEntries(block) {
			if !yield(id) {
				return
			}
		}
	}
}

// BlockOf is the block of the events with some ids.
func BlockOf(block []byte, has func(id []byte) bool) (some []byte) {
	for entry, id := range blockEntries(block) {
		if has(id) {
			some = append(some, entry...)
		}
	}
	return some
}

// blockEntries yields the entries of a block and their ids.
func blockEntries(block []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(entry, id []byte) bool) {
		for r := (strict{bytes: block}); r.more(); {
			from := r.at
			r.text()
			record := strict{bytes: r.text()}
			head := record.byte()
			if head&headType == headType {
				record.byte()
			}
			if head&headFields != 0 {
				record.uint()
			}
			id := record.text()
			if r.damaged || record.damaged || !yield(block[from:r.at], id) {
				return
			}
		}
	}
}
