package table

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// Row is a row as it was read.
type Row struct {
	Number int          // as spreadsheets count rows
	Place  source.Place // of its first cell
	Fields []Field      // of the use, in the mapping's order; then the others; then the columns that the mapping does not name
}

// Field is a value of a row. An amount and a number are plain decimals, a date is YYYY-MM-DD, an instant is as RFC 3339 has it, and
// true and false are those. The text is empty where nothing is in the file.
type Field struct {
	Name   string
	Text   string
	Number bool         // it is a number
	Other  bool         // it is no field of the use
	Place  source.Place // of the cell it comes from, of several the first; of a constant, where the mapping has it
	Column int          // of that cell, from 0; -1 for a constant
}

// Field is the field of a name, nil where the file has none.
func (r *Row) Field(name string) *Field {
	for i := range r.Fields {
		if r.Fields[i].Name == name && !r.Fields[i].Other {
			return &r.Fields[i]
		}
	}
	return nil
}

// Text is the text of a field, empty where the file has none.
func (r *Row) Text(name string) string {
	if f := r.Field(name); f != nil {
		return f.Text
	}
	return ""
}

// reading reads the rows of a table one after the other.
type reading struct {
	*Table
	grid   grid
	cells  *gridRow
	row    Row
	values []*big.Rat // of a formula
	sums   []*big.Rat // by field: how much rounding has added
	empty  map[string]bool
	errs   []error
}

func newReading(t *Table, g grid) *reading {
	r := &reading{Table: t, grid: g, sums: make([]*big.Rat, len(t.bound)), empty: map[string]bool{}}
	for _, text := range t.mapping.empty {
		r.empty[trimSpace(text)] = true
	}
	return r
}

// read reads a row, and says what the rules make of it. Everything that is wrong with it is returned.
func (r *reading) read(cells *gridRow) (verdict, []error) {
	r.cells, r.errs = cells, nil
	what, kind := r.judge()
	if what == skipRow {
		return skipRow, nil
	}
	if have, want := len(cells.cells), len(r.header.cells); have < want && !r.stored.ragged {
		r.errs = append(r.errs, source.Errorf(r.grid.place(0), "row %d has %d cells, expected %d as in the header, or a rule that skips it", cells.number, have, want))
		return keepRow, r.errs
	}
	for i := len(r.header.cells); i < len(cells.cells); i++ {
		if trimSpace(cells.cells[i].text) != "" {
			r.errs = append(r.errs, source.Errorf(r.grid.place(i), "%s%q has no column, expected nothing beyond the %d columns of the header", r.prefix(i), names.Clip(cells.cells[i].text), len(r.header.cells)))
			return keepRow, r.errs
		}
	}
	r.row = Row{Number: cells.number, Place: r.grid.place(0), Fields: r.row.Fields[:0]}
	for i := range r.bound {
		f := r.field(i)
		if f.Text == "" && r.bound[i].required && len(r.errs) == 0 {
			r.wrong(max(f.Column, 0), fmt.Errorf("%s is empty, expected every row to have it, or a rule that skips the row", f.Name))
		}
		r.row.Fields = append(r.row.Fields, f)
	}
	for _, column := range r.rest {
		c := r.cell(column)
		if c.broken("") != nil {
			c = cell{}
		}
		r.row.Fields = append(r.row.Fields, Field{Name: r.header.cells[column], Text: c.text, Other: true, Place: r.grid.place(column), Column: column})
	}
	switch r.mapping.use {
	case Invoices:
		if r.errs == nil {
			r.settle(kind)
		}
	case Charges, Packages:
		r.checkCurrency()
	}
	return keepRow, r.errs
}

// checkCurrency refuses a row that says in a column of its own that its amounts are in another currency than they are read in.
func (r *reading) checkCurrency() {
	for i := range r.row.Fields {
		f := &r.row.Fields[i]
		code := trimSpace(f.Text)
		if name := squeezed(f.Name); !f.Other || f.Column < 0 || name != "currency" && name != "currencycode" ||
			code == "" || strings.EqualFold(code, r.currency.String()) || code == r.currency.Symbol() {
			continue
		}
		r.wrong(f.Column, fmt.Errorf("the currency is %q, expected %s, that of the policy: give that policy, or leave out what is in another", names.Clip(code), r.currency))
	}
}

// judge is what the first rule that matches says of a row, and of which kind it is.
func (r *reading) judge() (what verdict, k kind) {
	decided, kindSet := false, false
	for i := range r.rules {
		rule := &r.rules[i]
		if rule.never || rule.what == setKind && kindSet || rule.what != setKind && decided {
			continue
		}
		matches := true
		for j := range rule.when {
			if matches = rule.when[j].matches(r.cell(rule.columns[j]).text); !matches {
				break
			}
		}
		switch {
		case !matches:
		case rule.what == setKind:
			k, kindSet = rule.kind, true
		default:
			what, decided = rule.what, true
		}
	}
	return what, k
}

func (r *reading) cell(column int) cell {
	if column < len(r.cells.cells) {
		return r.cells.cells[column]
	}
	return cell{}
}

// prefix names a cell before what is wrong with it: cell D7 (Amount).
func (r *reading) prefix(column int) string {
	name := ""
	if column < len(r.header.cells) {
		name = " (" + names.Clip(r.header.cells[column]) + ")"
	}
	return r.stored.inSheet() + "cell " + address(column, r.cells.number) + name + ": "
}

func (r *reading) wrong(column int, err error) {
	r.errs = append(r.errs, source.At(r.grid.place(column), fmt.Errorf("%s%w", r.prefix(column), err)))
}

// field reads a field of the row.
func (r *reading) field(i int) Field {
	b := &r.bound[i]
	f := Field{Name: b.name, Other: b.other}
	if b.constant != nil {
		f.Place, f.Column = b.at, -1
		value, err := r.value(b, cell{text: *b.constant}, true)
		if err != nil {
			r.errs = append(r.errs, source.At(b.at, fmt.Errorf("%s: %w", b.name, err)))
		}
		f.Text, f.Number = value, b.form.isNumber()
		return f
	}
	if b.formula != nil {
		column := 0
		if len(b.columns) > 0 {
			column = b.columns[0]
		}
		f.Place, f.Column, f.Number = r.grid.place(column), column, true
		value, wrongAt, err := r.formula(i)
		if err == nil && value != "" {
			value, err = r.finish(i, value)
		}
		switch {
		case err != nil && wrongAt >= 0:
			r.wrong(wrongAt, err)
		case err != nil:
			r.wrong(column, fmt.Errorf("%s = %s: %w", b.name, b.formula.text, err))
		}
		f.Text = value
		return f
	}
	column := b.columns[0]
	var c cell
	for _, column = range b.columns {
		if c = r.cell(column); !r.isEmpty(c) {
			break
		}
		c = cell{}
	}
	f.Place, f.Column = r.grid.place(column), column
	value, err := r.value(b, c, false)
	if err == nil && value != "" && b.form.isNumber() {
		value, err = r.finish(i, value)
		if b.form == amount && c.kind == cellNumber {
			value = padded(value, r.currency.Digits())
		}
	}
	if err != nil {
		r.wrong(column, err)
	}
	f.Text, f.Number = value, value != "" && (b.form.isNumber() || b.other && isPlain(value) && !hasLeadingZero(value))
	return f
}

// padded is an amount with all the digits of its currency, as text files have it and workbooks, which keep numbers, do not.
func padded(value string, digits int) string {
	whole, fraction, _ := strings.Cut(value, ".")
	if value == "" || len(fraction) >= digits {
		return value
	}
	return whole + "." + fraction + strings.Repeat("0", digits-len(fraction))
}

// isEmpty reports that nothing is in a cell, or one of the texts that mean that.
func (r *reading) isEmpty(c cell) bool {
	if c.text == "" {
		return true
	}
	text := trimSpace(c.text)
	return text == "" || len(r.empty) > 0 && r.empty[text]
}

// broken is what is wrong with a cell whatever it is read as.
func (c *cell) broken(expected string) error {
	switch c.kind {
	case cellError:
		return fmt.Errorf("%s is an error of the spreadsheet, expected %s", names.Clip(c.text), expected)
	case cellUncomputed:
		return fmt.Errorf("a formula, and the file does not have what it comes to, expected %s: open the file in a spreadsheet program and save it", expected)
	}
	return nil
}

// value is what a cell is to a field. A constant of the mapping is written with a decimal point.
func (r *reading) value(b *bound, c cell, constant bool) (string, error) {
	if r.isEmpty(c) {
		return "", nil
	}
	if err := c.broken(b.form.String()); err != nil {
		return "", err
	}
	switch {
	case (b.form == amount || b.form == count) && c.style != nil && c.style.percent:
		return "", fmt.Errorf("%s is shown as a percentage, expected %s", names.Clip(c.text), b.form)
	case b.form.isNumber():
		return r.number(c, constant)
	case b.form == date:
		return r.day(b, c)
	case b.form == moment:
		return r.moment(b, c)
	case b.form == truth:
		return truthOf(c.text)
	case b.form == label:
		return r.name(b, c)
	case b.other && b.date != nil:
		return r.day(b, c)
	case b.other && !hasLeadingZero(trimSpace(c.text)):
		if value, err := r.number(c, constant); err == nil {
			return value, nil
		}
	}
	return trimSpace(c.text), nil
}

// number is the number in a cell.
func (r *reading) number(c cell, constant bool) (string, error) {
	if c.kind == cellDate {
		return "", fmt.Errorf("%s is a date, expected a number", names.Clip(c.text))
	}
	if err := c.style.check(c.text, r.currency); err != nil {
		return "", err
	}
	if c.kind == cellNumber || constant {
		if c.style != nil && c.style.zeros > 0 {
			c.text = strings.TrimLeft(c.text[:len(c.text)-1], "0") + c.text[len(c.text)-1:]
		}
		if isPlain(c.text) {
			return c.text, nil
		}
		return "", fmt.Errorf("%q is not a number, expected digits such as 1234.50", names.Clip(c.text))
	}
	return r.marks.plain(c.text)
}

// finish negates and rounds a number as the mapping says, and makes sure that it is what its field has to be.
func (r *reading) finish(i int, value string) (string, error) {
	b := &r.bound[i]
	if b.negate {
		if minus, ok := strings.CutPrefix(value, "-"); ok {
			value = minus
		} else if strings.Trim(value, "0.") != "" {
			value = "-" + value
		}
	}
	if b.rounded {
		exact, _ := new(big.Rat).SetString(value)
		value = r.round(i, exact).FloatString(b.digits)
	}
	switch b.form {
	case amount:
		if _, fraction, _ := strings.Cut(value, "."); len(strings.TrimRight(fraction, "0")) > r.currency.Digits() {
			return "", fmt.Errorf("%s is finer than %s has, expected at most %d digits after the point; where it is to be rounded, expected the mapping to say so, as {\"column\": …, \"round\": %d}", value, r.currency, r.currency.Digits(), r.currency.Digits())
		}
	case count:
		if _, err := strictjson.ParseWhole(value); err != nil {
			return "", err
		}
		value, _, _ = strings.Cut(value, ".")
	}
	return value, nil
}

// formula is the value of a formula, empty where one of its columns is. Where an error is about one of them, wrongAt is that column.
func (r *reading) formula(i int) (value string, wrongAt int, err error) {
	b := &r.bound[i]
	r.values = r.values[:0]
	for _, column := range b.columns {
		c := r.cell(column)
		if r.isEmpty(c) {
			return "", -1, nil
		}
		if err := c.broken("a number"); err != nil {
			return "", column, err
		}
		number, err := r.number(c, false)
		if err != nil {
			return "", column, err
		}
		exact, _ := new(big.Rat).SetString(number)
		r.values = append(r.values, exact)
	}
	exact, err := b.formula.value(r.values)
	if err != nil {
		return "", -1, err
	}
	if b.rounded { // before it is written as a decimal, which a third has none of
		exact = r.round(i, exact)
	}
	value, err = decimalText(exact)
	return value, -1, err
}

// round rounds a value as the mapping says, and adds up what that changes.
func (r *reading) round(i int, value *big.Rat) *big.Rat {
	to := round(value, r.bound[i].digits, r.bound[i].rounding)
	if r.sums[i] == nil {
		r.sums[i] = new(big.Rat)
	}
	r.sums[i].Add(r.sums[i], new(big.Rat).Sub(to, value))
	return to
}

// rounded is what rounding has done to each field's sum.
func (r *reading) rounded() (list []Rounding) {
	for i, sum := range r.sums {
		if sum != nil && sum.Sign() != 0 {
			list = append(list, Rounding{r.bound[i].name, r.bound[i].digits, strings.TrimRight(strings.TrimRight(sum.FloatString(12), "0"), ".")})
		}
	}
	return list
}
