package formats_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/report"
)

const (
	a1 = `{"number":"1","account":"a","date_invoiced":"2026-03-01","currency":"USD"}`
	a2 = `{"number":"2","account":"a","date_invoiced":"2026-04-01","currency":"USD"}`
	b1 = `{"number":"3","currency":"USD","lines":[{"account":"x"}],"account":"b \" é","date_invoiced":"2026-03-01"}`

	csvHeader   = report.InvoiceHeader
	linesHeader = report.LineHeader
)

// row is a row of CSV with such a header: the account and the date where they belong, and the currency.
func row(header, account, date string) string {
	names := strings.Split(strings.TrimSpace(header), ",")
	for i, name := range names {
		names[i] = map[string]string{"account": account, "date_invoiced": date, "currency": "USD"}[name]
	}
	return strings.Join(names, ",")
}

// read reads a whole file, and returns its texts, one a line, and the accounts.
func read(in io.Reader) (format string, texts []string, accounts []string, err error) {
	r, err := formats.NewReader(in, "f")
	if err != nil {
		return "", nil, nil, err
	}
	for err = r.Next(); err == nil; err = r.Next() {
		texts, accounts = append(texts, string(r.Text)), append(accounts, r.Account)
	}
	if err == io.EOF {
		err = nil
	}
	return r.Format.String(), texts, accounts, err
}

func TestReader(t *testing.T) {
	csv := func(header string, rows ...string) string { return header + strings.Join(rows, "\n") + "\n" }
	x, y, z := row(csvHeader, "a", "2026-03-01"), row(csvHeader, "a", "2026-04-01"), row(csvHeader, `"b, ""x"" `+"\r\n\nc"+`"`, "2026-03-01")
	l, m := row(linesHeader, "a", "2026-03-01"), row(linesHeader, "b", "2026-03-01")
	objects := []string{a1, a2, b1}
	for _, c := range []struct {
		name, text, format string
		texts              []string
	}{
		{"nothing", "", "jsonl", nil},
		{"blank", " \n\r\n\t", "jsonl", nil},
		{"lines", a1 + "\n" + a2 + "\n" + b1 + "\n", "jsonl", objects},
		{"lines with blanks", "\n\n" + a1 + "\r\n \t\n" + a2 + "\n  " + b1 + " \n\n", "jsonl", objects},
		{"lines with a mark", "\xef\xbb\xbf" + a1 + "\n", "jsonl", objects[:1]},
		{"list", "[\n" + a1 + ",\n" + a2 + ",\n" + b1 + "\n]\n", "json", objects},
		{"list without its last end", "[\n" + a1 + "\n]", "json", objects[:1]},
		{"list with blanks", "\r\n[\n\n" + a1 + " ,\r\n" + a2 + ",\n\n\t" + b1 + "\n\n]\n\n", "json", objects},
		{"empty list", "[]\n", "json", nil},
		{"empty list of two lines", "[\n]\n", "json", nil},
		{"no rows", csvHeader, "csv", nil},
		{"rows", csv(csvHeader, x, y, z), "csv", []string{x + "\n", y + "\n", z + "\n"}},
		{"rows of DOS", csv(strings.TrimSuffix(csvHeader, "\n")+"\r\n", x+"\r", "\r", z+"\r"), "csv", []string{x + "\n", z + "\n"}},
		{"rows with a mark", "\xef\xbb\xbf" + csv(csvHeader, x), "csv", []string{x + "\n"}},
		{"rows of lines", csv(linesHeader, l, l, m), "csv of invoice lines", []string{l + "\n", l + "\n", m + "\n"}},
	} {
		format, texts, accounts, err := read(strings.NewReader(c.text))
		require.NoError(t, err, c.name)
		require.Equal(t, c.format, format, c.name)
		require.Equal(t, c.texts, texts, c.name)
		switch len(accounts) {
		case 3:
			require.Contains(t, []string{`b " é`, "b, \"x\" \r\n\nc", "b"}, accounts[2], c.name)
		case 1:
			require.Equal(t, "a", accounts[0], c.name)
		}
		_, slowly, _, err := read(iotest.OneByteReader(strings.NewReader(c.text)))
		require.NoError(t, err, c.name)
		require.Equal(t, texts, slowly, c.name)
	}
}

func TestReaderRefuses(t *testing.T) {
	x, y := row(csvHeader, "a", "2026-03-01"), row(csvHeader, "b", "2026-03-01")
	for _, c := range []struct{ text, want string }{
		{"Dear Sir", "f:1:1: the last line is cut short, expected a line feed at its end"},
		{"Dear Sir\n", "f:1:1: neither JSON nor CSV of invoices, expected what replay writes as jsonl, json or csv"},
		{"number,account\n", "f:1:1: CSV of other columns, expected those that replay writes: " + strings.TrimSpace(csvHeader)},
		{a1, "f:1:1: the last line is cut short, expected a line feed at its end"},
		{a1 + "\n\n" + a2[:20], "f:3:1: the last line is cut short, expected a line feed at its end"},
		{a1 + "\n" + a2[:20] + "\n", "f:2:21: the JSON ends too early, expected the rest of it; expected an invoice that replay wrote"},
		{"\n  " + a1[:20] + "\n", "f:2:23: the JSON ends too early, expected the rest of it; expected an invoice that replay wrote"},
		{a1 + "x\n", "f:1:75: something after the end of the document, expected nothing more; expected an invoice that replay wrote"},
		{a1 + "\n[]\n", "f:2:1: an array, expected a JSON object; expected an invoice that replay wrote"},
		{a1 + "\n{}\n", "f:2:1: no account, date_invoiced and currency, expected an invoice that replay wrote"},
		{a2 + "\n" + a1 + "\n", `f:2:1: the invoice of 2026-03-01 of "a" does not come after that of 2026-04-01 of "a", expected invoices by account, then date`},
		{a1 + "\n" + a1 + "\n", `f:2:1: the invoice of 2026-03-01 of "a" does not come after that of 2026-03-01 of "a", `},
		{strings.Replace(a1, `"USD"`, "5", 1) + "\n", "f:1:1: its currency is no string, expected an invoice that replay wrote"},
		{strings.Replace(a1, `"USD"`, `""`, 1) + "\n", "f:1:1: an invoice without a currency, expected one that replay wrote"},
		{strings.Replace(a1, "2026-03-01", "2026-3-1", 1) + "\n", `f:1:1: date_invoiced: parse date "2026-3-1": `},
		{"[\n", "f:2:1: the list has no end, expected ] on its last line"},
		{"[\n" + a1 + "\n", "f:3:1: the list has no end, expected ] on its last line"},
		{"[\n" + a1 + ",\n]\n", "f:3:1: the list ends after a comma, expected an invoice"},
		{"[\n" + a1 + "\n" + a2 + "\n]\n", "f:3:1: no comma after the invoice before, expected one between two"},
		{"[\n" + a1 + ",\n" + a2 + ",5,\n]\n", "f:3:76: something after the end of the document, "},
		{"[\n,\n]\n", "f:2:1: nothing there, expected a JSON value; "},
		{"[\n" + a1 + "]\n", "f:2:75: something after the end of the document, "},
		{"[" + a1 + "]\n", "f:1:1: not a list of an invoice a line, expected what replay writes as json"},
		{"[]\n[]\n", "f:2:1: something after the end of the list, expected one list a file: name the files one by one"},
		{"[\n" + a1 + "\n]\n[\n" + b1 + "\n]\n", "f:4:1: something after the end of the list, "},
		{"[\n" + a1 + "\n]\n\n x", "f:5:2: something after the end of the list, "},
		{csvHeader + x, "f:2:1: the last line is cut short, expected a line feed at its end"},
		{csvHeader + x + "\n" + x + "\n", `f:3:1: the invoice of 2026-03-01 of "a" does not come after that of 2026-03-01 of "a", `},
		{csvHeader + csvHeader, "f:2:1: the header again, expected one list a file: name the files one by one"},
		{csvHeader + x + "\n" + csvHeader + y + "\n", "f:3:1: the header again, "},
		{csvHeader + "1,a\n", "f:2:1: a row of 2 columns, expected "},
		{csvHeader + x + ",\n", "f:2:1: a row of "},
		{csvHeader + "\n" + `1,"a` + "\n\n", "f:3:1: a quote that is not closed, expected its end"},
		{csvHeader + `1,a"",b` + "\n", "f:2:4: a quote within a field, expected the field in quotes and its quotes doubled"},
		{csvHeader + "1,a\rb,c\n", "f:2:4: a carriage return within a field, expected the field in quotes"},
		{csvHeader + "1,\"a\nb\xff\"\n", "f:3:2: invalid UTF-8, expected UTF-8 text"},
		{csvHeader + "\uFFFD\xc3\n", "f:2:4: invalid UTF-8, expected UTF-8 text"},
		{csvHeader + "\"1\n2\",\"a\"b\n", "f:3:7: text after a quoted field, expected a comma or the end of the row"},
	} {
		_, _, _, err := read(strings.NewReader(c.text))
		require.ErrorContains(t, err, c.want, "%q", c.text)
	}
	broken := errors.New("the disk is gone")
	for text, want := range map[string]string{"": "f:1:1: ", a1 + "\n": "f:2:1: ", a1 + "\n" + a2: "f:2:1: ", csvHeader + x + "\n": "f:3:1: ", "[\n" + a1: "f:2:1: "} {
		_, _, _, err := read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		require.EqualError(t, err, want+"cannot read on: the disk is gone", "%q", text)
		require.ErrorIs(t, err, broken)
	}
}

// An invoice that has no end is refused when it is longer than any may be.
func TestReaderHasAnEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for begin, want := range map[string]string{
		a1 + "\n" + `{"x":"`:    "f:2:67108865: the invoice goes on, expected at most 67108864 bytes",
		"[\n" + `{"x":"`:        "f:2:67108865: the invoice goes on, expected at most 67108864 bytes",
		csvHeader + "\n\"":      "f:3:1: the row goes on, expected at most 67108864 bytes",
		"Dear Sir, how are you": "f:1:1: neither JSON nor CSV of invoices, ",
	} {
		_, _, _, err := read(io.MultiReader(strings.NewReader(begin), endlessly("x")))
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, 67108864, formats.MaxInvoice)
	long := a1[:len(a1)-1] + `,"x":"` + strings.Repeat("x", formats.MaxInvoice-len(a1)-len(`,"x":""`)) + `"}`
	require.Len(t, long, formats.MaxInvoice)
	_, texts, _, err := read(strings.NewReader(long + "\r\n"))
	require.NoError(t, err, "exactly as long as it may be")
	require.Equal(t, []string{long}, texts)
}

type endlessly string

func (e endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[i%len(e)]
	}
	return len(p), nil
}

// Law: what is read without an error is read whole: the texts that are passed, in their frame, are the file, but for what is blank
// between them.
func FuzzReader(f *testing.F) {
	x, y := row(csvHeader, "a", "2026-03-01"), row(csvHeader, "\"b\r\nc\"", "2026-03-01")
	for _, text := range []string{a1 + "\n" + a2 + "\n", "[\n" + a1 + ",\n" + b1 + "\n]\n", "[]\n", csvHeader + x + "\n" + y + "\n", linesHeader + row(linesHeader, "a", "2026-03-01") + "\n", ""} {
		f.Add(text)
		f.Add(text + text)
		f.Add(strings.ReplaceAll(text, "\n", "\r\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := formats.NewReader(strings.NewReader(text), "f")
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := formats.NewWriter(&out, r.Frame)
		for err = r.Next(); err == nil; err = r.Next() {
			require.NoError(t, w.WriteText(r.Text))
		}
		if err != io.EOF {
			require.Contains(t, err.Error(), "f:", "it has a place")
			return
		}
		require.NoError(t, w.Close())
		require.Equal(t, squeezed(text), squeezed(out.String()))
	})
}

// squeezed is a text without what is blank between its lines, which a list may have around its brackets and commas too.
func squeezed(text string) string {
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(" \t\r\n", c) < 0 {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestFormats(t *testing.T) {
	require.Equal(t, []string{"table", "jsonl", "json", "csv", "parquet", "html", "xlsx", "ledger", "focus", "distributor-json", "distributor-xml"}, formats.Names())
	for _, name := range formats.Names() {
		for _, lines := range []bool{false, true} {
			f := formats.Find(name, lines)
			require.Equal(t, name, f.Name)
			require.Equal(t, lines && (name == "csv" || name == "parquet"), f.Lines)
			require.True(t, (f.Append == nil) == (f.Write != nil), "%s: one of the two ways", f)
			require.Equal(t, f.Append != nil && !f.Binary, f.Frame != nil, "%s: text that is made piece by piece has a frame", f)
			require.False(t, f.Excel, "it is asked for by itself")
			excel := f.ForExcel()
			require.Equal(t, name == "csv", excel != nil)
			if excel != nil {
				require.True(t, excel.Excel && excel.Lines == f.Lines && excel.Name == name)
			}
		}
	}
	require.Nil(t, formats.Find("pdf", false))
}
