package formats_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
)

// usageFile is the file that is written of the usage in lines, read under a policy.
func usageFile(t require.TestingT, lines string, policy invoice.Policy, nanoseconds bool) ([]byte, error) {
	var out bytes.Buffer
	w := formats.NewUsageWriter(&out, nanoseconds)
	for e, err := range eventlog.ReadWritten(strings.NewReader(lines), "f", policy) {
		require.NoError(t, err)
		if err := w.Write(&e); err != nil {
			return nil, err
		}
	}
	require.NoError(t, w.Close())
	return out.Bytes(), nil
}

// usageLine draws a line of usage: at a date or an instant of any offset, with up to so many digits of a second.
func usageLine(t *rapid.T, digits int) string {
	when := func(name string) string {
		at := time.Unix(rapid.Int64Range(-9_000_000_000, 9_000_000_000).Draw(t, name), 0).UTC() // years 1684 to 2255
		if rapid.Bool().Draw(t, "a date") {
			return at.Format(time.DateOnly)
		}
		at = at.Add(time.Duration(rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))).Truncate(time.Duration([]int{1e9, 1e6, 1e3, 1}[digits/3]))
		return at.In(time.FixedZone("", 900*rapid.IntRange(-48, 48).Draw(t, "offset"))).Format(time.RFC3339Nano)
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"acme", "ü\n\"q\"", strings.Repeat("long", 10_000)})).Filter(func(s string) bool { return s != "" })
	b := strictjson.AppendString([]byte(`{"id":`), text.Draw(t, "id"))
	b = strictjson.AppendString(append(b, `,"type":"usage.recorded","account":`...), text.Draw(t, "account"))
	b = fmt.Appendf(b, `,"at":"%s","credits":%d`, when("at"), rapid.Int64Min(0).Draw(t, "credits"))
	if rapid.Bool().Draw(t, "late") {
		b = fmt.Appendf(b, `,"recorded_at":"%s"`, when("recorded_at"))
	}
	b = append(b, rapid.SampledFrom([]string{"", `,"metadata":{}`, `,"metadata": {"b" : [1.50, null],"a":"x\ny"}`}).Draw(t, "metadata")...)
	return string(append(b, "}\n"...))
}

// Law: usage that went to Parquet says, read again, what its lines say, also under another time zone than it was written under.
func TestLawUsageComesBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "usage.parquet")
	rapid.Check(t, func(t *rapid.T) {
		zone := func() invoice.Policy {
			return eventtest.PolicyOf("time_zone=" + rapid.SampledFrom([]string{"UTC", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu"}).Draw(t, "zone"))
		}
		nanoseconds := rapid.Bool().Draw(t, "nanoseconds")
		digits := 6
		if nanoseconds {
			digits = 9
		}
		var lines strings.Builder
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			lines.WriteString(usageLine(t, digits))
		}
		data, err := usageFile(t, lines.String(), zone(), nanoseconds)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, data, 0o600))
		in, err := infile.From{}.Open(name, infile.Events)
		require.NoError(t, err)
		defer in.Close()
		policy := zone()
		var want []account.Event
		for e, err := range eventlog.Read(strings.NewReader(lines.String()), "f", policy) {
			require.NoError(t, err)
			want = append(want, e)
		}
		n := 0
		for e, err := range eventlog.Read(in, name, policy) {
			require.NoError(t, err)
			require.True(t, e.Same(&want[n]), "%v, expected %v", e, want[n])
			require.Equal(t, want[n].ID, e.ID)
			require.True(t, e.RecordedAt.Equal(want[n].RecordedAt), "not known when it happened, or both")
			n++
		}
		require.Len(t, want, n)
	})
}

// An instant that the file cannot have is refused, and never rounded.
func TestUsageTooFine(t *testing.T) {
	line := func(at, recorded string) string {
		return fmt.Sprintf(`{"id":"7","type":"usage.recorded","account":"a","at":%q,"credits":1,"recorded_at":%q}`+"\n", at, recorded)
	}
	for _, c := range []struct {
		at, recorded string
		nanoseconds  bool
		want         string
	}{
		{"2026-03-05T09:30:00.0000005Z", "2026-03-06", false, `f:1:1: event "7": at 2026-03-05T09:30:00.0000005Z is finer than a microsecond, expected at most 6 digits of a second, or --nanoseconds`},
		{"2026-03-05", "2026-03-06T01:00:00.123456789+01:00", false, `f:1:1: event "7": recorded_at 2026-03-06T00:00:00.123456789Z is finer than a microsecond, `},
		{"2263-03-05T09:30:00Z", "2026-03-06", true, `f:1:1: event "7": at 2263-03-05T09:30:00Z cannot be counted in nanoseconds, expected the years 1678 to 2261, or no --nanoseconds`},
		{"1677-09-21T00:00:00Z", "2026-03-06", true, `f:1:1: event "7": at 1677-09-21T00:00:00Z cannot be counted in nanoseconds, `},
	} {
		_, err := usageFile(t, line(c.at, c.recorded), eventtest.PolicyOf(), c.nanoseconds)
		require.ErrorContains(t, err, c.want)
	}
	for _, at := range []string{"0001-01-02", "0001-01-01T00:00:01Z", "9999-12-31", "9999-12-31T23:59:59.999999Z"} {
		_, err := usageFile(t, line(at, "2026-03-06"), eventtest.PolicyOf(), false)
		require.NoError(t, err)
	}
}
