package table_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/table"
)

// An amount is one of the currency that its row names, whether or not the mapping reads that column.
func TestOtherCurrencies(t *testing.T) {
	charges := `{"fields": {"account": "account", "at": "at", "amount": "amount", "description": "what"}}`
	for _, c := range []struct{ column, text, mapping, want string }{
		{"Currency", "USD", charges, "account=x at=2026-03-01 amount=5 description=Setup Currency=USD\n"},
		{"Currency", " usd ", charges, "Currency= usd \n"},
		{"currency_code", "$", charges, "account=x at=2026-03-01 amount=5 description=Setup currency_code=$\n"},
		{"Currency", "", charges, "account=x at=2026-03-01 amount=5 description=Setup\n"},
		{"Currency", "EUR", charges, `! f.csv:2:22: cell E2 (Currency): the currency is "EUR", expected USD, that of the policy: give that policy, or leave out what is in another`},
		{"Currency Code", "€", charges, `! f.csv:2:22: cell E2 (Currency Code): the currency is "€", expected USD, `},
		{"Money", "EUR", `{"fields": {"account": "account", "at": "at", "amount": "amount", "description": "what"}, "others": {"currency": "Money"}}`, `! f.csv:2:22: cell E2 (Money): the currency is "EUR", expected USD, `},
		{"Currency", "EUR", `{"fields": {"account": "account", "at": "at", "amount": "amount", "description": "what"}, "ignore": ["Currency"]}`, "account=x at=2026-03-01 amount=5 description=Setup\n"},
	} {
		got := readAll("f.csv", "account,at,amount,what,"+c.column+"\nx,2026-03-01,5,Setup,"+c.text+"\n", c.mapping, table.Charges)
		require.Contains(t, got, c.want, "%s %s", c.column, c.text)
	}
	require.Contains(t, readAll("f.csv", "name,price,Currency\nGold,5,EUR\n", `{"fields": {"name": "name", "price": "price"}}`, table.Packages),
		`! f.csv:2:8: cell C2 (Currency): the currency is "EUR", expected USD, `)
}
