package infile

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// fileKind is what a file is, as far as its first bytes tell.
type fileKind uint8

const (
	kindUnknown fileKind = iota
	kindGzip
	kindZstd
	kindBzip2
	kindXZ
	kindLZ4
	kindExcel
	kindOpenDocument
	kindZip
	kindOldExcel
	kindPDF
	kindParquet
	kindAvro
	kindSQLite
	kindPart
	kind7z
	kindRAR
	kindImage
	kindTar
	kindUTF32
	kindUTF16
	kindBinary
	kindLFS
	kindHTML
	kindXML
	kindEvents
	kindEventList
	kindLongObjects
	kindPackages
	kindPolicy
	kindDocument
	kindStatistics
	kindInvoices
	kindProfile
	kindMapping
	kindCSV
	kindYAML
)

const (
	unpack   = "unpack it first, or compress it with gzip or zstd instead"
	unzip    = "unpack it first, and name what it holds"
	asTable  = "\x00" // what the content says of tables
	asEvents = "events are named after the flags"
)

// kinds has a row for each fileKind: what it is called, what to do with it, and how it is recognised. The first that holds is it.
var kinds = [...]struct {
	name, advice string
	is           func(head []byte) bool
}{
	kindGzip:         {"gzip data", unpack, begins("\x1f\x8b")},
	kindZstd:         {"zstd data", unpack, isZstd},
	kindBzip2:        {"bzip2 data", unpack, isBzip2},
	kindXZ:           {"xz data", unpack, begins("\xfd7zXZ\x00")},
	kindLZ4:          {"LZ4 data", unpack, begins("\x04\x22\x4d\x18")},
	kindExcel:        {"an Excel workbook", asTable, zipWith("xl/", "[Content_Types].xml")},
	kindOpenDocument: {"an OpenDocument file", asTable, zipWith("mimetypeapplication/vnd.oasis.opendocument")},
	kindZip:          {"a zip archive", unzip, begins("PK\x03\x04")},
	kindOldExcel:     {"an old Excel workbook or another Office document", asTable, begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
	kindPDF:          {"a PDF document", asTable, begins("%PDF-")},
	kindParquet:      {"a Parquet file", asTable, begins("PAR1")},
	kindAvro:         {"an Avro file", asTable, begins("Obj\x01")},
	kindSQLite:       {"an SQLite database", asTable, begins("SQLite format 3\x00")},
	kindPart:         {"a part that prorata partition wrote", "replay, validate and reconcile read it by its name", begins("prorata part ")},
	kind7z:           {"a 7z archive", unzip, begins("7z\xbc\xaf\x27\x1c")},
	kindRAR:          {"a RAR archive", unzip, begins("Rar!\x1a\x07")},
	kindImage:        {"an image", "", begins("\x89PNG\r\n", "\xff\xd8\xff", "GIF8", "II*\x00", "MM\x00*")},
	kindTar:          {"a tar archive", unzip, isTar},
	kindUTF32:        {"UTF-32 text", "save it as UTF-8, as by iconv -f UTF-32 -t UTF-8 FILE", isUTF32},
	kindUTF16:        {"UTF-16 text", "save it as UTF-8, as by iconv -f UTF-16 -t UTF-8 FILE", isUTF16},
	kindBinary:       {"binary data", "", isBinary},
	kindLFS:          {"a pointer of Git LFS, not the file itself", "fetch that, as by git lfs pull", begins("version https://git-lfs.github.com/")},
	kindHTML:         {"an HTML page", "it may be a login or an error in place of a download: open it in a browser", isHTML},
	kindXML:          {"XML", asTable, isXML},
	kindEvents:       {"a file of events", asEvents, isEvents},
	kindEventList:    {"a JSON list of events", asEvents, func(head []byte) bool { r := firstRecord(head); return r.list && r.isEvent() }},
	kindLongObjects:  {"JSON in objects of several lines", asEvents, isLongObjects},
	kindPackages:     {"a list of packages", "it is given with --packages", isPackages},
	kindPolicy:       {"a policy", "it is given with --policy", isPolicy},
	kindDocument:     {"a list of invoices of the Distributor", "it is given with --distributor, to reconcile", isDocument},
	kindStatistics:   {"a list of daily statistics", "prorata import stats makes events of it", isStatistics},
	kindInvoices:     {"a list of invoices that replay wrote", "prorata merge reads it", isInvoices},
	kindProfile:      {"a profile of invoices", "it is given with --profile", isProfile},
	kindMapping:      {"a mapping of columns", "it is given with --map", isMapping},
	kindCSV:          {"CSV", asTable, isCSV},
	kindYAML:         {"YAML", "write it as JSON, as by yq -o json FILE", isYAML},
}

func (k fileKind) String() string { return kinds[k].name }

// advice is what to do with a file of the kind where another content was expected.
func (k fileKind) advice(c Content) string {
	switch advice := kinds[k].advice; {
	case c == Events && k == kindEventList:
		return "write it so, as by jq -c '.[]' FILE"
	case c == Events && k == kindLongObjects:
		return "write it so, as by jq -c . FILE"
	case c == Invoices && k == kindParquet:
		return "have each shard write csv, and merge those; or merge nothing, since a data lake reads the Parquet files of all shards as one table"
	case c == Documents && k == kindInvoices:
		return "replay --format distributor-json writes what can be compared"
	case advice == asTable:
		return contents[c].table
	default:
		return advice
	}
}

// detect says what begins like this. Where it may be the content, it is.
func detect(head []byte, c Content) fileKind {
	for _, k := range contents[c].kinds {
		if kinds[k].is(head) {
			return k
		}
	}
	for k := kindGzip; int(k) < len(kinds); k++ {
		if k == kindLongObjects && c != Events {
			continue // it matters to those who read lines
		}
		if kinds[k].is(head) {
			return k
		}
	}
	return kindUnknown
}

// begins is the test for one of several beginnings.
func begins(with ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, w := range with {
			if bytes.HasPrefix(head, []byte(w)) {
				return true
			}
		}
		return false
	}
}

// isZstd also holds for data that begins with a skippable frame.
func isZstd(head []byte) bool {
	return len(head) >= 4 && (string(head[:4]) == "\x28\xb5\x2f\xfd" || head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18")
}

func isBzip2(head []byte) bool {
	return len(head) > 4 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' && (head[4] == 0x31 || head[4] == 0x17)
}

// zipWith is the test for a zip archive that has one of the texts near its beginning.
func zipWith(texts ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, t := range texts {
			if bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head, []byte(t)) {
				return true
			}
		}
		return false
	}
}

func isTar(head []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }

var isUTF32 = begins("\xff\xfe\x00\x00", "\x00\x00\xfe\xff")

// isUTF16 looks for the mark at its beginning, and half a character, or for two ASCII characters.
func isUTF16(head []byte) bool {
	if isUTF32(head) {
		return false
	}
	if begins("\xff\xfe", "\xfe\xff")(head) && bytes.IndexByte(head, 0) > 0 {
		return true
	}
	return len(head) >= 4 && (head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0 ||
		head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0)
}

// isBinary looks for what no text has. A line that is an event may still be among such bytes.
func isBinary(head []byte) bool { return bytes.IndexByte(head, 0) >= 0 && !isEvents(head) }

func isHTML(head []byte) bool {
	text := strings.ToLower(string(trimmed(head)[:min(len(trimmed(head)), 1024)]))
	return strings.HasPrefix(text, "<") && (strings.Contains(text, "<!doctype html") || strings.Contains(text, "<html"))
}

func isXML(head []byte) bool { return begins("<")(trimmed(head)) && !isHTML(head) }

// isYAML looks at the first two lines: for that of a document, or keys and their values, of an item of a list or not.
func isYAML(head []byte) bool {
	first, rest, _ := strings.Cut(string(trimmed(head)), "\n")
	second, _, _ := strings.Cut(rest, "\n")
	first = strings.TrimRight(first, "\r ")
	return first == "---" || strings.HasPrefix(first, "%YAML") || isKey(strings.TrimPrefix(first, "- ")) && isKey(strings.Trim(second, "\r "))
}

func isKey(line string) bool {
	key, value, found := strings.Cut(line, ":")
	return found && key != "" && (value == "" || value[0] == ' ') && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// trimmed is the head without a byte order mark and what is blank before the first character.
func trimmed(head []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
}

// isCSV holds when the first lines have the same separators, and are nothing that looks like JSON.
func isCSV(head []byte) bool {
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) {
		head = bytes.ToValidUTF8(head, []byte("?")) // of Latin-1, as spreadsheets write it
	}
	var lines []string
	for line := range strings.Lines(string(trimmed(head))) {
		line = strings.TrimRight(line, "\r\n")
		if strings.Contains(line, `{"`) || strings.ContainsAny(line[:min(1, len(line))], "{[<") || strings.IndexByte(line, 0) >= 0 {
			return false
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return false
	}
	if strings.HasPrefix(lines[0], "sep=") && len(lines[0]) == len("sep=;") {
		return true
	}
	for _, separator := range []byte(",;\t|") {
		first := separators(lines[0], separator)
		switch {
		case len(lines) == 1 && first >= 2, len(lines) > 1 && first > 0 && separators(lines[1], separator) == first:
			return true
		}
	}
	return false
}

// separators counts those of a line that are not within quotes.
func separators(line string, separator byte) (n int) {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == separator && !quoted:
			n++
		}
	}
	return n
}
