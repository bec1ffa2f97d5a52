package eventlog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
)

// Law: of each instant it is known whether its line has it as a plain date, in any time zone; and the event is that of Read.
func TestLawDatesAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu", "Africa/Monrovia", "America/Juneau"}).Draw(t, "zone")
		policy := eventtest.PolicyOf("time_zone=" + zone)
		when := func(name string) (text string, day cycle.Date) {
			n := rapid.Int64Range(-2932896/4, 2932896-2).Draw(t, name)
			n = max(n, -719162+2) // years 1 to 9999, but for their first and last days
			switch at := time.Unix(n*86400, 0).UTC(); rapid.IntRange(0, 3).Draw(t, "form") {
			case 0:
				return at.Format(time.RFC3339), day // a midnight that is an instant
			case 1:
				local := cycle.MustDate(at.Format(time.DateOnly)).Start(policy.TimeZone)
				return local.Format(time.RFC3339), day
			case 2:
				return at.Add(time.Duration(rapid.Int64Range(0, 86400e9-1).Draw(t, "of the day"))).Format(time.RFC3339Nano), day
			default:
				day = cycle.MustDate(at.Format(time.DateOnly))
				return day.String(), day
			}
		}
		var lines strings.Builder
		var days [][2]cycle.Date
		for i := range rapid.IntRange(1, 9).Draw(t, "lines") {
			at, day := when("at")
			recorded, recordedDay := when("recorded_at")
			late := `,"recorded_at":"` + recorded + `"`
			if rapid.Bool().Draw(t, "in time") {
				late, recordedDay = "", cycle.Date{}
			}
			fmt.Fprintf(&lines, `{"id":"%d","type":"usage.recorded","account":"a","at":%q,"credits":1%s}`+"\n", i, at, late)
			days = append(days, [2]cycle.Date{day, recordedDay})
		}
		var read []account.Event
		for e, err := range eventlog.Read(strings.NewReader(lines.String()), "f", policy) {
			require.NoError(t, err)
			read = append(read, e)
		}
		n := 0
		for w, err := range eventlog.ReadWritten(strings.NewReader(lines.String()), "f", policy) {
			require.NoError(t, err)
			require.Equal(t, read[n], w.Event)
			require.Equal(t, days[n], [2]cycle.Date{w.Day, w.RecordedDay}, lines.String())
			n++
		}
		require.Len(t, read, n)
	})
}

// The first and the last day of all are plain dates too, and what is no event is the error that Read has.
func TestDatesAsWritten(t *testing.T) {
	line := `{"id":"1","type":"usage.recorded","account":"a","at":"%s","credits":1}` + "\n"
	for text, plain := range map[string]bool{"0001-01-02": true, "9999-12-31": true, "0001-01-01T00:00:01Z": false, "9999-12-31T23:59:59Z": false} {
		for w, err := range eventlog.ReadWritten(strings.NewReader(fmt.Sprintf(line, text)), "f", eventtest.PolicyOf()) {
			require.NoError(t, err)
			require.Equal(t, plain, !w.Day.IsZero(), text)
			if plain {
				require.Equal(t, text, w.Day.String())
			}
		}
	}
	for _, err := range eventlog.ReadWritten(strings.NewReader(fmt.Sprintf(line, "soon")), "f", eventtest.PolicyOf()) {
		require.ErrorContains(t, err, "f:1:54: at: ")
		require.ErrorAs(t, err, new(*eventlog.Line))
	}
}
