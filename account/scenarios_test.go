package account_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestScenarios bills every file of testdata/scenarios, whose README.md describes the format.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../testdata/scenarios/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			checkScenario(t, string(text))
		})
	}
}

// scenario is one account's history and what must become of it.
type scenario struct {
	policy   invoice.Policy
	through  cycle.Date
	packages []invoice.Package
	events   []string // as lines of an event file

	invoices  []expected
	anomalies map[string]string // id: a word of the reason
}

type expected struct {
	text  string
	lines []string // nil: they do not matter
}

// checkScenario bills a scenario with its events in several orders.
func checkScenario(t *testing.T, text string) {
	t.Helper()
	s := parseScenario(t, text)
	c, err := invoice.NewCatalogue(s.packages, invoice.Retail)
	require.NoError(t, err)
	year, _, _ := s.through.Civil()
	h := &history{policy: s.policy, year: year, packages: s.packages, events: readAll(t, strings.Join(s.events, "\n"), s.policy)}
	require.Empty(t, disagreement(h), "the oracle agrees")
	order := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		events := readAll(t, strings.Join(s.events, "\n"), s.policy)
		got, err := account.BillAccount(events, c, s.policy, s.through)
		require.NoError(t, err)
		s.compare(t, got)
		order.Shuffle(len(s.events), func(i, j int) { s.events[i], s.events[j] = s.events[j], s.events[i] })
	}
}

func readAll(t require.TestingT, text string, policy invoice.Policy) []account.Event {
	var events []account.Event
	for e, err := range account.Read(strings.NewReader(text), "events.jsonl", policy) {
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

func (s *scenario) compare(t *testing.T, got account.Bill) {
	t.Helper()
	var want, have []string
	for _, e := range s.invoices {
		want = append(want, e.text)
	}
	for i := range got.Invoices {
		have = append(have, invoiceText(&got.Invoices[i]))
	}
	require.Equal(t, strings.Join(want, "\n"), strings.Join(have, "\n"))
	for i, e := range s.invoices {
		if e.lines != nil {
			slices.Sort(e.lines)
			require.Equal(t, strings.Join(e.lines, "\n"), strings.Join(lineTexts(&got.Invoices[i]), "\n"), "lines of %s", got.Invoices[i].Date)
		}
	}
	reported := map[string]string{}
	for _, a := range got.Anomalies {
		require.NotContains(t, reported, a.Event.ID, "an event is reported once")
		reported[a.Event.ID] = a.Reason
	}
	for id, word := range s.anomalies {
		require.Contains(t, reported, id)
		require.Contains(t, reported[id], word)
	}
	require.Len(t, reported, len(s.anomalies), "%v", reported)
}

// invoiceText writes an invoice as a scenario does.
func invoiceText(inv *invoice.Invoice) string {
	return strings.Join([]string{"invoice", inv.Date.String(), inv.Type.String(), inv.Period.Start.String(), inv.Period.Last().String(),
		inv.Package, inv.Amount.Number(), inv.Prorated.Number(), inv.Overage.Number(), inv.AdditionalCharges.Number(), inv.FinalAmount.Number()}, " | ")
}

// lineTexts writes an invoice's lines as a scenario does, sorted, without those of zero.
func lineTexts(inv *invoice.Invoice) []string {
	var texts []string
	for _, l := range inv.Lines {
		if l.Amount.IsZero() {
			continue
		}
		cells := []string{"line", l.Kind.String(), l.Package, l.Dates.Start.String(), l.Dates.Last().String(), l.Amount.Number()}
		if l.Adjustment {
			cells = append(cells, "adjustment")
		}
		texts = append(texts, strings.Join(cells, " | "))
	}
	slices.Sort(texts)
	return texts
}

func parseScenario(t *testing.T, text string) *scenario {
	t.Helper()
	s := &scenario{anomalies: map[string]string{}}
	for raw := range strings.SplitSeq(text, "\n") {
		line := strings.TrimSpace(raw)
		switch key, value, _ := strings.Cut(line, ":"); {
		case line == "" || line[0] == '#':
			continue
		case key == "set":
			key, value, _ = strings.Cut(strings.TrimSpace(value), "=")
			require.NoError(t, s.policy.Set(key, value))
			continue
		case key == "through":
			s.through = date(strings.TrimSpace(value))
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		require.NoError(t, s.row(cells), "%q", line)
	}
	require.False(t, s.through.IsZero(), "no through")
	return s
}

func (s *scenario) row(cells []string) error {
	columns := map[string][2]int{"event": {3, 4}, "invoice": {11, 11}, "line": {6, 7}, "anomaly": {3, 3}, "package": {5, 5}}
	want, keyword := columns[cells[0]]
	if !keyword {
		want = columns["package"] // a package's row starts with its name
	}
	if len(cells) < want[0] || len(cells) > want[1] {
		return fmt.Errorf("%d columns", len(cells))
	}
	switch last := len(s.invoices) - 1; cells[0] {
	case "package": // the columns' names
	case "event":
		s.events = append(s.events, eventJSON(cells, len(s.events)+1))
	case "invoice":
		s.invoices = append(s.invoices, expected{text: strings.Join(cells, " | ")})
	case "line":
		s.invoices[last].lines = append(s.invoices[last].lines, strings.Join(cells, " | "))
	case "anomaly":
		s.anomalies[cells[1]] = cells[2]
	default:
		return s.addPackage(cells)
	}
	return nil
}

// eventJSON writes "event | at | type | key=value; key=value" as a line of an event file.
func eventJSON(cells []string, n int) string {
	fields := map[string]string{"id": fmt.Sprintf("e%d", n), "account": "a", "at": cells[1], "type": cells[2]}
	if len(cells) > 3 {
		for pair := range strings.SplitSeq(cells[3], ";") {
			if key, value, found := strings.Cut(strings.TrimSpace(pair), "="); found {
				fields[key] = value
			}
		}
	}
	var members []string
	for key, value := range fields {
		if key != "credits" {
			value = strconv.Quote(value)
		}
		members = append(members, strconv.Quote(key)+":"+value)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (s *scenario) addPackage(cells []string) error {
	p := invoice.Package{Name: cells[0]}
	var err error
	if p.Price, err = money.ParseIn(cells[1], s.policy.MoneyCurrency()); err != nil {
		return err
	}
	if p.Credits, err = strconv.ParseInt(cells[2], 10, 64); err != nil {
		return err
	}
	if p.Overage, err = money.ParseRate(cells[3]); err != nil {
		return err
	}
	if cells[4] != "" {
		p.EffectiveFrom, err = cycle.ParseDate(cells[4])
	}
	s.packages = append(s.packages, p)
	return err
}
