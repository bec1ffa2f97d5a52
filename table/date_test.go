package table_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/table"
)

func TestDates(t *testing.T) {
	for _, c := range []struct{ how, text, want string }{
		{``, "2026-03-09", "2026-03-09"},
		{``, "2026-03-09 00:00:00", "2026-03-09"},
		{``, "2026-03-09T23:59:59Z", "2026-03-09"},
		{`"date": "M/D/YYYY",`, "3/9/2026", "2026-03-09"},
		{`"date": "M/D/YYYY",`, "03/09/2026", "2026-03-09"},
		{`"date": "M/D/YYYY",`, "3/9/2026 0:00", "2026-03-09"},
		{`"date": "M/D/YYYY",`, "3/9/2026 11:59:59 PM", "2026-03-09"},
		{`"date": "M/D/YYYY",`, "2026-03-09", "2026-03-09"}, // cannot be mistaken
		{`"date": "D/M/YYYY",`, "9/3/2026", "2026-03-09"},
		{`"date": "D.M.YYYY",`, "9.3.2026", "2026-03-09"},
		{`"date": "DD.MM.YYYY",`, "09.03.2026", "2026-03-09"},
		{`"date": "YYYYMMDD",`, "20260309", "2026-03-09"},
		{`"date": "D-MMM-YYYY",`, "9-Mar-2026", "2026-03-09"},
		{`"date": "MMM D, YYYY",`, "March 9, 2026", "2026-03-09"},
		{`"date": "excel",`, "46090", "2026-03-09"},
		{`"date": "excel",`, "46090.75", "2026-03-09"},
		{`"date": "excel",`, "1", "1900-01-01"},
		{`"date": "excel",`, "59", "1900-02-28"},
		{`"date": "excel",`, "61", "1900-03-01"},
		{`"time_zone": "Europe/Berlin",`, "2026-03-08T23:30:00Z", "2026-03-09"}, // half past midnight there
		{`"time_zone": "America/Los_Angeles",`, "2026-03-10T03:00:00+00:00", "2026-03-09"},
		{``, "2026-03-09T23:30:00-08:00", "2026-03-09"}, // the day that is written
		{``, "2026-02-30", `cell B2 (d): "2026-02-30" is not a date: `},
		{`"date": "M/D/YYYY",`, "13/9/2026", `cell B2 (d): "13/9/2026" is not a date: `},
		{`"date": "M/D/YYYY",`, "9.3.2026", `"9.3.2026" is not a date, expected one such as 3/9/2026 (M/D/YYYY)`},
		{`"date": "M/D/YYYY",`, "3/9/26", `"3/9/26" is not a date, expected one such as 3/9/2026 (M/D/YYYY)`},
		{`"date": "DD.MM.YYYY",`, "9.3.2026", `"9.3.2026" is not a date, expected one such as 09.03.2026 (DD.MM.YYYY)`},
		{`"date": "D-MMM-YYYY",`, "9-Foo-2026", `"9-Foo-2026" is not a date, expected one such as 9-Mar-2026 (D-MMM-YYYY)`},
		{`"date": "excel",`, "60", "there is no such day"},
		{`"date": "excel",`, "0", "there is no such day"},
		{`"date": "excel",`, "9999999", `"9999999" is not a date, expected days as spreadsheets count them, up to 2958465`},
		{``, "2026-03-09 25:00", "expected one such as 2026-03-09, with a time such as 14:30:00 after it at most"},
		{``, "2026-03-09x", "expected one such as 2026-03-09, with a time such as 14:30:00 after it at most"},
		{`"date": "M/D/YYYY",`, "3/9/2026 13:00 PM", "with a time such as 14:30:00 after it at most"},
	} {
		got := readAll("f.csv", "n\td\np\t"+c.text+"\n", `{"delimiter": "\t", `+c.how+` "fields": {"name": "n", "price": {"value": "1"}, "effective_from": "d"}}`, table.Packages)
		if c.want[0] >= '0' && c.want[0] <= '9' && len(c.want) == 10 {
			c.want = "name=p price=1 effective_from=" + c.want + "\n"
			require.Equal(t, c.want, got, "%s %s", c.how, c.text)
			continue
		}
		require.Contains(t, got, c.want, "%s %s", c.how, c.text)
	}
}

func TestDateFormats(t *testing.T) {
	for _, s := range []string{"", "MM/DD/YY", "M/D", "YYYY-MM-DD-DD", "yyyy-mm-dd", "M/D/YYYY MMM", "Q", "Excel"} {
		_, err := table.ParseMapping("m.json", []byte(`{"date": "`+s+`", "fields": {"name": "n"}}`), table.Packages)
		require.ErrorContains(t, err, "m.json:1:10: unknown date format", s)
	}
}

// Whether a day or a month comes first is taken from the file only where a date of it can be read in one way.
func TestDatesAreNeverGuessed(t *testing.T) {
	for _, c := range []struct{ dates, want string }{
		{"3/4/2026", `! f.csv:2:3: cell B2 (d): is "3/4/2026" the day 2026-03-04 or 2026-04-03? Nothing in the file tells; expected the mapping to say "date": "M/D/YYYY" or "date": "D/M/YYYY"`},
		{"3/4/2026 3/14/2026", "2026-03-04 2026-03-14"},
		{"3/4/2026 14/3/2026", "2026-04-03 2026-03-14"},
		{"4/4/2026", "2026-04-04"}, // the same either way
		{"3.4.2026", "2026-04-03"}, // with points the day comes first
		{"2026/4/3 2026-05-01", "2026-04-03 2026-05-01"},
		{"20260403", "2026-04-03"},
		{"3/14/2026 14/3/2026", `! f.csv:3:3: cell B3 (d): "14/3/2026" is written otherwise than "3/14/2026" in cell B2 (d), expected dates of one form, or the mapping to name the form of each column, as {"column": …, "date": "M/D/YYYY"}`},
		{"soon", `! f.csv:2:3: cell B2 (d): "soon" is no date that is known, expected one such as 2026-03-09, 3/9/2026 or 9.3.2026, or the mapping to name the form, as "date": "D.M.YYYY"`},
	} {
		file := "n,d\n"
		for _, d := range strings.Fields(c.dates) {
			file += "p," + d + "\n"
		}
		got := readAll("f.csv", file, `{"fields": {"name": "n", "price": {"value": "1"}, "effective_from": "d"}}`, table.Packages)
		got = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(got, "name=p price=1 effective_from=", ""), "\n", " "))
		require.Equal(t, c.want, got, c.dates)
	}
}

// An end that is exclusive is the day before, unless it is within a day.
func TestExclusiveEnds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2026-04-01", "2026-03-31"}, {"2026-04-01T00:00:00Z", "2026-03-31"}, {"2026-04-01 00:00:00", "2026-03-31"}, {"2026-04-01T13:00:00Z", "2026-04-01"},
	} {
		got := readAll("f.csv", "u,f,t,a\nx,2026-03-01,"+c.text+",1\n",
			`{"fields": {"username": "u", "start_date": "f", "end_date": {"column": "t", "exclusive": true}, "amount": "a"}}`, table.Invoices)
		require.Equal(t, "username=x start_date=2026-03-01 end_date="+c.want+" amount=1 final_amount=1\n", got, c.text)
	}
}

func TestMoments(t *testing.T) {
	for _, c := range []struct{ zone, text, want string }{
		{"", "2026-03-09", "2026-03-09"},
		{"", "2026-03-09 00:00:00", "2026-03-09"},
		{"", "2026-03-09T08:30:00+02:00", "2026-03-09T08:30:00+02:00"},
		{"", "2026-03-09T08:30:00.5Z", "2026-03-09T08:30:00.5Z"},
		{`"time_zone": "Europe/Berlin",`, "2026-07-09 08:30", "2026-07-09T08:30:00+02:00"},
		{`"time_zone": "Europe/Berlin",`, "2026-07-09 00:00", "2026-07-09T00:00:00+02:00"}, // an hour as the others
		{`"time_zone": "Europe/Berlin",`, "2026-07-09", "2026-07-09"},
		{`"time_zone": "Europe/Berlin",`, "2026-03-09T08:30:00Z", "2026-03-09T08:30:00Z"},
		{"", "2026-03-09 08:30", `"2026-03-09 08:30" has a time and no zone, expected the mapping to name the zone, as "time_zone": "Europe/Berlin"`},
	} {
		got := readAll("f.csv", "account,at,credits\nx,"+c.text+",5\n", `{`+c.zone+`"fields": {"account": "account", "at": "at", "credits": "credits"}}`, table.Usage)
		if !strings.HasPrefix(c.want, `"`) {
			c.want = "account=x at=" + c.want + " credits=5\n"
		}
		require.Contains(t, got, c.want, c.text)
	}
}

// A workbook keeps midnight as it keeps the day: what its cell shows tells which it is.
func TestMidnightOfAWorkbook(t *testing.T) {
	day := time.Date(2026, 7, 9, 0, 0, 0, 0, time.UTC)
	data := book(t, map[string][][]any{"S": {{"account", "at", "credits"}, {"x", day, 5}, {"y", day, 5}, {"z", day, 5}}}, func(f *excelize.File) {
		code := "yyyy-mm-dd hh:mm"
		for i, style := range []*excelize.Style{{NumFmt: 22}, {NumFmt: 14}, {CustomNumFmt: &code}} {
			id, err := f.NewStyle(style)
			require.NoError(t, err)
			cell := fmt.Sprintf("B%d", i+2)
			require.NoError(t, f.SetCellStyle("S", cell, cell, id))
		}
	})
	fields := `"fields": {"account": "account", "at": "at", "credits": "credits"}}`
	require.Equal(t, lines("account=x at=2026-07-09T00:00:00+02:00 credits=5", "account=y at=2026-07-09 credits=5", "account=z at=2026-07-09T00:00:00+02:00 credits=5"),
		readAll("b.xlsx", data, `{"time_zone": "Europe/Berlin", `+fields, table.Usage))
	require.Equal(t, lines("account=x at=2026-07-09 credits=5", "account=y at=2026-07-09 credits=5", "account=z at=2026-07-09 credits=5"),
		readAll("b.xlsx", data, `{`+fields, table.Usage))
}
