package table_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/table"
)

// Names are what people see: white space that looks like a space is one, what is not seen at the ends is not there.
func TestNamesAsSeen(t *testing.T) {
	const mapping = `{"fields": {"account": "Customer", "at": "Day", "credits": "Credits"}, "accounts": {"Old\u00a0Name": "new", "Other Name": "other"}}`
	for _, c := range []struct {
		cell, want string
		unseen     string // what is told of the name
	}{
		{"Acme Ltd", "Acme Ltd", ""},
		{"Acme\u00a0Ltd", "Acme Ltd", ""},
		{"\u00a0Acme\u202fLtd\u2007 ", "Acme Ltd", ""},
		{"\u200bAcme Ltd\u200b\u00a0\ufeff", "Acme Ltd", ""},
		{"\u200eAcme Ltd\u200f", "Acme Ltd", ""},
		{"Ac\u200bme", "Ac\u200bme", `"Ac\u200bme" in cell A2 (Customer)`},
		{"Ac\u00adme Ltd", "Ac\u00adme Ltd", `"Ac\u00adme Ltd" in cell A2 (Customer)`},
		{"Müller & Söhne", "Müller & Söhne", ""},
		{"Old\u00a0Name", "new", ""},
		{"Other\u00a0Name", "other", ""},
	} {
		tab, err := open("u.csv", "Customer,Day,Credits\n"+c.cell+",2026-03-01,5\n", mapping, table.Usage)
		require.NoError(t, err)
		require.Equal(t, "account="+c.want+" at=2026-03-01 credits=5\n", rows(tab), "%q", c.cell)
		require.Equal(t, c.unseen, tab.Tally().UnseenFirst, "%q", c.cell)
	}
	// Texts that are no names are as they were written.
	require.Equal(t, "account=a at=2026-03-01 amount=5 description=for\u00a0a\u200bb\n",
		readAll("c.csv", "account,at,amount,description\na,2026-03-01,5,for\u00a0a\u200bb\n", `{"fields": {"account": "account", "at": "at", "amount": "amount", "description": "description"}}`, table.Charges))
}

// A name that a spreadsheet took for a date is lost, and no account is called 2026-03-01.
func TestNamesThatBecameDates(t *testing.T) {
	data := book(t, map[string][][]any{"Usage": {{"Customer", "Day", "Credits"}, {"Mar-01", "2026-03-09", 5}, {time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2026-03-09", 5}}}, func(f *excelize.File) {
		format := "mmm-yy"
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle("Usage", "A3", "A3", style))
	})
	require.Equal(t, lines("account=Mar-01 at=2026-03-09 credits=5",
		`! u.xlsx:3:1: sheet "Usage": cell A3 (Customer): 2026-03-01 is a date, expected a name; spreadsheets make dates of names such as Mar-01: format the column as text, and write the name again`),
		readAll("u.xlsx", data, `{"fields": {"account": "Customer", "at": "Day", "credits": "Credits"}}`, table.Usage))
}

// A long number that a spreadsheet saved as it showed it has lost digits, and may be another customer's too.
func TestNamesThatWereShortened(t *testing.T) {
	fields := `"fields": {"account": "Customer", "at": "Day", "credits": "Credits"}`
	for _, name := range []string{"1.23457E+11", "1,23457E+11", "4E+15"} {
		got := readAll("u.csv", "Customer;Day;Credits\n"+name+";2026-03-09;5\n", "{"+fields+"}", table.Usage)
		require.Equal(t, "! u.csv:2:1: cell A2 (Customer): "+name+" is a number that a spreadsheet has shortened, expected all its digits: format the column as text or as a number without digits after the point, and save it again\n", got)
	}
	require.Equal(t, "account=acme at=2026-03-09 credits=5\n",
		readAll("u.csv", "Customer;Day;Credits\n4E+15;2026-03-09;5\n", `{`+fields+`, "accounts": {"4E+15": "acme"}}`, table.Usage))
	for _, name := range []string{"E+1", "A4E+15", "4E+15x", "1E5", "1E+", "4e+1@example.com"} {
		require.Equal(t, "account="+name+" at=2026-03-09 credits=5\n", readAll("u.csv", "Customer;Day;Credits\n"+name+";2026-03-09;5\n", "{"+fields+"}", table.Usage))
	}
}
