package display

import "strings"

// Lines breaks text at spaces into lines of at most so many cells; a longer word is cut.
func Lines(text string, most int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		for Width(word) > most {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			n := 0
			for i, r := range word {
				if n += Width(string(r)); n > most {
					lines, word = append(lines, word[:i]), word[i:]
					break
				}
			}
		}
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) > most:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
