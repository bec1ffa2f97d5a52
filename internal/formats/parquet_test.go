package formats_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// file is what a format that is written as invoices are made writes of them, so many at a time.
func file(t require.TestingT, name string, lines bool, currency money.Currency, invoices []invoice.Invoice, atATime int) []byte {
	f := formats.Find(name, lines)
	var out bytes.Buffer
	w := f.Stream(&out, currency)
	for len(invoices) > 0 {
		n := min(atATime, len(invoices))
		require.NoError(t, w.WriteAll(f.Append(nil, invoices[:n])))
		invoices = invoices[n:]
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// cells are those of a Parquet file with the names of its columns first, and empty for null.
func cells(t require.TestingT, data []byte) (rows [][]string, kinds map[string]string) {
	f, err := parquetfile.Open(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	columns, names, kinds := make([]int, len(f.Columns)), make([]string, len(f.Columns)), map[string]string{}
	for i, c := range f.Columns {
		columns[i], names[i], kinds[c.Name] = i, c.Name, c.Kind.String()
	}
	rows = [][]string{names}
	r := f.Read(columns, nil)
	for r.Next() {
		row := make([]string, len(columns))
		for i := range columns {
			text, null := r.Append(nil, i)
			require.Equal(t, null, len(text) == 0, "what is absent is null")
			row[i] = string(text)
		}
		rows = append(rows, row)
	}
	require.NoError(t, r.Err())
	return rows, kinds
}

// randomInvoices are those of some accounts under one policy, with long and odd texts, and amounts below zero.
func randomInvoices(t *rapid.T) (invoices []invoice.Invoice, currency money.Currency) {
	pick := eventtest.Drawn(t)
	h := &eventtest.History{}
	h.Random(pick)
	for _, name := range []string{"a", "b, \"q\"\n=1+1", "ü" + strings.Repeat("long", 20_000)}[:1+pick(3)] {
		events := h.RandomEvents(pick, name, 8)
		for i := range events {
			if events[i].Type == account.ChargeAdded {
				odd := [...]string{"extra", "\"; DROP\r\n", strings.Repeat("é", 50_000), "-"}
				events[i].Description = odd[int(events[i].ID[len(events[i].ID)-1])%len(odd)] // a repeated event says the same
			}
		}
		bill, err := account.BillAccount(events, h.Catalogue(), h.Policy, h.Through())
		require.NoError(t, err)
		invoices = append(invoices, bill.Invoices...)
	}
	return invoices, h.Policy.MoneyCurrency()
}

// Law: a Parquet file has the rows and the names of CSV, in the types that its columns have; and the bytes do not depend on how many
// invoices were written at a time.
func TestLawParquetIsCSV(t *testing.T) {
	for _, lines := range []bool{false, true} {
		rapid.Check(t, func(t *rapid.T) {
			invoices, currency := randomInvoices(t)
			text := file(t, "csv", lines, currency, invoices, 1)
			want, err := csv.NewReader(strings.NewReader(strings.ReplaceAll(string(text), "\r", "␍"))).ReadAll()
			require.NoError(t, err)
			data := file(t, "parquet", lines, currency, invoices, 1)
			got, kinds := cells(t, data)
			for _, row := range got[1:] {
				for i := range row {
					row[i] = strings.ReplaceAll(row[i], "\r", "␍") // a reader of CSV takes \r\n for \n
				}
			}
			for _, rows := range [][][]string{got[1:], want[1:]} {
				for _, row := range rows {
					if lines { // a unit_price has the digits of the column
						row[11] = decimal.RequireFromString(row[11]).String()
					}
				}
			}
			require.Equal(t, want, got)
			for column, kind := range map[bool]map[string]string{
				false: {"date_invoiced": "dates", "start_date": "dates", "end_date": "dates", "credits": "whole numbers", "final_amount": "decimals", "account": "text"},
				true:  {"date_invoiced": "dates", "quantity": "whole numbers", "unit_price": "decimals", "amount": "decimals", "adjustment": "true or false"},
			}[lines] {
				require.Equal(t, kind, kinds[column], column)
			}
			require.True(t, bytes.Equal(data, file(t, "parquet", lines, currency, invoices, rapid.IntRange(2, 9).Draw(t, "at a time"))), "the same bytes")
		})
	}
}

// The columns have the types that are promised to a data lake.
func TestParquetTypes(t *testing.T) {
	for code, scale := range map[string]string{"USD": "2", "JPY": "0", "BHD": "3"} {
		currency, err := money.ParseCurrency(code)
		require.NoError(t, err)
		for lines, want := range map[bool]string{
			false: `message invoices {
	optional binary number (STRING);
	optional binary account (STRING);
	optional binary type (STRING);
	optional int32 date_invoiced (DATE);
	optional int32 start_date (DATE);
	optional int32 end_date (DATE);
	optional binary package (STRING);
	optional binary currency (STRING);
	optional int64 credits (INT(64,true));
	optional int64 amount (DECIMAL(18,SCALE));
	optional int64 prorated (DECIMAL(18,SCALE));
	optional int64 overage (DECIMAL(18,SCALE));
	optional int64 additional_charges (DECIMAL(18,SCALE));
	optional int64 final_amount (DECIMAL(18,SCALE));
	optional binary status (STRING);
}`,
			true: `message invoices {
	optional binary number (STRING);
	optional binary account (STRING);
	optional int32 date_invoiced (DATE);
	optional binary currency (STRING);
	optional binary kind (STRING);
	optional binary package (STRING);
	optional int32 start_date (DATE);
	optional int32 end_date (DATE);
	optional int64 days (INT(64,true));
	optional int64 period_days (INT(64,true));
	optional int64 quantity (INT(64,true));
	optional fixed_len_byte_array(16) unit_price (DECIMAL(38,18));
	optional int64 amount (DECIMAL(18,SCALE));
	optional boolean adjustment;
	optional binary explanation (STRING);
}`,
		} {
			data := file(t, "parquet", lines, currency, nil, 1)
			f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
			require.NoError(t, err)
			require.Equal(t, strings.ReplaceAll(want, "SCALE", scale), f.Schema().String())
		}
	}
}
