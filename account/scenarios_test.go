package account_test

import (
	"cmp"
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
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestScenarios bills every file of testdata/scenarios, whose README.md describes the format.
func TestScenarios(t *testing.T) {
	eachScenario(t, func(t *testing.T, text string) { checkScenario(t, text) })
}

// TestOracleScenarios: what a scenario expects is what the oracle says, whatever the engine does.
func TestOracleScenarios(t *testing.T) {
	eachScenario(t, func(t *testing.T, text string) {
		s := parseScenario(t, text)
		if s.failure != "" {
			return // which TestScenarios sees
		}
		got, strange := newOracle(s.history(t)).statements(s.through)
		s.compare(t, got)
		ids := []string{}
		for id := range s.anomalies {
			ids = append(ids, id)
		}
		require.ElementsMatch(t, ids, strange, "anomalies")
	})
}

func eachScenario(t *testing.T, check func(*testing.T, string)) {
	files, err := filepath.Glob("../testdata/scenarios/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			check(t, string(text))
		})
	}
}

// scenario is one account's history and what must become of it.
type scenario struct {
	policy   invoice.Policy
	list     invoice.PriceList
	through  cycle.Date
	packages []invoice.Package
	events   []string // as lines of an event file

	invoices  []expected
	total     *int64            // of all invoices, those canceled left out
	anomalies map[string]string // id: a word of the reason
	failure   string            // what the error says, where the history cannot be billed
	refused   error             // of a package or a setting
}

type expected struct {
	statement
	anyStatus, anyCredits, anyLines bool // these do not matter
}

func (s *scenario) history(t require.TestingT) *history {
	year, _, _ := s.through.Civil()
	events := readAll(t, strings.Join(s.events, "\n"), s.policy)
	return &history{eventtest.History{Policy: s.policy, List: s.list, Year: year, Packages: s.packages, Events: events}}
}

// checkScenario bills a scenario with its events in several orders.
func checkScenario(t *testing.T, text string) {
	t.Helper()
	s := parseScenario(t, text)
	if s.failure != "" {
		require.Empty(t, s.invoices, "a scenario with an error has no invoices")
		require.ErrorContains(t, s.fails(), s.failure)
		return
	}
	require.Empty(t, disagreement(s.history(t)), "the oracle agrees")
	order := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		h := s.history(t)
		got, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, s.through)
		require.NoError(t, err)
		s.compare(t, statements(got))
		s.compareAnomalies(t, got.Anomalies)
		order.Shuffle(len(s.events), func(i, j int) { s.events[i], s.events[j] = s.events[j], s.events[i] })
	}
}

// fails reads and bills a scenario, up to the first error.
func (s *scenario) fails() error {
	if s.refused != nil {
		return s.refused
	}
	events, err := readLines(strings.Join(s.events, "\n"), s.policy)
	if err != nil {
		return err
	}
	catalogue, err := invoice.NewCatalogue(s.packages, s.list)
	if err != nil {
		return err
	}
	_, err = account.BillAccount(events, catalogue, s.policy, s.through)
	return err
}

func (s *scenario) compare(t *testing.T, got []statement) {
	t.Helper()
	var want, have strings.Builder
	for _, e := range s.invoices {
		slices.Sort(e.lines)
		want.WriteString(e.String() + "\n")
	}
	var total int64
	for i, g := range got {
		if g.status != invoice.Canceled.String() {
			total += g.final
		}
		if i < len(s.invoices) {
			e := s.invoices[i]
			if e.anyStatus {
				g.status = ""
			}
			if e.anyCredits {
				g.credits = 0
			}
			if e.anyLines {
				g.lines = nil
			}
		}
		have.WriteString(g.String() + "\n")
	}
	require.Equal(t, want.String(), have.String())
	if s.total != nil {
		require.Equal(t, *s.total, total, "the total, without canceled invoices")
	}
}

func (s *scenario) compareAnomalies(t *testing.T, got []account.Anomaly) {
	t.Helper()
	reported := map[string]string{}
	for _, a := range got {
		require.NotContains(t, reported, a.Event.ID, "an event is reported once")
		reported[a.Event.ID] = a.Reason
	}
	for id, word := range s.anomalies {
		require.Contains(t, reported, id)
		require.Contains(t, reported[id], word)
	}
	require.Len(t, reported, len(s.anomalies), "%v", reported)
}

func parseScenario(t *testing.T, text string) *scenario {
	t.Helper()
	s := &scenario{anomalies: map[string]string{}}
	for raw := range strings.SplitSeq(text, "\n") {
		line := strings.TrimSpace(raw)
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		require.NoError(t, s.row(line, cells), "%q", line)
	}
	require.False(t, s.through.IsZero(), "no through")
	if s.failure == "" {
		require.NoError(t, s.refused)
	}
	return s
}

func (s *scenario) row(line string, cells []string) error {
	columns := map[string][2]int{"event": {3, 4}, "invoice": {11, 12}, "line": {6, 7}, "anomaly": {3, 3}, "total": {2, 2}, "error": {2, 2}, "package": {5, 7}}
	want, keyword := columns[cells[0]]
	key, value, setting := strings.Cut(line, ":")
	switch {
	case !keyword && setting && len(cells) == 1:
		s.refused = cmp.Or(s.refused, s.setting(key, strings.TrimSpace(value)))
		return nil
	case !keyword:
		want = columns["package"] // a package's row starts with its name
	}
	if len(cells) < want[0] || len(cells) > want[1] {
		return fmt.Errorf("%d columns", len(cells))
	}
	switch cells[0] {
	case "package": // the columns' names
	case "event":
		s.events = append(s.events, eventJSON(cells, len(s.events)+1))
	case "invoice":
		return s.addInvoice(cells)
	case "line":
		return s.addLine(cells)
	case "total":
		total, err := s.minor(cells[1])
		s.total = &total
		return err
	case "anomaly":
		s.anomalies[cells[1]] = cells[2]
	case "error":
		s.failure = cells[1]
	default:
		s.refused = cmp.Or(s.refused, s.addPackage(cells))
	}
	return nil
}

func (s *scenario) setting(key, value string) (err error) {
	switch key {
	case "set":
		key, value, _ = strings.Cut(value, "=")
		return s.policy.Set(key, value)
	case "price":
		s.list, err = invoice.ParsePriceList(value)
	case "through":
		s.through, err = cycle.ParseDate(value)
	default:
		err = fmt.Errorf("unknown setting %q", key)
	}
	return err
}

func (s *scenario) minor(text string) (int64, error) {
	amount, err := money.ParseIn(text, s.policy.MoneyCurrency())
	return amount.Minor(), err
}

func (s *scenario) addInvoice(cells []string) error {
	e := expected{anyStatus: true, anyCredits: true, anyLines: true}
	e.date, e.kind, e.start, e.end, e.pkg = cells[1], cells[2], cells[3], cells[4], cells[5]
	for i, to := range []*int64{&e.amount, &e.prorated, &e.overage, &e.charges, &e.final} {
		var err error
		if *to, err = s.minor(cells[6+i]); err != nil {
			return err
		}
	}
	if len(cells) > 11 {
		for key, value := range pairs(cells[11]) {
			switch key {
			case "status":
				e.status, e.anyStatus = value, false
			case "credits":
				var err error
				if e.credits, err = strconv.ParseInt(value, 10, 64); err != nil {
					return err
				}
				e.anyCredits = false
			default:
				return fmt.Errorf("unknown %q", key)
			}
		}
	}
	s.invoices = append(s.invoices, e)
	return nil
}

func (s *scenario) addLine(cells []string) error {
	amount, err := s.minor(cells[5])
	if err != nil {
		return err
	}
	e := &s.invoices[len(s.invoices)-1]
	e.anyLines = false
	e.lines = append(e.lines, lineText(cells[1], cells[2], cells[3], cells[4], amount, len(cells) > 6 && cells[6] == "adjustment"))
	return nil
}

// pairs reads "key=value; key=value".
func pairs(text string) map[string]string {
	m := map[string]string{}
	for pair := range strings.SplitSeq(text, ";") {
		if key, value, found := strings.Cut(strings.TrimSpace(pair), "="); found {
			m[key] = value
		}
	}
	return m
}

// eventJSON writes "event | at | type | key=value; key=value" as a line of an event file.
func eventJSON(cells []string, n int) string {
	fields := map[string]string{"id": fmt.Sprintf("e%d", n), "account": "a", "at": cells[1], "type": cells[2]}
	if len(cells) > 3 {
		for key, value := range pairs(cells[3]) {
			fields[key] = value
		}
	}
	if day, err := cycle.ParseDate(fields["invoice"]); err == nil {
		fields["invoice"] = invoice.NumbersOf("a").On(day).String()
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
	cells = append(cells, "", "")
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
		if p.EffectiveFrom, err = cycle.ParseDate(cells[4]); err != nil {
			return err
		}
	}
	if cells[5] != "" {
		price, err := money.ParseIn(cells[5], s.policy.MoneyCurrency())
		if err != nil {
			return err
		}
		p.DistributorPrice = &price
	}
	if cells[6] != "" {
		rate, err := money.ParseRate(cells[6])
		if err != nil {
			return err
		}
		p.DistributorOverage = &rate
	}
	s.packages = append(s.packages, p)
	return nil
}
