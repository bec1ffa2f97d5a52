package reconcile_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/reconcile"
)

// TestCausesAreDocumented: docs/reconcile.md has the table of causes, as the search has it.
func TestCausesAreDocumented(t *testing.T) {
	data, err := os.ReadFile("../docs/reconcile.md")
	require.NoError(t, err)
	var want strings.Builder
	want.WriteString("| tier | cause | what is changed |\n|---|---|---|\n")
	seen := map[string]bool{}
	for _, c := range reconcile.Causes() {
		require.False(t, seen[c.Code], c.Code)
		seen[c.Code] = true
		require.NotEmpty(t, c.Words, c.Code)
		require.NotEmpty(t, c.Docs, c.Code)
		fmt.Fprintf(&want, "| %s | `%s` | %s |\n", c.Tier, c.Code, c.Docs)
	}
	require.Contains(t, string(data), want.String(), "docs/reconcile.md is to have:\n%s", want.String())
	planted := map[string]bool{}
	for i := range plants {
		for _, code := range plants[i].codes() {
			planted[code] = true
		}
	}
	for code := range seen {
		if !unplanted[code] {
			require.True(t, planted[code], "nothing plants %s", code)
		}
	}
}

// unplanted are causes that upstreams of one error do not have: forms, what the convention is, and what cases have.
var unplanted = map[string]bool{"split": true, "moved": true, "tax": true, "broken": true, "quantity": true, "billing_day": true, "calendar_months": true,
	"price_changed": true, "convention": true}
