package statement

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// What a sheet holds at most, by its format.
const (
	maxRows     = 1 << 20
	maxCellText = 32767 // UTF-16 units
	maxDigits   = 15    // of a number that a spreadsheet computes with
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

// widths are those of columns that hold long text, in characters; others are as wide as their kind.
var widths = map[string]float64{"explanation": 60, "evidence": 60, "notes": 40, "account": 30, "accounts": 40, "number": 27, "package": 16, "fact": 40, "words": 34, "class": 34,
	"numbers": 27, "summary": 44, "settle": 50}

// workbook is an XLSX file that is being made.
type workbook struct {
	*excelize.File
	sheets int
	styles [5]int
	head   int
	bold   [5]int
}

func newWorkbook(currency money.Currency) (*workbook, error) {
	b := &workbook{File: excelize.NewFile()}
	formats := [5]string{"", "yyyy-mm-dd", "#,##0", "#,##0", "General"}
	if n := currency.Digits(); n > 0 {
		formats[asAmount] += "." + strings.Repeat("0", n)
	}
	for k, format := range formats {
		style := &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}}
		if format != "" {
			style.CustomNumFmt = &format
		}
		if err := b.style(&b.styles[k], style); err != nil {
			return nil, err
		}
		strong := *style
		strong.Font = &excelize.Font{Bold: true}
		strong.Border = []excelize.Border{{Type: "top", Color: "888888", Style: 1}}
		if err := b.style(&b.bold[k], &strong); err != nil {
			return nil, err
		}
	}
	return b, b.style(&b.head, &excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F2"}}})
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
				id = b.head
			}
			if err := b.SetCellStyle(name, cell, cell, id); err != nil {
				return err
			}
		}
	}
	for j, text := range header {
		width, long := widths[text]
		if !long {
			width = float64(max(11, len(text)+4))
		}
		if err := b.SetColWidth(name, column(j), column(j), width); err != nil {
			return err
		}
	}
	if err := b.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return b.AutoFilter(name, "A1:"+column(len(header)-1)+strconv.Itoa(max(1, len(rows)-totals)), nil)
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
