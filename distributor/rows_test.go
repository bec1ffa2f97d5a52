package distributor_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/source"
)

// records yields a record of each list of names and texts, and then an error if there is one.
func records(last error, lists ...[]string) iter.Seq2[distributor.Record, error] {
	return func(yield func(distributor.Record, error) bool) {
		for i, list := range lists {
			rec := distributor.Record{Place: source.Place{File: "t.csv", Line: i + 2, Column: 1}}
			for j := 0; j < len(list); j += 2 {
				rec.Fields = append(rec.Fields, distributor.Field{Name: list[j], Text: list[j+1], Place: source.Place{File: "t.csv", Line: i + 2, Column: j + 1}})
			}
			if !yield(rec, nil) {
				return
			}
		}
		if last != nil {
			yield(distributor.Record{}, last)
		}
	}
}

// Rows of a table are what the same document is as JSON.
func TestNewInvoices(t *testing.T) {
	got, err := distributor.NewInvoices("t.csv", records(nil, []string{"username", "a", "start_date", "2026-01-01", "end_date", "2026-01-31",
		"amount", "79.95", "status", "paid", "tax", "1.50", "credits", "5", "date_invoiced", "2026-02-01"}))
	require.NoError(t, err)
	want, err := distributor.ReadInvoices("t.json", []byte(`[{"number": "", "username": "a", "start_date": "2026-01-01", "end_date": "2026-01-31",
		"amount": 79.95, "status": "paid", "tax": 1.50, "credits": 5, "date_invoiced": "2026-02-01"}]`))
	require.ErrorContains(t, err, "number is empty", "which a table need not have")
	want, err = distributor.ReadInvoices("t.json", []byte(`[{"number": "1", "username": "a", "start_date": "2026-01-01", "end_date": "2026-01-31",
		"amount": 79.95, "status": "paid", "tax": 1.50, "credits": 5, "date_invoiced": "2026-02-01"}]`))
	require.NoError(t, err)
	want.Rows[0].Number, want.Rows[0].Fields = "", want.Rows[0].Fields[1:]
	require.True(t, got.Equal(&want), "%s", got.AppendJSON(nil))
}

func TestNewInvoicesRefuses(t *testing.T) {
	whole := []string{"username", "a", "start_date", "2026-01-01", "end_date", "2026-01-31"}
	for _, c := range []struct {
		lists [][]string
		last  error
		want  string
	}{
		{[][]string{{"username", "a", "start_date", "2026-01-01"}}, nil, "t.csv:2:1: end_date is empty, expected an invoice to have one"},
		{[][]string{{"username", "", "start_date", "2026-01-01", "end_date", "2026-01-31"}}, nil, "t.csv:2:1: username is empty, expected an invoice to have one"},
		{[][]string{whole, {"username", "a", "start_date", "2026-01-01", "end_date", "2025-12-31"}}, nil, "t.csv:3:5: end_date: 2025-12-31 is before the start_date 2026-01-01, expected it on or after it"},
		{[][]string{append(whole, "amount", "1,5")}, nil, `t.csv:2:7: amount: "1,5" is not a plain number`},
		{[][]string{whole}, errors.New("t.csv:3: broken"), "t.csv:3: broken"},
		{[][]string{{"username", ""}, {"username", ""}}, nil, "t.csv:3:1: username is empty"},
	} {
		_, err := distributor.NewInvoices("t.csv", records(c.last, c.lists...))
		require.ErrorContains(t, err, c.want)
	}
}
