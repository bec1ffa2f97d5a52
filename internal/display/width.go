package display

import "slices"

// Width is the number of a terminal's cells that an escaped text takes.
func Width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case isMark(r):
		case isWide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the blocks whose characters take two cells: East Asian scripts and pictures.
var wide = [...][2]rune{
	{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97C}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
	{0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
	{0x20000, 0x3FFFD},
}

func isWide(r rune) bool {
	if r < wide[0][0] {
		return false
	}
	i, _ := slices.BinarySearchFunc(wide[:], r, func(block [2]rune, r rune) int { return int(block[1] - r) })
	return i < len(wide) && wide[i][0] <= r
}
