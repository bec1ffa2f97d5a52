package proration_test

import (
	"testing"

	"github.com/prorata-go/prorata/internal/extremes"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

func TestNothingPanics(t *testing.T) {
	extremes.Check(t, extremes.Exports{
		"CloseDay": proration.Free, "DailyRate": proration.DailyRate{}, "DayCount": proration.Actual, "RoundPart": proration.Used,
		"Rule": proration.Rule{}, "Share": proration.Share{},
		"ParseCloseDay": proration.ParseCloseDay, "ParseDailyRate": proration.ParseDailyRate, "ParseDayCount": proration.ParseDayCount,
		"ParseRoundPart": proration.ParseRoundPart, "RoundedDailyRate": proration.RoundedDailyRate,
	}, money.MustParse("79.95 USD"), period(t, "2026-01-01", "2026-02-01"), period(t, "2026-01-01", "2026-01-12"), period(t, "2026-01-12", "2026-02-01"),
		proration.Rule{}, parseRule(t, "day_count=year_365 daily_rate=4:down round_part=unused"))
}
