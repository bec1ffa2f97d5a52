package formats

import (
	"fmt"
	"io"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/parquetout"
	"github.com/prorata-go/prorata/source"
)

// UsageWriter writes events of usage as Parquet, a row an event, with the columns that commands read usage from. A plain date stands
// in a column of its own, since it is another instant where the time zone is another.
type UsageWriter struct {
	to      *parquetout.Writer
	instant parquetout.Kind
	row     []byte
}

// NewUsageWriter returns a writer, whose instants are in microseconds or in nanoseconds.
func NewUsageWriter(w io.Writer, nanoseconds bool) *UsageWriter {
	u := &UsageWriter{instant: parquetout.Micros}
	if nanoseconds {
		u.instant = parquetout.Nanos
	}
	u.to = parquetout.NewWriter(w, "usage", []parquetout.Column{
		{Name: "id", Kind: parquetout.Text}, {Name: "account", Kind: parquetout.Text},
		{Name: "at", Kind: u.instant}, {Name: "date", Kind: parquetout.Date},
		{Name: "credits", Kind: parquetout.Count},
		{Name: "recorded_at", Kind: u.instant}, {Name: "recorded_date", Kind: parquetout.Date},
		{Name: "metadata", Kind: parquetout.JSON},
	})
	return u
}

// Write writes an event of usage. The error is a *[source.ParseError] if it has an instant that the file cannot have, after which others
// may be written.
func (u *UsageWriter) Write(e *eventlog.Written) error {
	row := parquetout.AppendText(u.row[:0], e.ID)
	row = parquetout.AppendText(row, e.Account)
	row, err := u.appendWhen(row, "at", e.At, e.Day)
	if err == nil {
		row = parquetout.AppendInt(row, e.Credits)
		row, err = u.appendWhen(row, "recorded_at", e.RecordedAt, e.RecordedDay)
	}
	if err != nil {
		return source.At(e.Place, fmt.Errorf("event %q: %w", names.Clip(e.ID), err))
	}
	u.row = appendText(row, e.Metadata)
	return u.to.WriteAll(u.row)
}

// Close writes the end.
func (u *UsageWriter) Close() error { return u.to.Close() }

// appendWhen appends an instant, which may be absent, and the plain date that it may be instead.
func (u *UsageWriter) appendWhen(row []byte, name string, at time.Time, day cycle.Date) ([]byte, error) {
	switch {
	case !day.IsZero():
		return appendDate(parquetout.AppendNull(row), day), nil
	case at.IsZero():
		return parquetout.AppendNull(parquetout.AppendNull(row)), nil
	case u.instant == parquetout.Micros:
		if at.Nanosecond()%1000 != 0 {
			return nil, fmt.Errorf("%s %s is finer than a microsecond, expected at most 6 digits of a second, or --nanoseconds", name, at.Format(time.RFC3339Nano))
		}
		return parquetout.AppendNull(parquetout.AppendInt(row, at.UnixMicro())), nil
	case at.Before(firstNano) || at.After(lastNano):
		return nil, fmt.Errorf("%s %s cannot be counted in nanoseconds, expected the years 1678 to 2261, or no --nanoseconds", name, at.Format(time.RFC3339Nano))
	}
	return parquetout.AppendNull(parquetout.AppendInt(row, at.UnixNano())), nil
}

// The first and the last instant that 64 bits of nanoseconds have.
var firstNano, lastNano = time.Unix(0, -1<<63), time.Unix(0, 1<<63-1)
