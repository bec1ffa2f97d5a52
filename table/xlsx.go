package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// The bounds of a workbook, unpacked. What a part says of its size is looked at before it is read, and what comes out is counted.
const (
	MaxUnpacked = 2 << 30   // bytes of a sheet, which is read a row at a time
	MaxStrings  = 256 << 20 // bytes of the texts that cells share, which are kept in memory

	maxParts = 10_000   // files in a workbook
	maxPart  = 16 << 20 // bytes of the parts that say what there is
)

// workbook is an XLSX file.
type workbook struct {
	file      string
	parts     map[string]*zip.File
	shared    []string
	styles    []numberStyle // by their numbers
	since1904 bool
}

// storedWorkbook are the sheets of a workbook that may hold the table: the one that the mapping names, or those that are not hidden.
func storedWorkbook(file string, data []byte, m *Mapping) ([]*stored, error) {
	begin := source.Place{File: file, Line: 1, Column: 1}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, source.Errorf(begin, "cannot read it as an Excel workbook: %w; expected the file whole", err)
	}
	if len(z.File) > maxParts {
		return nil, source.Errorf(begin, "a workbook of %d parts, expected at most %d", len(z.File), maxParts)
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	w := &workbook{file: file, parts: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		w.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	sheets, err := w.read()
	if err != nil {
		return nil, source.At(begin, err)
	}
	return w.choose(sheets, m.sheet)
}

// sheet is one of the workbook, and the part that holds it.
type sheet struct {
	name, part string
	hidden     bool
}

// choose are the sheets that may hold the table.
func (w *workbook) choose(sheets []sheet, named string) ([]*stored, error) {
	var list []*stored
	var known []string
	for _, s := range sheets {
		known = append(known, s.name)
		if named != "" && !strings.EqualFold(trimSpace(named), trimSpace(s.name)) || named == "" && s.hidden {
			continue
		}
		place := source.Place{File: w.file, Line: 1, Column: 1}
		list = append(list, &stored{file: w.file, sheet: s.name, what: "an Excel workbook", ragged: true, since1904: w.since1904, open: func() (grid, error) {
			r, err := w.open(s.part, MaxUnpacked)
			if err != nil {
				return nil, source.At(place, err)
			}
			return &sheetGrid{book: w, name: s.name, x: newXMLReader(r)}, nil
		}})
	}
	if len(list) == 0 && named != "" {
		return nil, source.At(source.Place{File: w.file, Line: 1, Column: 1}, names.Unknown("sheet", named, known))
	}
	if len(list) == 0 {
		return nil, source.Errorf(source.Place{File: w.file, Line: 1, Column: 1}, "no sheets that are not hidden, expected one, or its name as \"sheet\" in the mapping")
	}
	return list, nil
}

// open opens a part of at most so many bytes.
func (w *workbook) open(name string, most int64) (io.Reader, error) {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return nil, errors.New("no part " + names.Clip(name) + " in it, expected an Excel workbook (.xlsx)")
	}
	if f.UncompressedSize64 > uint64(most) {
		return nil, tooLarge(name, most)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &limited{r: r, name: name, left: most, most: most}, nil
}

func tooLarge(name string, most int64) error {
	return source.Errorf(source.Place{}, "the part %s is larger than %d MiB unpacked, expected at most that; split the workbook, or save it as CSV", names.Clip(name), most>>20).Err
}

// limited fails at the first byte too many.
type limited struct {
	r          io.Reader
	name       string
	left, most int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, tooLarge(l.name, l.most)
	}
	if err != nil && err != io.EOF {
		err = errors.New("the workbook is cut short or damaged (" + err.Error() + "), expected it whole")
	}
	return n, err
}

// decodePart reads one of the parts that say what there is.
func (w *workbook) decodePart(name string, to any) error {
	r, err := w.open(name, maxPart)
	if err != nil {
		return err
	}
	if err := xml.NewDecoder(r).Decode(to); err != nil {
		return errors.New("the part " + names.Clip(name) + " of the workbook cannot be read: " + names.ClipTo(err.Error(), 200) + "; expected an Excel workbook (.xlsx)")
	}
	return nil
}

type relationships struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// relations are the parts that a part refers to: by the end of their type, and by id.
func (w *workbook) relations(of string) (byType, byID map[string]string, err error) {
	dir, base := path.Split(of)
	var rels relationships
	if err := w.decodePart(dir+"_rels/"+base+".rels", &rels); err != nil {
		return nil, nil, err
	}
	byType, byID = map[string]string{}, map[string]string{}
	for _, r := range rels.List {
		target := path.Join(dir, r.Target)
		if rooted, ok := strings.CutPrefix(r.Target, "/"); ok {
			target = path.Clean(rooted)
		}
		byType[path.Base(r.Type)], byID[r.ID] = target, target
	}
	return byType, byID, nil
}

// read reads all but the sheets' rows.
func (w *workbook) read() ([]sheet, error) {
	root, _, err := w.relations("")
	if err != nil {
		return nil, err
	}
	main := root["officeDocument"]
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decodePart(main, &book); err != nil {
		return nil, err
	}
	byType, byID, err := w.relations(main)
	if err != nil {
		return nil, err
	}
	w.since1904 = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	var sheets []sheet
	for _, s := range book.Sheets {
		for _, a := range s.Attrs {
			if a.Name.Local == "id" && byID[a.Value] != "" && strings.Contains(byID[a.Value], "sheet") && !strings.Contains(byID[a.Value], "chartsheet") {
				sheets = append(sheets, sheet{s.Name, byID[a.Value], s.State == "hidden" || s.State == "veryHidden"})
			}
		}
	}
	if name, ok := byType["styles"]; ok {
		if err := w.readStyles(name); err != nil {
			return nil, err
		}
	}
	if name, ok := byType["sharedStrings"]; ok {
		if err := w.readShared(name); err != nil {
			return nil, err
		}
	}
	return sheets, nil
}
