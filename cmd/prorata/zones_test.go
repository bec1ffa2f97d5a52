package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNewerTimeZones: books are whole by whatever time zone database they are verified, and go on: that a country put its clocks an
// hour on the day before a run was not known to the machine that ran.
func TestNewerTimeZones(t *testing.T) {
	dir := t.TempDir()
	zone := filepath.Join(dir, "Test", "Land")
	require.NoError(t, os.Mkdir(filepath.Dir(zone), 0o700))
	store := filepath.Join(dir, "books.db")
	run := func(input string, args ...string) string {
		cmd := program(t, append(args, "--store", store)...)
		cmd.Env = append(cmd.Env, "ZONEINFO="+dir)
		if input != "" {
			file := filepath.Join(dir, "input.json")
			require.NoError(t, os.WriteFile(file, []byte(input), 0o600))
			cmd.Args = append(cmd.Args, file)
		}
		out, err := cmd.Output()
		require.NoError(t, err, "%v\n%s", args, out)
		return string(out)
	}
	require.NoError(t, os.WriteFile(zone, zoneFile(0, 3600), 0o600))
	packages := filepath.Join(dir, "packages.json")
	require.NoError(t, os.WriteFile(packages, []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), 0o600))
	run("", "init", "--packages", packages, "--set", "time_zone=Test/Land", "--now", "2026-01-01T00:00:00Z")
	run(`{"id": "1", "type": "account.created", "account": "a", "at": "2026-02-01T08:00:00Z", "package": "Gold"}`, "record", "--now", "2026-02-01T08:00:00Z")
	run("", "bill", "--now", "2026-03-01T06:00:00Z")
	run(`{"id": "2", "type": "usage.recorded", "account": "a", "at": "2026-02-03T08:00:00Z", "credits": 51000}`, "record", "--now", "2026-03-01T09:00:00Z")
	run("", "verify", "--replay")

	// 2026-02-28T12:00:00Z: midnight, the cut of the invoice, was an hour earlier than the run thought.
	require.NoError(t, os.WriteFile(zone, zoneFile(1772280000, 7200), 0o600))
	issued := run("", "invoices")
	require.Contains(t, issued, `"cut_at":"2026-02-28T23:00:00Z"`)
	run("", "verify", "--replay")
	require.Contains(t, run("", "bill", "--now", "2026-04-01T06:00:00Z"), `"final_amount":"80.95","status":"Unpaid","cut_at":"2026-03-31T22:00:00Z"`)
	run("", "verify", "--replay")
	require.Equal(t, issued, run("", "invoices", "--through", "2026-03-31"))
}

// zoneFile is a file of a time zone database, RFC 9636: an hour east of Greenwich, and from an instant on another offset in seconds.
func zoneFile(change, offset int32) []byte {
	b := append([]byte("TZif"), make([]byte, 16)...)
	for _, n := range []uint32{0, 0, 0, 1, 2, 4} { // how many of what follows
		b = binary.BigEndian.AppendUint32(b, n)
	}
	b = append(binary.BigEndian.AppendUint32(b, uint32(change)), 1) // the change is to the second of the two
	for _, seconds := range []int32{3600, offset} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(seconds)), 0, 0)
	}
	return append(b, "TST\x00"...)
}
