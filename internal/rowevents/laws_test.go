package rowevents_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/rowevents"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// imported are the events that tables add to those that are there, one a line.
func imported(t require.TestingT, use table.Use, earlier string, how rowevents.How, files ...string) (string, rowevents.Added) {
	m, err := table.OwnNames(use)
	require.NoError(t, err)
	im := rowevents.New(invoice.Policy{})
	for i, file := range files {
		name := fmt.Sprintf("%d.csv", i)
		tab, err := table.Open(name, []byte(file), m, money.USD)
		require.NoError(t, err)
		require.NoError(t, im.Add(name, tab))
	}
	there := &rowevents.Earlier{}
	for _, e := range events(t, earlier) {
		there.Add(e)
	}
	added, err := im.New(there, how)
	require.NoError(t, err)
	if len(added.Lines) == 0 {
		return "", added
	}
	return string(bytes.Join(added.Lines, []byte("\n"))) + "\n", added
}

func events(t require.TestingT, lines string) (list []account.Event) {
	for e, err := range eventlog.Read(strings.NewReader(lines), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		list = append(list, e)
	}
	return list
}

// row is a day's usage of an account.
type usageRow struct {
	account string
	day     int
	credits int
}

// drawRows are rows of different accounts and days.
func drawRows(t *rapid.T) []usageRow {
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) usageRow {
		return usageRow{rapid.SampledFrom([]string{"acme", `"q" b`, "ü, Söhne", "a b"}).Draw(t, "account"), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 90_000).Draw(t, "credits")}
	}), 0, 12, func(r usageRow) string { return fmt.Sprint(r.account, r.day) }).Draw(t, "rows")
}

func usageFile(rows []usageRow) string {
	text := "account,at,credits\n"
	for _, r := range rows {
		text += fmt.Sprintf("\"%s\",2026-02-%02d,%d\n", strings.ReplaceAll(r.account, `"`, `""`), r.day, r.credits)
	}
	return text
}

func sortedLines(text string) []string {
	return slices.Sorted(strings.Lines(text))
}

// A table and a longer one after it give each row once: put together as files, or held against each other.
func TestLawImportedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawRows(t)
		first := usageFile(all[:rapid.IntRange(0, len(all)).Draw(t, "first")])
		longer := usageFile(rapid.Permutation(all).Draw(t, "longer"))
		want, _ := imported(t, table.Usage, "", rowevents.How{}, longer)
		before, _ := imported(t, table.Usage, "", rowevents.How{}, first)
		after, added := imported(t, table.Usage, before, rowevents.How{}, longer)
		require.Equal(t, sortedLines(want), sortedLines(before+after))
		require.Equal(t, len(all), added.Known+added.Events)
		together, _ := imported(t, table.Usage, "", rowevents.How{}, first, longer, longer)
		require.Equal(t, sortedLines(want), sortedLines(together))
		again, added := imported(t, table.Usage, before+after, rowevents.How{}, longer, first)
		require.Empty(t, again)
		require.Equal(t, len(all), added.Known)
	})
}

// What is corrected, however often, bills in the end as if it had been right from the start.
func TestLawCorrected(t *testing.T) {
	packages, err := invoice.ParsePackages("p", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	require.NoError(t, err)
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	owed := func(t *rapid.T, lines string) map[string]int64 {
		byAccount := map[string][]account.Event{}
		for _, e := range events(t, lines) {
			byAccount[e.Account] = append(byAccount[e.Account], e)
		}
		sums := map[string]int64{}
		for name, list := range byAccount {
			bill, err := account.BillAccount(list, catalogue, invoice.Policy{}, cycle.MustDate("2026-12-31"))
			require.NoError(t, err)
			require.Empty(t, bill.Anomalies)
			for i := range bill.Invoices {
				sums[name] += bill.Invoices[i].FinalAmount.Minor()
			}
		}
		return sums
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		begun := ""
		for _, name := range []string{"acme", `\"q\" b`, "ü, Söhne", "a b"} {
			begun += `{"id":"c ` + name + `","type":"account.created","account":"` + name + `","at":"2026-02-01","package":"Gold"}` + "\n"
		}
		there, _ := imported(t, table.Usage, "", rowevents.How{}, usageFile(rows))
		for i := range rapid.IntRange(1, 3).Draw(t, "times") {
			for j := range rows {
				if rapid.Bool().Draw(t, "changed") {
					rows[j].credits = rapid.IntRange(0, 90_000).Draw(t, "credits")
				}
			}
			more, _ := imported(t, table.Usage, there, rowevents.How{Correct: true, CorrectedAt: fmt.Sprintf("2026-0%d-15", 4+i)}, usageFile(rows))
			there += more
		}
		right, _ := imported(t, table.Usage, "", rowevents.How{}, usageFile(rows))
		require.Equal(t, owed(t, begun+right), owed(t, begun+there))
	})
}

// Ids of different rows are different, whatever is in their cells.
func TestIds(t *testing.T) {
	m, err := table.ParseMapping("m.json", []byte(`{"fields": {"account": "a", "at": "d", "credits": "c", "id": "i"}}`), table.Usage)
	require.NoError(t, err)
	tab, err := table.Open("f.csv", []byte("a,d,c,i\nb,2026-01-01,1,\nb,2026-01-01,1,x\n\"\"\"x\"\" b\",2026-01-01,1,\n\"\"\"\"\" b\",2026-01-01,1,\nx b,2026-01-01,1,\nb,2026-01-01T00:00:00Z,1,x\n"), m, money.USD)
	require.NoError(t, err)
	im := rowevents.New(invoice.Policy{})
	require.NoError(t, im.Add("f.csv", tab))
	added, err := im.New(&rowevents.Earlier{}, rowevents.How{})
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, e := range events(t, string(bytes.Join(added.Lines, []byte("\n")))) {
		ids[e.ID] = true
	}
	require.Len(t, ids, 6)
}

// A row whose event was voided by hand is left for a person to decide.
func TestVoidedByHand(t *testing.T) {
	there := `{"id":"usage 2026-02-01 a","type":"usage.recorded","account":"a","at":"2026-02-01","credits":5}
{"id":"v","type":"event.voided","account":"a","at":"2026-03-01","event":"usage 2026-02-01 a"}
`
	m, err := table.OwnNames(table.Usage)
	require.NoError(t, err)
	tab, err := table.Open("f.csv", []byte("account,at,credits\na,2026-02-01,5\n"), m, money.USD)
	require.NoError(t, err)
	im := rowevents.New(invoice.Policy{})
	require.NoError(t, im.Add("f.csv", tab))
	earlier := &rowevents.Earlier{}
	for _, e := range events(t, there) {
		earlier.Add(e)
	}
	_, err = im.New(earlier, rowevents.How{})
	require.EqualError(t, err, `f.csv:2:1: row 2: usage of "a" on 2026-02-01 was recorded and voided since, by event "v", expected the row left out; --correct records it anew`)
	more, _ := imported(t, table.Usage, there, rowevents.How{Correct: true, CorrectedAt: "2026-04-01"}, "account,at,credits\na,2026-02-01,5\n")
	require.Equal(t, `{"id":"usage#2 2026-02-01 a","type":"usage.recorded","account":"a","at":"2026-02-01","recorded_at":"2026-04-01","credits":5}`+"\n", more)
}
