package cycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
)

// TestAllocations holds the package to none: these run for every event and every line of an invoice.
func TestAllocations(t *testing.T) {
	s, err := cycle.NewStubSchedule(date("0001-01-31"), date("0001-02-10"), 1)
	require.NoError(t, err)
	d, losAngeles, at := date("9999-12-31"), zone(t, "America/Los_Angeles"), time.Unix(1_800_000_000, 0)
	buf, text := make([]byte, 0, 16), []byte("2026-01-31")
	for _, row := range []struct {
		name string
		fn   func()
	}{
		{"Index and Period", func() { k, _ := s.Index(d); _ = s.Period(k) }},
		{"Whole", func() { _ = s.Whole(0) }},
		{"NewSchedule", func() { _, _ = cycle.NewSchedule(d, 1) }},
		{"AddMonths", func() { _ = d.AddMonths(-7) }},
		{"ParseDate", func() { _, _ = cycle.ParseDate("2026-01-31") }},
		{"UnmarshalText", func() { var d cycle.Date; _ = d.UnmarshalText(text) }},
		{"AppendText", func() { _, _ = d.AppendText(buf) }},
		{"Append", func() { _ = d.Append(buf) }},
		{"DateOf UTC", func() { _, _ = cycle.DateOf(at, nil) }},
		{"DateOf zone", func() { _, _ = cycle.DateOf(at, losAngeles) }},
		{"Start UTC", func() { _ = d.Start(nil) }},
		{"Start zone", func() { _ = d.Start(losAngeles) }},
	} {
		require.Zero(t, testing.AllocsPerRun(100, row.fn), row.name)
	}
}

func BenchmarkIndexPeriod(b *testing.B) {
	for _, row := range []struct{ name, start, day string }{
		{"near", "2026-01-31", "2026-03-10"},
		{"far", "0001-01-31", "9999-12-31"},
	} {
		b.Run(row.name, func(b *testing.B) {
			s, _ := cycle.NewSchedule(date(row.start), 1)
			d := date(row.day)
			b.ReportAllocs()
			for b.Loop() {
				k, _ := s.Index(d)
				if !s.Period(k).Contains(d) {
					b.Fatal(k)
				}
			}
		})
	}
}

func BenchmarkDateOf(b *testing.B) {
	for _, row := range []struct{ name, zone, at string }{
		{"UTC", "UTC", "2027-01-15T08:00:00Z"},
		{"America/Los_Angeles", "America/Los_Angeles", "2027-01-15T08:00:00Z"},
		{"evening", "America/Los_Angeles", "2027-01-15T06:00:00Z"},
	} {
		loc, at := zone(b, row.zone), instant(b, row.at)
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = cycle.DateOf(at, loc)
			}
		})
	}
}

func BenchmarkStart(b *testing.B) {
	for _, row := range []struct{ name, zone, day string }{
		{"UTC", "UTC", "2026-07-31"},
		{"America/Los_Angeles", "America/Los_Angeles", "2026-07-31"},
		{"day of a change", "America/Los_Angeles", "2026-11-01"},
	} {
		loc, d := zone(b, row.zone), date(row.day)
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = d.Start(loc)
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	d, buf := date("2026-07-31"), make([]byte, 0, 16)
	b.Run("ParseDate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = cycle.ParseDate("2026-07-31")
		}
	})
	b.Run("AppendText", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = d.AppendText(buf)
		}
	})
}
