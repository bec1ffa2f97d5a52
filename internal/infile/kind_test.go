package infile_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/infile"
)

// as is what is wrong with a text that is read as a content, before "expected"; empty if nothing is.
func as(text string, c infile.Content) string {
	r, err := infile.From{Stdin: strings.NewReader(text)}.Open("-", c)
	if err == nil {
		r.Close()
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "-:1:1: this is "), ", expected ")
	return name
}

func inUTF16(text string, mark, little bool) string {
	var b strings.Builder
	if mark {
		text = "\ufeff" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if little {
			b.Write([]byte{byte(u), byte(u >> 8)})
		} else {
			b.Write([]byte{byte(u >> 8), byte(u)})
		}
	}
	return b.String()
}

var contents = []infile.Content{infile.Events, infile.Packages, infile.Policy, infile.Documents, infile.Statistics, infile.Invoices, infile.Tables, infile.Mappings}

// What is nobody's file is named, whatever it was to be read as.
func TestForeign(t *testing.T) {
	zip := "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"
	for name, texts := range map[string][]string{
		"bzip2 data":           {"BZh91AY&SY\x00"},
		"xz data":              {"\xfd7zXZ\x00\x00\x04"},
		"LZ4 data":             {"\x04\x22\x4d\x18\x64"},
		"an Excel workbook":    {zip + "[Content_Types].xml", zip + "xl/workbook.xml"},
		"an OpenDocument file": {"PK\x03\x04\x14\x00\x00\x08\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet"},
		"a zip archive":        {zip + "events.jsonl"},
		"an old Excel workbook or another Office document": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"},
		"a PDF document":     {"%PDF-1.4\n%\xe2\xe3"},
		"a Parquet file":     {"PAR1\x15\x04"},
		"an Avro file":       {"Obj\x01\x04"},
		"an SQLite database": {"SQLite format 3\x00\x10\x00"},
		"a 7z archive":       {"7z\xbc\xaf\x27\x1c\x00"},
		"a RAR archive":      {"Rar!\x1a\x07\x01\x00"},
		"an image":           {"\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0", "GIF89a"},
		"a tar archive":      {"events.jsonl" + strings.Repeat("\x00", 245) + "ustar\x0000"},
		"UTF-16 text":        {inUTF16(event, true, true), inUTF16(event, true, false), inUTF16(event, false, true), inUTF16(event, false, false)},
		"UTF-32 text":        {"\xff\xfe\x00\x00{\x00\x00\x00", "\x00\x00\xfe\xff\x00\x00\x00{"},
		"binary data":        {strings.Repeat("\x00", 100), "\x7fELF\x02\x01\x01\x00"},
		"a pointer of Git LFS, not the file itself": {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"},
		"an HTML page": {"<!DOCTYPE html>\n<p>", "\n<HTML><body>", "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC>\n<html>"},
		"YAML":         {"---\nname: Gold\n", "%YAML 1.2\n", "name: Gold\nprice: 79.95\n", "- name: Gold\r\n  price: 79.95\r\n"},
	} {
		for _, text := range texts {
			for _, c := range contents {
				want := name
				if (c == infile.Documents || c == infile.Tables) && (name == "an Excel workbook" || name == "a Parquet file" || name == "UTF-16 text") {
					want = "" // a table
				}
				require.Equal(t, want, as(text, c), "%q read as %d", text, c)
			}
		}
	}
}

// What belongs elsewhere is named, and read where it belongs.
func TestOurs(t *testing.T) {
	for _, c := range []struct {
		name, text string
		home       infile.Content
	}{
		{"a file of events", event, infile.Events},
		{"a file of events", "\n\r\n  " + event, infile.Events},
		{"a file of events", "\xef\xbb\xbf" + event, infile.Events},
		{"a file of events", `{"id":"1","type":"usage.recorded","account":"a"}`, infile.Events},
		{"a file of events", `{"metadata":{"type":["x"]},"type":"usage.recorded","at":"2026-01-01`, infile.Events},
		{"a list of packages", `[{"name":"Gold","price":79.95}]`, infile.Packages},
		{"a list of packages", `{"packages":[]}`, infile.Packages},
		{"a list of packages", "\xef\xbb\xbf [\n{\"price\":\"1\",\"type\":\"x\",\"name\":\"Gold\"},", infile.Packages},
		{"a policy", `{"timing":"advance"}`, infile.Policy},
		{"a policy", `{"timing":"advance","close_day":`, infile.Policy},
		{"a list of invoices of the Distributor", `{"number":"1","invoices":[]}`, infile.Documents},
		{"a list of invoices of the Distributor", `[{"number":"1","username":"a","start_date":"2026-01-01"}]`, infile.Documents},
		{"a list of invoices of the Distributor", `{"number":"1","start_date":"2026-01-01"}`, infile.Documents},
		{"a list of daily statistics", `[{"date":"2026-01-01","requests":5}]`, infile.Statistics},
		{"a mapping of columns", `{"decimal":",","fields":{"account":"Kunde"}}`, infile.Mappings},
		{"a mapping of columns", `{"preset":"pax8","accounts":{}}`, infile.Mappings},
		{"a list of invoices that replay wrote", `{"number":"1","account":"a","type":"Recurring Bill","date_invoiced":"2026-01-01"}`, infile.Invoices},
		{"a list of invoices that replay wrote", "[\n{\"number\":\"1\",\"account\":\"a\",\"start_date\":\"2026-01-01\",\"date_invoiced\":\"2026-01-01\"},\n", infile.Invoices},
	} {
		for _, content := range contents {
			want := c.name
			if content == c.home {
				want = ""
			}
			require.Equal(t, want, as(c.text, content), "%q read as %d", c.text, content)
		}
	}
	require.Equal(t, "a JSON list of events", as("["+event+"]", infile.Events))
	require.Equal(t, "JSON in objects of several lines", as("{\n\"id\": \"1\"\n}\n", infile.Events))
	for _, c := range []infile.Content{infile.Packages, infile.Documents, infile.Statistics} {
		require.Empty(t, as("<?xml version=\"1.0\"?>\n<packages/>", c))
	}
	for _, c := range []infile.Content{infile.Events, infile.Policy, infile.Invoices} {
		require.Equal(t, "XML", as("<?xml version=\"1.0\"?>\n<packages/>", c))
	}
}

func TestCSV(t *testing.T) {
	for _, text := range []string{
		"id,type,account\n1,account.created,a\n",
		"id;type\r\n1;account.created\r\n",
		"id\ttype\n1\taccount.created",
		"\xef\xbb\xbfnumber;username\n101;acct-a\n",
		"sep=;\nnumber\n",
		"number,username,type",
		"\"a,b\",c\n\"d\",e\n",
		"Gr\xf6\xdfe;Preis;Tag\n1;2;3\n", // of Latin-1
	} {
		for _, c := range contents {
			want := "CSV"
			if c == infile.Invoices || c == infile.Documents || c == infile.Tables {
				want = "" // its reader looks at the names of the columns
			}
			require.Equal(t, want, as(text, c), "%q", text)
		}
	}
}

// What may be a file with bad lines, or is nothing that is known, is left to who reads it.
func TestNotMistaken(t *testing.T) {
	for _, text := range []string{
		"", "\n", " ", "\xef\xbb\xbf", "\xff\xfe\xff", "{}", "[]", "5", "null", `"text"`, "what is this\n", "Dear Sir, hello\n", "a\nb\nc\n", "error: not found\n",
		`{"name":"Gold"}`, `[{"x":1}]`, "{", "[", `{"a":`, "\x1f", "PK", "BZh", "%PD", "-", "--", "\x28\xb5\x2f",
	} {
		for _, c := range contents {
			require.Empty(t, as(text, c), "%q", text)
		}
	}
	for _, before := range []string{"a,b\nc,d\n", `{"name":"Gold","price":1}` + "\n", "\x00\x00\x00\n", "[]\n", "---\n", "<html>\n", "{\n}\n"} {
		require.Empty(t, as(before+event, infile.Events), "%q", before)
	}
}

// Whatever begins a file, it is told in reasonable time, and no content is refused with itself.
func FuzzKind(f *testing.F) {
	for _, text := range []string{event, "a,b\n1,2\n", "[{\"name\":1,\"price\":2}]", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "<a/>", "---\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range contents {
			r, err := infile.From{Stdin: strings.NewReader(text)}.Open("-", c)
			if err != nil {
				require.Contains(t, err.Error(), "-:1:1: ", fmt.Sprint(c))
				continue
			}
			got, err := io.ReadAll(r)
			require.NoError(t, r.Close())
			if err == nil && !strings.HasPrefix(text, "\x1f\x8b") && !strings.Contains(text[:min(4, len(text))], "\x2a\x4d\x18") && !strings.HasPrefix(text, "\x28\xb5\x2f\xfd") {
				require.Equal(t, text, string(got))
			}
		}
	})
}
