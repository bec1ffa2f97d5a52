package strictjson

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
)

// ParseCount reads a whole number from 0 to the largest int64: digits only, no sign, point or exponent.
func ParseCount(text string) (int64, error) {
	n, err := parseDigits(text)
	if err == nil {
		return n, nil
	}
	if _, whole := ParseWhole(text); whole == nil {
		return 0, fmt.Errorf("%w, without a decimal point", notACount(text))
	}
	return 0, notACount(text)
}

// ParseWhole is ParseCount for the documents of others, where a whole number may have zeros after a decimal point: 21000.0.
func ParseWhole(text string) (int64, error) {
	whole, zeros, point := strings.Cut(text, ".")
	if n, err := parseDigits(whole); err == nil && (!point || zeros != "" && strings.Trim(zeros, "0") == "") {
		return n, nil
	}
	return 0, notACount(text)
}

func parseDigits(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63) // takes no sign; an underscore needs base 0
	return int64(n), err
}

func notACount(text string) error {
	return fmt.Errorf("%s is not a count, expected a whole number from 0 to %d", shown(text), math.MaxInt64)
}

// shown is text as an error shows it: bare when it is a number, else quoted, and never long.
func shown(text string) string {
	text = names.Clip(text)
	if text != "" && strings.Trim(text, "+-.0123456789eE") == "" {
		return text
	}
	return strconv.Quote(text)
}
