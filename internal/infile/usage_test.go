package infile_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/parquetout"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
)

// written is a Parquet file of rows.
func written[T any](t require.TestingT, rows []T, options ...parquet.WriterOption) []byte {
	var file bytes.Buffer
	require.NoError(t, parquet.Write(&file, rows, options...))
	return file.Bytes()
}

// kept writes files to a folder, and returns the name of the first.
func kept(t testing.TB, files ...any) string {
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		data, is := files[i+1].([]byte)
		if !is {
			data = []byte(files[i+1].(string))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i].(string)), data, 0o644))
	}
	return filepath.Join(dir, files[0].(string))
}

// lines are those that a file is read as.
func lines(from infile.From, name string) (string, error) {
	r, err := from.Open(name, infile.Events)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

// wrong is what is wrong with the file, or with the first line that is no event, without the folder of its name.
func wrong(t testing.TB, name string) string {
	r, err := infile.From{}.Open(name, infile.Events)
	if err == nil {
		defer r.Close()
		for _, bad := range eventlog.Read(r, name, invoice.Policy{}) {
			if bad != nil {
				err = bad
				break
			}
		}
	}
	require.Error(t, err)
	return strings.ReplaceAll(err.Error(), filepath.Dir(name)+string(filepath.Separator), "")
}

type usageRow struct {
	ID         string     `parquet:"id"`
	Account    string     `parquet:"account,dict"`
	At         time.Time  `parquet:"at,timestamp(microsecond)"`
	Credits    int64      `parquet:"credits"`
	RecordedAt *time.Time `parquet:"recorded_at,optional,timestamp(microsecond)"`
	Source     string     `parquet:"source"`
}

// A file of usage is read as the lines that say the same.
func TestLawUsageIsLines(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) time.Time {
			return time.UnixMicro(rapid.Int64Range(0, 4_000_000_000_000_000).Draw(t, name)).UTC()
		}
		var want strings.Builder
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) usageRow {
			r := usageRow{ID: rapid.String().Draw(t, "id"), Account: rapid.SampledFrom([]string{"acme", `"q" \ b`, "ü, Söhne\n", "a b"}).Draw(t, "account"), At: at("at"), Credits: rapid.Int64().Draw(t, "credits")}
			if rapid.Bool().Draw(t, "late") {
				late := at("recorded")
				r.RecordedAt = &late
			}
			return r
		}), 0, 50).Draw(t, "rows")
		for _, r := range rows {
			late := ""
			if r.RecordedAt != nil {
				late = fmt.Sprintf(`,"recorded_at":"%s"`, r.RecordedAt.Format(time.RFC3339Nano))
			}
			fmt.Fprintf(&want, `{"id":%s,"type":"usage.recorded","account":%s,"at":"%s","credits":%d%s}`+"\n",
				strictjson.AppendString(nil, r.ID), strictjson.AppendString(nil, r.Account), r.At.Format(time.RFC3339Nano), r.Credits, late)
		}
		name := filepath.Join(dir, "usage.parquet")
		require.NoError(t, os.WriteFile(name, written(t, rows, parquet.MaxRowsPerRowGroup(int64(rapid.IntRange(1, 60).Draw(t, "group"))), parquet.Compression(&parquet.Snappy)), 0o644))
		got, err := lines(infile.From{}, name)
		require.NoError(t, err)
		require.Equal(t, want.String(), got)
	})
}

// Every kind of column that a field may be is read as the value it is.
func TestUsageColumns(t *testing.T) {
	day := time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)
	line := func(id, account, at, credits string) string {
		return fmt.Sprintf(`{"id":"%s","type":"usage.recorded","account":"%s","at":"%s","credits":%s}`+"\n", id, account, at, credits)
	}
	type plain struct {
		Credits int32    `parquet:"Credits"` // in any letter case, and in any order
		Date    int32    `parquet:"DATE,date"`
		Account int64    `parquet:"account"`
		ID      [16]byte `parquet:"Id,uuid"`
	}
	type nanos struct {
		ID      uint32    `parquet:"id"`
		Account string    `parquet:"account,enum"`
		At      time.Time `parquet:"at,timestamp(nanosecond)"`
		Date    string    `parquet:"date"`
		Credits int64     `parquet:"credits,decimal(2:18)"`
	}
	type text struct {
		ID      string  `parquet:"id"`
		Account string  `parquet:"account"`
		At      string  `parquet:"at"`
		Credits float64 `parquet:"credits"`
		Type    string  `parquet:"type"`
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"whole numbers, a date, a UUID": {written(t, []plain{{5, int32(day.Unix() / 86400), 17, [16]byte([]byte("0123456789abcdef"))}}), line("30313233-3435-3637-3839-616263646566", "17", "2026-03-05", "5")},
		"at before date, decimals":      {written(t, []nanos{{4_000_000_000, "acme", day.Add(5), "x", 500}, {1, "acme", day, "x", 0}, {2, "acme", day, "x", 550}}), line("4000000000", "acme", "2026-03-05T09:30:00.000000005Z", "5") + line("1", "acme", "2026-03-05T09:30:00Z", "0") + line("2", "acme", "2026-03-05T09:30:00Z", "5.50")},
		"text and floats": {written(t, []text{{"1", "acme", "2026-03-05", 5, "usage.recorded"}, {"2", "acme", "2026-03-05T09:30:00+02:00", 1 << 53, "usage.recorded"}}),
			line("1", "acme", "2026-03-05", "5") + line("2", "acme", "2026-03-05T09:30:00+02:00", "9007199254740992")},
		"no rows": {written(t, []text{}), ""},
	} {
		got, err := lines(infile.From{}, kept(t, "usage.parquet", c.file))
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

// Where a row has no instant, it may have a date beside it; and metadata is what a column that is marked as JSON has.
func TestUsageBeside(t *testing.T) {
	columns := []parquetout.Column{{Name: "id"}, {Name: "account"}, {Name: "at", Kind: parquetout.Micros}, {Name: "date", Kind: parquetout.Date},
		{Name: "credits", Kind: parquetout.Count}, {Name: "recorded_at", Kind: parquetout.Micros}, {Name: "recorded_date", Kind: parquetout.Date},
		{Name: "metadata", Kind: parquetout.JSON}}
	at := time.Date(2026, 3, 5, 9, 30, 0, 0, time.UTC)
	file := func(rows ...[]any) string {
		var out bytes.Buffer
		w := parquetout.NewWriter(&out, "usage", columns)
		for _, row := range rows {
			b := []byte(nil)
			for _, v := range row {
				switch v := v.(type) {
				case nil:
					b = parquetout.AppendNull(b)
				case string:
					b = parquetout.AppendText(b, v)
				case int:
					b = parquetout.AppendInt(b, int64(v))
				case time.Time:
					b = parquetout.AppendInt(b, v.UnixMicro())
				}
			}
			require.NoError(t, w.WriteAll(b))
		}
		require.NoError(t, w.Close())
		return kept(t, "usage.parquet", out.Bytes())
	}
	got, err := lines(infile.From{}, file(
		[]any{"1", "a", at, 20517, 1, nil, nil, nil},
		[]any{"2", "a", nil, 20517, 1, nil, 20517, `{"b":[1.50],"a":"x\ny"}`},
		[]any{"3", "a", at, nil, 1, at, 20517, " {\n\"a\":\r\n1}\n"},
		[]any{"4", "a", at, nil, 1, nil, nil, " null "},
		[]any{"5", "a", at, nil, 1, nil, nil, ""}))
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","type":"usage.recorded","account":"a","at":"2026-03-05T09:30:00Z","credits":1}
{"id":"2","type":"usage.recorded","account":"a","at":"2026-03-05","credits":1,"recorded_at":"2026-03-05","metadata":{"b":[1.50],"a":"x\ny"}}
{"id":"3","type":"usage.recorded","account":"a","at":"2026-03-05T09:30:00Z","credits":1,"recorded_at":"2026-03-05T09:30:00Z","metadata":{ "a":  1}}
{"id":"4","type":"usage.recorded","account":"a","at":"2026-03-05T09:30:00Z","credits":1}
{"id":"5","type":"usage.recorded","account":"a","at":"2026-03-05T09:30:00Z","credits":1}
`, got)
	for _, text := range []string{`{"a":`, `{},"credits":7`, "{}\xff"} {
		require.Contains(t, wrong(t, file([]any{"1", "a", at, nil, 1, nil, nil, text})), `usage.parquet:1:`, text)
	}
	require.Contains(t, wrong(t, file([]any{"1", "a", at, nil, 1, nil, nil, "[1]"})), "metadata: an array")
	require.Contains(t, wrong(t, file([]any{"1", "a", nil, nil, 1, nil, nil, nil})), "usage.parquet:1:54: at: null, expected a string")

	type other struct {
		ID       string    `parquet:"id"`
		Account  string    `parquet:"account"`
		At       time.Time `parquet:"at,timestamp(microsecond)"`
		Date     bool      `parquet:"date"`
		Credits  int64     `parquet:"credits"`
		Metadata string    `parquet:"metadata"`
	}
	got, err = lines(infile.From{}, kept(t, "usage.parquet", written(t, []other{{ID: "1", Account: "a", At: at, Credits: 1, Metadata: "{}"}})))
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","type":"usage.recorded","account":"a","at":"2026-03-05T09:30:00Z","credits":1}`+"\n", got, "columns that mean something else are passed over")
}

// What a row has that no event can have is told with the row, and with what was expected.
func TestUsageRowsRefused(t *testing.T) {
	type row struct {
		ID      *string  `parquet:"id,optional"`
		Account *string  `parquet:"account,optional"`
		At      *string  `parquet:"at,optional"`
		Credits *float64 `parquet:"credits,optional"`
		Type    *string  `parquet:"type,optional"`
	}
	id, acme, at, usage := "1", "acme", "2026-03-05", "usage.recorded"
	five := 5.0
	good := row{&id, &acme, &at, &five, &usage}
	for name, c := range map[string]struct {
		bad  func(*row)
		want string
	}{
		"no id":               {func(r *row) { r.ID = nil }, "usage.parquet:2:7: id: null, expected a string"},
		"an empty account":    {func(r *row) { r.Account = new(string) }, "usage.parquet:2:45: account is empty, expected some text"},
		"no account":          {func(r *row) { r.Account = nil }, "usage.parquet:2:45: account: null, expected a string"},
		"no instant":          {func(r *row) { r.At = nil }, `usage.parquet:2:57: at: null, expected a string`},
		"no date":             {func(r *row) { s := "yesterday"; r.At = &s }, `usage.parquet:2:57: at: `},
		"no credits":          {func(r *row) { r.Credits = nil }, "usage.parquet:2:80: credits: null, expected a whole number of credits, not quoted"},
		"a part of a credit":  {func(r *row) { f := 1.5; r.Credits = &f }, "usage.parquet:2:80: credits: 1.5 is not a count, expected a whole number from 0 to 9223372036854775807"},
		"less than none":      {func(r *row) { f := -1.0; r.Credits = &f }, "usage.parquet:2:80: credits: -1 is not a count, expected a whole number"},
		"beyond exact floats": {func(r *row) { f := float64(1<<53 + 2); r.Credits = &f }, "usage.parquet:2:80: credits: 9.007199254740994e+15 is not a count, expected a whole number"},
		"no number":           {func(r *row) { f := math.NaN(); r.Credits = &f }, `usage.parquet:2:80: credits: "NaN", expected a whole number of credits, not quoted`},
		"without end":         {func(r *row) { f := math.Inf(1); r.Credits = &f }, `usage.parquet:2:80: credits: "+Inf", expected a whole number of credits, not quoted`},
		"no UTF-8":            {func(r *row) { s := "a\xff\n\"b"; r.Account = &s }, "usage.parquet:2:47: invalid UTF-8, expected UTF-8 text"},
		"another event":       {func(r *row) { s := "account.closed"; r.Type = &s }, `usage.parquet:2:70: unknown field of account.closed "credits"`},
		"no event":            {func(r *row) { s := "email"; r.Type = &s }, `usage.parquet:2:18: unknown type "email"`},
		"no type":             {func(r *row) { r.Type = nil }, `usage.parquet:2:1: the field "type" is missing, expected it in every event`},
	} {
		bad := good
		second := "2"
		bad.ID = &second
		c.bad(&bad)
		t.Run(name, func(t *testing.T) {
			require.Contains(t, wrong(t, kept(t, "usage.parquet", written(t, []row{good, bad, good}))), c.want)
		})
	}
}

// A file without the columns, or with others of their names, is told at once.
func TestUsageFilesRefused(t *testing.T) {
	type lacks struct {
		Key     string `parquet:"key"`
		Account string `parquet:"account"`
		At      string `parquet:"at"`
		Credits string `parquet:"credits"`
	}
	type local struct {
		ID      string    `parquet:"id"`
		Account string    `parquet:"account"`
		At      time.Time `parquet:"at,timestamp(microsecond:local)"`
		Credits int64     `parquet:"credits"`
	}
	type twice struct {
		A string `parquet:"id"`
		B string `parquet:"ID"`
	}
	whole := written(t, []lacks{{"1", "acme", "2026-03-05", "5"}})
	fields := func(s string) string { return `{"fields": {` + s + `}}` }
	all := `"id": "key", "account": "account", "at": "at", "credits": `
	for name, c := range map[string]struct {
		file    []byte
		mapping string
		want    string
	}{
		"no id":                         {file: whole, want: `usage.parquet:1:1: it has no column "id", expected it, or --map FILE or a mapping beside it that says which column is id, which tells each row from all others; the columns are "key", "account", "at", "credits"`},
		"text for a number":             {whole, fields(all + `"credits"`), `usage.parquet:1:1: the column "credits" is text, expected whole numbers, decimals or floating point numbers, to be credits`},
		"a typing mistake":              {whole, fields(all + `"credit"`), `usage.parquet:1:1: it has no column "credit" (did you mean "credits"?), expected it, or `},
		"a mistake in what is recorded": {whole, `{"fields": {` + all + `{"value": "1"}}, "others": {"recorded_at": "ky"}}`, `usage.parquet:1:1: it has no column "ky", expected it, or --map FILE or a mapping beside it that says which column is recorded_at; `},
		"a mapping without":             {whole, fields(`"account": "account"`), `usage.parquet:1:1: the mapping does not say which column is id, which tells each row from all others, expected it in its "fields"; the columns are "key", "account", "at", "credits"`},
		"a formula":                     {whole, fields(all + `"{credits} * 2"`), `usage.parquet.map.json:1:71: credits: a formula, expected only columns, values, "time_zone" and "accounts", as events are read; prorata import usage goes by all of a mapping`},
		"a rule":                        {whole, `{"fields": {` + all + `"credits"}, "rows": [{"when": {"key": "x"}, "skip": true}]}`, `rules about rows, expected only columns, `},
		"a broken mapping":              {whole, `{"fields": {`, `usage.parquet.map.json:1:13: `},
		"no time zone":                  {file: written(t, []local{{At: time.Now()}}), want: `usage.parquet:1:1: the column "at" is times without a time zone, expected a mapping that names theirs, as "time_zone": "Europe/Berlin"`},
		"a column twice":                {file: written(t, []twice{{}}), want: `usage.parquet:1:1: the column "id" is there twice, expected it once`},
		"cut short":                     {file: whole[:len(whole)-1], want: "usage.parquet:1:1: this is a Parquet file, and it does not end with PAR1, expected the file whole"},
	} {
		files := []any{"usage.parquet", c.file}
		if c.mapping != "" {
			files = append(files, "usage.parquet.map.json", c.mapping)
		}
		t.Run(name, func(t *testing.T) { require.Contains(t, wrong(t, kept(t, files...)), c.want) })
	}
	_, err := lines(infile.From{Stdin: bytes.NewReader(whole)}, "-")
	require.EqualError(t, err, "-:1:1: this is a Parquet file, expected it by its name: it is read from its end, which standard input does not show")
	require.Contains(t, wrong(t, kept(t, "usage.gz", gzipped(t, string(whole)))), "usage.gz:1:1: this is a Parquet file within gzip data, expected it as it is; unpack it first")
	require.Contains(t, wrong(t, kept(t, "usage.zst", zstded(t, string(whole)))), "usage.zst:1:1: this is a Parquet file within zstd data, expected it as it is; unpack it first")
	_, err = lines(infile.From{Map: "missing.json"}, kept(t, "usage.parquet", whole))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A mapping says which column is which, and what is not in the file.
func TestUsageMapping(t *testing.T) {
	type row struct {
		Key   string    `parquet:"key"`
		Alias *string   `parquet:"alias,optional"`
		Name  string    `parquet:"name"`
		When  time.Time `parquet:"when,timestamp(millisecond:local)"`
		Known time.Time `parquet:"known,timestamp(millisecond)"`
		Type  string    `parquet:"type"`
	}
	alias, empty := "acme", ""
	at := time.Date(2026, 7, 1, 0, 30, 0, 0, time.UTC)
	file := written(t, []row{{"1", &alias, "x", at, at, "email"}, {"2", nil, "Söhne", at, at, "email"}, {"3", &empty, "b", at, at, "email"}})
	mapping := `{"time_zone": "Europe/Berlin", "fields": {"id": "KEY", "account": ["alias", "name"], "at": "when", "credits": {"value": "7"}},
 "others": {"recorded_at": "known"}, "accounts": {"Söhne": "soehne"}}`
	want := `{"id":"1","type":"usage.recorded","account":"acme","at":"2026-06-30T22:30:00Z","credits":7,"recorded_at":"2026-07-01T00:30:00Z"}
{"id":"2","type":"usage.recorded","account":"soehne","at":"2026-06-30T22:30:00Z","credits":7,"recorded_at":"2026-07-01T00:30:00Z"}
{"id":"3","type":"usage.recorded","account":"b","at":"2026-06-30T22:30:00Z","credits":7,"recorded_at":"2026-07-01T00:30:00Z"}
`
	got, err := lines(infile.From{}, kept(t, "usage.parquet", file, "usage.parquet.map.json", mapping))
	require.NoError(t, err)
	require.Equal(t, want, got)
	name := kept(t, "usage.parquet", file, "map.json", mapping)
	got, err = lines(infile.From{Map: filepath.Join(filepath.Dir(name), "map.json")}, name)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A file that can only be sought in is read too, and what was read of it is counted to its end.
func TestUsageSought(t *testing.T) {
	rows := make([]usageRow, 5000)
	for i := range rows {
		rows[i] = usageRow{ID: fmt.Sprint(i), Account: "acme", At: time.Unix(int64(i), 0)}
	}
	file := written(t, rows)
	var n atomic.Int64
	open := func(string) (io.ReadCloser, error) {
		return struct {
			io.ReadSeeker
			io.Closer
		}{bytes.NewReader(file), io.NopCloser(nil)}, nil
	}
	text, err := lines(infile.From{OpenFile: open, Read: &n}, "far://usage.parquet")
	require.NoError(t, err)
	require.Equal(t, len(rows), strings.Count(text, "\n"))
	require.EqualValues(t, len(file), n.Load())
	_, err = lines(infile.From{OpenFile: open, Read: &n}, "far://more.parquet")
	require.NoError(t, err)
	require.EqualValues(t, 2*len(file), n.Load())
	_, err = lines(infile.From{OpenFile: func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }}, "far://usage.parquet")
	require.EqualError(t, err, "far://usage.parquet:1:1: cannot read it from its end, as Parquet is read: it can be read only from its beginning")
}
