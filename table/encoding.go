package table

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/source"
)

// encodings are those that a mapping may name. UTF-16 is told by its byte order mark.
var encodings = []string{"utf-8", "utf-16", "windows-1252"}

var utf8Mark = []byte("\xef\xbb\xbf")

// decode is a text file as UTF-8 without a byte order mark, and the name of what it was.
func decode(file string, data []byte, named string) (text []byte, encoding string, err error) {
	begin := source.Place{File: file, Line: 1, Column: 1}
	wide := bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
	switch {
	case wide && named != "windows-1252", named == "utf-16":
		if !wide {
			return nil, "", source.Errorf(begin, "no byte order mark, expected UTF-16 to begin with one, as the mapping says that it is")
		}
		if named == "utf-8" {
			return nil, "", source.Errorf(begin, "UTF-16 text, expected UTF-8, as the mapping says that it is")
		}
		if len(data)%2 != 0 {
			return nil, "", source.Errorf(begin, "UTF-16 text of an odd number of bytes, expected it whole")
		}
		text, _, err = transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder(), data)
		if err != nil {
			return nil, "", source.Errorf(begin, "cannot read it as UTF-16: %w", err)
		}
		return text, "UTF-16", nil
	case named == "windows-1252":
		text, _, err = transform.Bytes(charmap.Windows1252.NewDecoder(), data)
		if err != nil {
			return nil, "", source.Errorf(begin, "cannot read it as Windows-1252: %w", err)
		}
		return text, "Windows-1252", nil
	}
	encoding = "UTF-8"
	text, marked := bytes.CutPrefix(data, utf8Mark)
	if marked {
		encoding = "UTF-8 with a byte order mark"
	}
	if !utf8.Valid(text) {
		at := lines.ValidUTF8(text)
		return nil, "", source.Errorf(lines.New(file, text).Place(at), "the byte %#x is no UTF-8; if the file is in the encoding of Windows for western Europe, as Excel saves CSV, expected the mapping to say \"encoding\": \"windows-1252\"", text[at])
	}
	return text, encoding, nil
}
