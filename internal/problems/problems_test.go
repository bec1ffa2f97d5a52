package problems_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/problems"
)

func numbered(n int) (l problems.List) {
	for i := range n {
		l.Add(fmt.Errorf("f:%d:1: wrong", i+1))
		l.Add(nil)
	}
	return l
}

func TestErr(t *testing.T) {
	for _, row := range []struct {
		problems, listed int
		last             string
	}{
		{2, 2, "f:2:1: wrong"},
		{20, 20, "f:20:1: wrong"},
		{21, 20, "f: and 1 more problem"},
		{1000, 20, "f: and 980 more problems"},
	} {
		l := numbered(row.problems)
		require.Equal(t, row.problems, l.Len())
		for range 2 {
			lines := strings.Split(l.Err("f").Error(), "\n")
			require.Equal(t, row.last, lines[len(lines)-1])
			require.Equal(t, fmt.Sprintf("f:%d:1: wrong", row.listed), lines[row.listed-1])
		}
	}
	none := problems.List{}
	require.NoError(t, none.Err("f"))
	one, wrong := problems.List{}, errors.New("wrong")
	one.Add(wrong)
	require.Same(t, wrong, one.Err("f"), "a single problem stands by itself")
}
