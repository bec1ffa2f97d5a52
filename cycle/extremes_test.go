package cycle_test

import (
	"testing"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/extremes"
)

func TestNothingPanics(t *testing.T) {
	extremes.Check(t, extremes.Exports{
		"Date": cycle.Date{}, "Period": cycle.Period{}, "Schedule": cycle.Schedule{},
		"DateOf": cycle.DateOf, "Earlier": cycle.Earlier, "Later": cycle.Later, "MustDate": cycle.MustDate, "NewDate": cycle.NewDate,
		"NewSchedule": cycle.NewSchedule, "NewStubSchedule": cycle.NewStubSchedule, "ParseDate": cycle.ParseDate,
	}, date("2026-01-31"), date("9999-12-31"), date("0001-01-01"))
}
