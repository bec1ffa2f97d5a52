package reconcile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/reconcile"
)

// TestUnderAnotherName: an account that they spell otherwise is offered, and its row is told from one that is too much.
func TestUnderAnotherName(t *testing.T) {
	var events [][]account.Event
	for i := range 50 {
		events = append(events, gold(t, fmt.Sprintf("customer-%02d@example.com", i), false).Of(fmt.Sprintf("customer-%02d@example.com", i)))
	}
	rep := hold(t, gather(t, append(events, gold(t, "orchard-press@example.com", false).Of("orchard-press@example.com"))...),
		bare("1", "orchard.press@example.com", "2025-09-30", "2025-08-30", "2025-09-29", "50"),
		bare("2", "orchard_pres@example.com", "2025-09-30", "2025-08-30", "2025-09-29", "51"))
	said := map[string][]string{}
	for i := range rep.Rows {
		said[rep.Rows[i].Number()] = rep.Rows[i].Notes
	}
	ours := ""
	for i := range rep.Rows {
		row := &rep.Rows[i]
		switch row.Account {
		case "orchard-press@example.com":
			ours = row.Number()
			require.Equal(t, []string{"it may be their row 1, under the name orchard.press@example.com"}, row.Notes)
		case "orchard.press@example.com", "orchard_pres@example.com":
			require.Equal(t, reconcile.TheirsOnly, row.Class)
			require.Contains(t, row.Explanation(), `one that is spelled much like it is "orchard-press@example.com"`)
		}
	}
	require.Equal(t, []string{"it may be our invoice " + ours + " of orchard-press@example.com, under another name: not claimed"}, said["1"])
	require.Empty(t, said["2"], "another amount is another invoice")
}

// TestUnknownAccountsCostTheirNumber: four times as many names that nobody knows are not sixteen times the work.
func TestUnknownAccountsCostTheirNumber(t *testing.T) {
	work := func(n int) float64 {
		in := reconcile.Input{Events: &account.Events{}, Documents: []distributor.Invoices{{}}, Workers: 1}
		for i := range n {
			name := fmt.Sprintf("customer-%04d@example.com", i)
			for _, e := range gold(t, name, false).Of(name) {
				require.NoError(t, in.Events.Add(e))
			}
			in.Documents[0].Rows = append(in.Documents[0].Rows, bare(fmt.Sprint(i), fmt.Sprintf("upstream%04d", i), "2025-09-30", "2025-08-30", "2025-09-29", "50"))
		}
		return testing.AllocsPerRun(1, func() { _ = run(t, in) })
	}
	require.Less(t, work(400), 6*work(100))
}
