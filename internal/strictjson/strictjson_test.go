package strictjson_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/strictjson"
)

func TestObjectRefuses(t *testing.T) {
	deep := `{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}"
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "f:1:1: nothing there, expected a JSON value"},
		{"spaces", " \n ", "f:2:2: nothing there, expected a JSON value"},
		{"a list", "\n [1]", "f:2:2: an array, expected a JSON object"},
		{"a number", "5", "f:1:1: a number, expected a JSON object"},
		{"null", "null", "f:1:1: null, expected a JSON object"},
		{"a word that starts like null", "nothing", "f:1:2: broken JSON: "},
		{"a word", "hello", "f:1:1: broken JSON: invalid character 'h' at start of value, expected a value"},
		{"cut short", "{\"a\": 1,\n", "f:2:1: the JSON ends too early, expected the rest of it"},
		{"two", "{}\n{}", "f:2:1: something after the end of the document, expected nothing more"},
		{"a key twice", "{\"a\": 1,\n \"a\": 1}", `f:2:2: the key "a" is repeated, expected each key once`},
		{"a key twice, inside", `{"a": [{"b": 1, "b": 1}]}`, `f:1:17: the key "b" is repeated, expected each key once`},
		{"a key twice, spelled differently", `{"a": 1, "\u0061": 1}`, `f:1:10: the key "a" is repeated, expected each key once`},
		{"a comma too many", `{"a": 1,}`, "f:1:8: broken JSON: "},
		{"no comma", `{"a": 1 "b": 2}`, "f:1:9: broken JSON: "},
		{"a comment", "{} // done", "f:1:4: something after the end of the document, expected nothing more"},
		{"invalid UTF-8", "{\"a\": \"\xff\"}", "f:1:8: invalid UTF-8, expected UTF-8 text"},
		{"NaN", `{"a": NaN}`, "f:1:7: broken JSON: "},
		{"too deep", deep, "nested too deep, expected at most 10,000 levels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := strictjson.Object("f", []byte(tt.text))
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestObjectsRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an object", "{}", "f:1:1: an object, expected a JSON list of objects"},
		{"of numbers", "[{},\n5]", "f:2:1: a number, expected a JSON object"},
		{"of words", "[{},\nfive]", "f:2:2: broken JSON: "},
		{"of lists", "[[]]", "f:1:2: an array, expected a JSON object"},
		{"a comma too many", "[{},]", "f:1:4: broken JSON: "},
		{"cut short", "[{},", "f:1:5: the JSON ends too early, expected the rest of it"},
		{"two", "[{}] []", "f:1:6: something after the end of the document, expected nothing more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := strictjson.Objects("f", []byte(tt.text))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// What is beyond a bound is an error at its place.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tens of megabytes")
	}
	members := []byte{'{'}
	for i := range strictjson.MaxValues {
		members = fmt.Appendf(members, `"%d":1,`, i)
	}
	members = append(members, '\n')
	_, err := strictjson.Object("f", append(bytes.Clone(members), `"x":1}`...))
	require.EqualError(t, err, "f:2:1: more than 500000 values, expected at most that many")
	members[len(members)-2] = '}'
	all, err := strictjson.Object("f", members)
	require.NoError(t, err)
	require.Len(t, all, strictjson.MaxValues)

	objects := "[" + strings.Repeat("{},", strictjson.MaxValues-1)
	_, err = strictjson.Objects("f", []byte(objects+"\n{\"x\":1}]"))
	require.EqualError(t, err, "f:2:2: more than 500000 values, expected at most that many")
	_, err = strictjson.Objects("f", []byte(objects+"{},\n{}]"))
	require.EqualError(t, err, "f:2:1: more than 500000 values, expected at most that many")
	list, err := strictjson.Objects("f", []byte(objects+"{}]"))
	require.NoError(t, err)
	require.Len(t, list, strictjson.MaxValues)

	text := strings.Repeat("x", strictjson.MaxText)
	all, err = strictjson.Object("f", []byte(`{"a":"`+text+`","b":`+"\n"+`"`+text+`x","c":`+strings.Repeat("1", strictjson.MaxText+1)+`}`))
	require.NoError(t, err)
	short, err := all[0].String()
	require.NoError(t, err)
	require.Equal(t, text, short)
	_, err = all[1].String()
	require.EqualError(t, err, "f:2:1: b: a value of 262145 bytes, expected at most 262144")
	_, err = all[1].Number()
	require.EqualError(t, err, "f:2:1: b: a value of 262145 bytes, expected at most 262144")
	_, err = all[2].Number()
	require.ErrorContains(t, err, ": c: a value of 262145 bytes, expected at most 262144")
}

func TestPlacesOfObjects(t *testing.T) {
	list, err := strictjson.Objects("f", []byte("["+strings.Repeat("{},", 5000)+"\n"+strings.Repeat("{},", 5000)+"{}]"))
	require.NoError(t, err)
	require.Equal(t, "f:1:2", list[0].At.String())
	require.Equal(t, "f:1:14999", list[4999].At.String())
	require.Equal(t, "f:2:15001", list[10000].At.String())
}

func TestIsUTF16(t *testing.T) {
	for text, want := range map[string]bool{"\xff\xfe": true, "\xfe\xff": true, "{\x00": true, "\x00{": true, "": false, "{": false, "\x00": false, "\x00\x00": false,
		"{}": false, "\xef\xbb\xbf{": false, "\x00\xff": false} {
		require.Equal(t, want, strictjson.IsUTF16([]byte(text)), "%q", text)
	}
	_, err := strictjson.Object("f", []byte("{\x00}\x00"))
	require.EqualError(t, err, "f:1:1: UTF-16 text, expected UTF-8: save it as that")
	_, err = strictjson.Objects("f", []byte("\xff\xfe[\x00]\x00"))
	require.EqualError(t, err, "f:1:1: UTF-16 text, expected UTF-8: save it as that")
}

func TestMembers(t *testing.T) {
	members, err := strictjson.Object("f", []byte("{\"n\": 1.50,\n \"q\": \"7\", \"s\": \"\\u00e9\", \"b\": true, \"o\": {\"a\": 1}}"))
	require.NoError(t, err)
	require.Len(t, members, 5)
	n, q, s, b, o := members[0], members[1], members[2], members[3], members[4]

	require.Equal(t, "f:2:2", q.NameAt.String())
	require.Equal(t, "f:2:7", q.ValueAt.String())

	number, err := n.Number()
	require.NoError(t, err)
	require.Equal(t, "1.50", number, "as it was written")
	_, err = n.Count()
	require.EqualError(t, err, "f:1:7: n: 1.50 is not a count, expected a whole number from 0 to 9223372036854775807")
	_, err = n.String()
	require.EqualError(t, err, "f:1:7: n: 1.50, expected a string")

	count, err := q.Count()
	require.NoError(t, err)
	require.EqualValues(t, 7, count)
	text, err := s.String()
	require.NoError(t, err)
	require.Equal(t, "é", text)
	_, err = s.Bool()
	require.EqualError(t, err, `f:2:17: s: "\u00e9", expected true or false`)
	yes, err := b.Bool()
	require.NoError(t, err)
	require.True(t, yes)
	_, err = o.Number()
	require.EqualError(t, err, "f:2:43: o: an object, expected a number")
}

// No error holds more than the beginning of a name or value.
func TestMembersErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\x7f", 5000)
	members, err := strictjson.Object("f", []byte(`{"`+long+`":"`+long+`"}`))
	require.NoError(t, err)
	beginning := "f:1:5005: " + long[:57] + `...: "`
	_, err = members[0].Bool()
	require.EqualError(t, err, beginning+long[:56]+"..., expected true or false")
	_, err = members[0].Count()
	require.ErrorContains(t, err, beginning+`\x7f\x7f`)
	require.Less(t, len(err.Error()), 500)

	members, err = strictjson.Object("f", []byte(`{"`+long+`":`+strings.Repeat("7", 5000)+`}`))
	require.NoError(t, err)
	_, err = members[0].String()
	require.EqualError(t, err, "f:1:5005: "+long[:57]+"...: "+strings.Repeat("7", 57)+"..., expected a string")

	_, err = strictjson.Object("f", []byte(`{"`+long+`":1,"`+long+`":1}`))
	require.EqualError(t, err, `f:1:5007: the key "`+strings.Repeat(`\x7f`, 57)+`..." is repeated, expected each key once`)
}

func TestParseCount(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "7": 7, "9223372036854775807": 9223372036854775807} {
		n, err := strictjson.ParseCount(text)
		require.NoError(t, err, "ParseCount(%q)", text)
		require.Equal(t, want, n, "ParseCount(%q)", text)
	}
	for text, shown := range map[string]string{"": `""`, "-1": "-1", "+1": "+1", "1.5": "1.5", "1e3": "1e3", "1_000": `"1_000"`, " 1": `" 1"`, "1\n2": `"1\n2"`,
		"9223372036854775808": "9223372036854775808", "0x10": `"0x10"`, "٣": `"٣"`, strings.Repeat("9", 1000): strings.Repeat("9", 57) + "..."} {
		_, err := strictjson.ParseCount(text)
		require.EqualError(t, err, shown+" is not a count, expected a whole number from 0 to 9223372036854775807", "ParseCount(%q)", text)
	}
}

// Documents of others may write a whole number with a decimal point; events may not, and are told so.
func TestParseWhole(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "7": 7, "0.0": 0, "21000.0": 21000, "21000.000": 21000, "9223372036854775807.0": 9223372036854775807} {
		n, err := strictjson.ParseWhole(text)
		require.NoError(t, err, "ParseWhole(%q)", text)
		require.Equal(t, want, n, "ParseWhole(%q)", text)
	}
	for text, shown := range map[string]string{"": `""`, ".": ".", "5.": "5.", ".0": ".0", "5.5": "5.5", "5.01": "5.01", "5.0.0": "5.0.0", "-1.0": "-1.0", "-0.0": "-0.0",
		"1e3": "1e3", "1.0e3": "1.0e3", "1,200": `"1,200"`, "9223372036854775808.0": "9223372036854775808.0"} {
		_, err := strictjson.ParseWhole(text)
		require.EqualError(t, err, shown+" is not a count, expected a whole number from 0 to 9223372036854775807", "ParseWhole(%q)", text)
	}
	_, err := strictjson.ParseCount("21000.0")
	require.EqualError(t, err, "21000.0 is not a count, expected a whole number from 0 to 9223372036854775807, without a decimal point")
}

// texts have something to escape, or nothing, or are not UTF-8.
var texts = []string{
	"", "plain", "harbor-books", `a "quoted" name`, `back\slash`, "two\nlines\tand\rmore\b\f", "\x00\x1f\x7f", "<a href='x'>&amp;</a>",
	"11 of 31 days × $79.95", "é日本", "😀", "\u2028\u2029", "\ufffd", "\xff", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "×\xff\"", "\ufeff",
}

// quoted is what the library makes of a text.
func quoted(text string) string {
	b, _ := jsontext.AppendQuote(nil, text) // an error says that text is not UTF-8; it is replaced all the same
	return string(b)
}

func FuzzAppendString(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, "{"+quoted(s), string(strictjson.AppendString([]byte("{"), s)))

		b := append([]byte(`{"`), s...)
		require.Equal(t, "{"+quoted(s), string(strictjson.EndString(b, len(`{"`))))
	})
}

func TestAppendStringAllocates(t *testing.T) {
	buf := make([]byte, 0, 128)
	for _, s := range []string{"plain", "11 of 31 days × $79.95 (the last 16 of 28 days)", "😀日本"} {
		require.Zero(t, testing.AllocsPerRun(100, func() { buf = strictjson.AppendString(buf[:0], s) }), s)
	}
}

func BenchmarkAppendString(b *testing.B) {
	buf := make([]byte, 0, 128)
	for _, s := range []string{"harbor-books", "11 of 31 days × $79.95", `Sorry, "late", again`} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = strictjson.AppendString(buf[:0], s)
			}
		})
	}
}
