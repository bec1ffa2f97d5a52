package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Bills of accounts on which far more happens than on any that is honest take a time that grows with their events, and not with
// the square of these: 20,000 changes that became known one a day in reverse took 26 s.
func TestBillsTakeNearLinearTime(t *testing.T) {
	start := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	onDay := func(i int) time.Time { return start.AddDate(0, 0, i) }
	pkg := func(i int) string { return fmt.Sprintf("p%d", i) }
	event := func(id string, i int, kind account.Type, at time.Time) account.Event {
		return account.Event{ID: fmt.Sprint(id, i), Account: "a", Type: kind, At: at}
	}
	change := func(i int, to string, at time.Time) account.Event {
		e := event("change", i, account.PackageChanged, at)
		e.Package = to
		return e
	}
	create := func(i int, at time.Time) account.Event {
		e := event("create", i, account.Created, at)
		e.Package = pkg(0)
		return e
	}
	for _, row := range []struct {
		name   string
		n      int
		events func(n int) []account.Event
	}{
		{"changes that become known one a day, the last first", 400, func(n int) []account.Event {
			events := []account.Event{create(0, onDay(0))}
			for i := 1; i <= n; i++ {
				e := change(i, pkg(i%2), onDay(i))
				e.RecordedAt = onDay(2*n - i)
				events = append(events, e)
			}
			return events
		}},
		{"changes to and fro on a day", 2_000, func(n int) []account.Event {
			events := []account.Event{create(0, onDay(0))}
			for i := 1; i <= n; i++ {
				events = append(events, change(i, pkg(i%2), onDay(9).Add(time.Duration(i)*time.Second)))
			}
			return events
		}},
		{"packages in a month", 2_500, func(n int) []account.Event {
			events := []account.Event{create(0, onDay(0))}
			for i := 1; i <= n; i++ {
				events = append(events, change(i, pkg(i), onDay(3).Add(time.Duration(i)*time.Minute)))
			}
			return events
		}},
		{"lives of a day", 1_000, func(n int) []account.Event {
			var events []account.Event
			for i := range n {
				events = append(events, create(i, onDay(i).Add(8*time.Hour)), event("close", i, account.Closed, onDay(i+1)))
			}
			return events
		}},
		{"changes that are voided one a day, the last first", 1_000, func(n int) []account.Event {
			events := []account.Event{create(0, onDay(0))}
			for i := 1; i <= n; i++ {
				void := event("void", i, account.EventVoided, onDay(2*n-i))
				void.Voids = fmt.Sprint("change", i)
				events = append(events, change(i, pkg(i%2), onDay(i)), void)
			}
			return events
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var packages []invoice.Package
			for i := range 4*row.n + 1 {
				packages = append(packages, invoice.Package{Name: pkg(i), Price: money.New(int64(3_000+i), money.USD)})
			}
			catalogue := must(invoice.NewCatalogue(packages, invoice.Retail))
			biller := must(account.NewBiller(catalogue, invoice.Policy{}))
			bill := func(n int) func() {
				events, through := row.events(n), cycle.MustDate("2001-03-01").AddDays(2*n)
				return func() {
					b, err := biller.Bill(events, through)
					require.NoError(t, err)
					require.Empty(t, b.Anomalies)
					require.NotEmpty(t, b.Invoices)
				}
			}
			eventtest.NearLinear(t, bill(row.n), bill(4*row.n))
		})
	}
}
