package account_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

var (
	adjusted = regexp.MustCompile(`^(?:nothing owed|.* = (-?\$[0-9.]+)), less (-?\$[0-9.]+) billed before$`)
	overuse  = regexp.MustCompile(`^([0-9,]+) credits used − ([0-9,]+) included = ([0-9,]+) × \$([0-9.]+)`)
	wholeDay = regexp.MustCompile(`^([0-9]+) of ([0-9]+) days × \$([0-9.]+)( = |$)`)
)

// Law: a line's explanation, worked out with a pocket calculator, gives its amount.
func TestLawExplanations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		h.Policy = withKey(h.Policy, "currency=USD")
		h.Packages = nil
		h.RandomPackages(drawn(t))
		for i := range h.Events {
			h.Events[i].Amount = money.New(h.Events[i].Amount.Minor(), money.USD)
		}
		for _, l := range linesOf(h.bill(t, h.Through().String())) {
			checkExplanation(t, h, &l)
		}
	})
}

// checkExplanation does what is written: first what is owed, then what is left of it.
func checkExplanation(t *rapid.T, h *history, l *invoice.Line) {
	text := l.Explanation()
	owed := l.Amount.Minor()
	if m := adjusted.FindStringSubmatch(text); m != nil {
		if owed = 0; m[1] != "" {
			owed = dollars(t, m[1])
		}
		require.Equal(t, l.Amount.Minor(), owed-dollars(t, m[2]), text)
	}
	mode := h.Policy.Value("rounding")
	if m := overuse.FindStringSubmatch(text); m != nil {
		over := number(t, m[3])
		require.Equal(t, 0, new(big.Rat).Sub(number(t, m[1]), number(t, m[2])).Cmp(over), text)
		price := new(big.Rat).Mul(over, number(t, m[4]))
		require.Equal(t, owed, rounded(price.Mul(price, ratio(100, 1)), mode), text)
	}
	if m := wholeDay.FindStringSubmatch(text); m != nil {
		price := new(big.Rat).Quo(new(big.Rat).Mul(number(t, m[1]), number(t, m[3])), number(t, m[2]))
		require.Equal(t, owed, rounded(price.Mul(price, ratio(100, 1)), mode), text)
	}
}

func number(t *rapid.T, text string) *big.Rat {
	x, ok := new(big.Rat).SetString(strings.ReplaceAll(text, ",", ""))
	require.True(t, ok, text)
	return x
}

func dollars(t *rapid.T, text string) int64 {
	a, err := money.ParseIn(strings.Replace(text, "$", "", 1), money.USD)
	require.NoError(t, err, text)
	return a.Minor()
}
