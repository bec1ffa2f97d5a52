package statement

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/money"
)

// What a sheet holds at most, by its format.
const (
	maxRows     = 1 << 20
	maxCellText = 32767 // UTF-16 units
	maxDigits   = 15    // of a number that a spreadsheet computes with
	maxHeight   = 409   // of a row, in points

	textHeight = 15 // points
)

// kind is how the cells of a column are written. The zero value is text.
type kind uint8

const (
	asText kind = iota
	asDate
	asCount
	asAmount // with the digits of the currency
	asRate   // a decimal with any number of digits
)

// kinds are those of the columns of CSV, by name; of others it is text.
var kinds = map[string]kind{
	"date_invoiced": asDate, "start_date": asDate, "end_date": asDate, "until": asDate, "date": asDate, "through": asDate, "effective_from": asDate,
	"billing_process_date": asDate,
	"credits":              asCount, "days": asCount, "period_days": asCount, "quantity": asCount, "invoices": asCount, "group": asCount, "groups": asCount, "rows": asCount,
	"amount": asAmount, "prorated": asAmount, "overage": asAmount, "additional_charges": asAmount, "final_amount": asAmount, "recurring": asAmount,
	"charges": asAmount, "total": asAmount, "compared": asAmount, "theirs_total": asAmount, "ours_total": asAmount, "difference": asAmount,
	"claimed": asAmount, "billed": asAmount, "expected": asAmount, "theirs": asAmount, "ours": asAmount, "gross": asAmount,
	"unit_price": asRate,
}

// widths are those of columns that hold longer text, in characters: it wraps. Others are as wide as their name and the button that filters.
var widths = map[string]int{"explanation": 50, "evidence": 50, "notes": 28, "account": 30, "accounts": 30, "number": 28, "package": 16, "fact": 30, "words": 34, "class": 18,
	"cause": 20, "claim": 15, "numbers": 28, "summary": 44, "settle": 36, "type": 15}

func widthOf(header string) int {
	if width, long := widths[header]; long {
		return width
	}
	return max(11, len(header)+4)
}

// linesOf is how many lines a text takes in a cell so wide.
func linesOf(text string, width int) (n int) {
	if len(text) < width && strings.IndexByte(text, '\n') < 0 {
		return 1
	}
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, len(display.Lines(line, width)))
	}
	return n
}

// workbook is an XLSX file that is being made.
type workbook struct {
	*excelize.File
	sheets int
	styles [5]int
	heads  [2]int // over text, and over the rest
	bold   [5]int
}

func newWorkbook(currency money.Currency) (*workbook, error) {
	b := &workbook{File: excelize.NewFile()}
	bold := &excelize.Font{Bold: true, Family: "Calibri", Size: 11}
	formats := [5]string{"", "yyyy-mm-dd", "#,##0", "#,##0", "General"}
	if n := currency.Digits(); n > 0 {
		formats[asAmount] += "." + strings.Repeat("0", n)
	}
	for k, format := range formats {
		style := &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}}
		if kind(k) == asText {
			style.Alignment = &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1, WrapText: true}
		}
		if format != "" {
			style.CustomNumFmt = &format
		}
		if err := b.style(&b.styles[k], style); err != nil {
			return nil, err
		}
		strong := *style
		strong.Font = bold
		strong.Border = []excelize.Border{{Type: "top", Color: "888888", Style: 1}}
		if err := b.style(&b.bold[k], &strong); err != nil {
			return nil, err
		}
	}
	for i, side := range []string{"left", "right"} { // with room for the button that filters
		style := &excelize.Style{Font: bold, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F2"}},
			Alignment: &excelize.Alignment{Horizontal: side, Indent: 1 + i}}
		if err := b.style(&b.heads[i], style); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *workbook) style(to *int, style *excelize.Style) (err error) {
	*to, err = b.NewStyle(style)
	return err
}

// sheet adds a sheet of rows, of which the first is the header: it stays in view, and filters the rest. The last so many rows are
// totals, below what is filtered.
func (b *workbook) sheet(name string, rows [][]string, totals int) error {
	columns := make([]kind, len(rows[0]))
	for j, head := range rows[0] {
		columns[j] = kinds[head]
	}
	return b.sheetOf(name, rows, columns, totals)
}

// sheetOf is sheet with columns of some kinds.
func (b *workbook) sheetOf(name string, rows [][]string, columns []kind, totals int) error {
	if len(rows) > maxRows {
		return fmt.Errorf("the sheet %s has %d rows, expected at most %d: write CSV, or fewer invoices", name, len(rows), maxRows)
	}
	if b.sheets++; b.sheets == 1 {
		if err := b.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := b.NewSheet(name); err != nil {
		return err
	}
	header := rows[0]
	for i, row := range rows {
		styles := &b.styles
		if i >= len(rows)-totals {
			styles = &b.bold
		}
		lines := 1
		for j, text := range row {
			cell := column(j) + strconv.Itoa(i+1)
			k := columns[j]
			if i == 0 {
				k = asText
			}
			style, err := b.write(name, cell, text, k)
			if err != nil {
				return err
			}
			id := styles[style]
			if i == 0 {
				id = b.heads[min(1, columns[j])]
			} else if style == asText {
				lines = max(lines, linesOf(text, widthOf(header[j])))
			}
			if err := b.SetCellStyle(name, cell, cell, id); err != nil {
				return err
			}
		}
		if lines > 1 { // LibreOffice does not find the height that wrapped text takes
			if err := b.SetRowHeight(name, i+1, float64(min(lines*textHeight, maxHeight))); err != nil {
				return err
			}
		}
	}
	for j, text := range header {
		if err := b.SetColWidth(name, column(j), column(j), float64(widthOf(text))); err != nil {
			return err
		}
	}
	if err := b.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := b.AutoFilter(name, "A1:"+column(len(header)-1)+strconv.Itoa(max(1, len(rows)-totals)), nil); err != nil {
		return err
	}
	return b.printed(name)
}

// printed lays a sheet out for paper: all columns on the width of a page, the header on each page, and below it the sheet and the page.
func (b *workbook) printed(sheet string) error {
	landscape, a4, fit, one, any, none, margin, foot := "landscape", 9, true, 1, 0, 0.0, 0.3, 0.6
	return cmp.Or(
		b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &one, FitToHeight: &any}),
		b.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin, Bottom: &foot, Header: &none, Footer: &margin}),
		b.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"}),
		b.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + strings.ReplaceAll(sheet, "'", "''") + "'!$1:$1", Scope: sheet}),
	)
}

// column is the letters of a column.
func column(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil { // of a sheet of 16,384 columns, which none of ours is
		return "XFD"
	}
	return name
}

// write writes a cell, as text where its kind does not hold it, and says as what it was written. Numbers are written digit by digit as
// they are, and never pass through binary floating point here.
func (b *workbook) write(sheet, cell, text string, k kind) (kind, error) {
	switch k {
	case asDate:
		if n, ok := serial(text); ok {
			return k, b.SetCellInt(sheet, cell, n)
		}
	case asCount, asAmount, asRate:
		if isExact(text) {
			return k, b.SetCellDefault(sheet, cell, text)
		}
	}
	if text == "" {
		return asText, nil
	}
	return asText, b.SetCellStr(sheet, cell, cellText(text))
}

// serial is the number of a date in a spreadsheet: days from a day zero, good from March 1900 on.
func serial(text string) (int64, bool) {
	d, err := cycle.ParseDate(text)
	if err != nil || d.Before(cycle.MustDate("1900-03-01")) {
		return 0, false
	}
	return int64(d.Sub(cycle.MustDate("1899-12-30"))), true
}

// isExact reports that a text is a plain decimal of so few digits that a spreadsheet holds it exactly.
func isExact(text string) bool {
	digits := strings.Replace(strings.TrimPrefix(text, "-"), ".", "", 1)
	if digits == "" || strings.Trim(digits, "0123456789") != "" || strings.HasPrefix(strings.TrimPrefix(text, "-"), ".") || strings.HasSuffix(text, ".") {
		return false
	}
	return len(strings.TrimLeft(digits, "0")) <= maxDigits
}

// escaped is what a workbook takes for the code of a character.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// cellText is a text as a cell holds it: what XML has no character for is escaped, and of what is too long the beginning is there.
func cellText(text string) string {
	text = escaped.ReplaceAllString(text, "_x005F$0")
	var b strings.Builder
	units := 0
	for i, r := range text {
		piece := string(r)
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				piece = fmt.Sprintf(`\x%02x`, text[i])
			}
		case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
			piece = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
		}
		n := len(piece)
		if n == len(string(r)) {
			n = utf16.RuneLen(r)
		}
		if units += n; units > maxCellText-1 {
			b.WriteString("…")
			break
		}
		b.WriteString(piece)
	}
	return b.String()
}

// done writes the file.
func (b *workbook) done(w io.Writer) error {
	defer b.Close()
	b.SetActiveSheet(0)
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}
