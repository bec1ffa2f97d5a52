package statement

import (
	"fmt"
	"math"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// monthChart is a chart of bars: what was invoiced by month, or by year where there are too many months.
type monthChart struct {
	Title, Unit         string
	Width, Height, Zero int
	Bars                []bar
}

type bar struct {
	Name, Short, Value, Class string
	X, Y, Width, Height       int
	Middle, ValueY, NameY     int
	Count                     int
	Shown, Named              bool
	amount                    money.Amount
}

// The size of the chart, in the units of its drawing. Bars have room above and below for a figure.
const (
	chartWidth  = 1040
	chartHeight = 240
	chartRoom   = 36
	maxBars     = 48
	maxValues   = 16 // bars with their value above them; of more, one has room for no figure
)

var monthNames = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// newMonthChart adds up the invoices that are not canceled by the month of their date. Where there are more months than there is
// room for it adds up years, and of more years those are shown that have invoices, the latest of them.
func newMonthChart(invoices []invoice.Invoice, currency money.Currency) (c monthChart, err error) {
	if len(invoices) == 0 {
		return c, nil
	}
	first, last := months(invoices[0].Date), months(invoices[0].Date)
	for i := range invoices {
		first, last = min(first, months(invoices[i].Date)), max(last, months(invoices[i].Date))
	}
	step := 1
	c = monthChart{Title: "Invoiced by month, in " + currency.String(), Unit: "Month", Width: chartWidth, Height: chartHeight}
	if last-first >= maxBars {
		step = 12
		c.Title, c.Unit = "Invoiced by year, in "+currency.String(), "Year"
	}
	bars := map[int]*bar{}
	for i := range invoices {
		n := months(invoices[i].Date) / step
		b := bars[n]
		if b == nil {
			b = &bar{amount: money.New(0, currency)}
			bars[n] = b
		}
		b.Count++
		if invoices[i].Status == invoice.Canceled {
			continue
		}
		if b.amount, err = b.amount.Add(invoices[i].FinalAmount); err != nil {
			return c, fmt.Errorf("total of a month: %w", err)
		}
	}
	from := max(first/step, last/step-maxBars+1)
	if from > first/step {
		c.Title += fmt.Sprintf(" (the latest %d)", maxBars)
	}
	for n := from; n <= last/step; n++ {
		b := bars[n]
		if b == nil {
			b = &bar{amount: money.New(0, currency)}
		}
		if b.Name, b.Short = fmt.Sprintf("%04d", n), fmt.Sprintf("%04d", n); step == 1 {
			b.Name = fmt.Sprintf("%04d-%02d", n/12, n%12+1)
			b.Short = fmt.Sprintf("%s %02d", monthNames[n%12], n/12%100)
		}
		c.Bars = append(c.Bars, *b)
	}
	return c, c.lay()
}

// months is the number of a date's month.
func months(d cycle.Date) int {
	year, month, _ := d.Civil()
	return year*12 + month - 1
}

// lay gives each bar its place. The sum of the greatest and the least amount spans the height.
func (c *monthChart) lay() error {
	above, below := int64(0), int64(0)
	for i := range c.Bars {
		above, below = max(above, c.Bars[i].amount.Minor()), min(below, c.Bars[i].amount.Minor())
	}
	height := int64(c.Height - 2*chartRoom)
	high := height
	if below < 0 { // both halves get their share; halves of the amounts do not overflow
		high, _ = money.MulDiv(height, above/2, above/2-below/2+1, money.Down)
	}
	c.Zero = chartRoom + int(high)
	slot := c.Width / len(c.Bars)
	every := (len(c.Bars) + maxValues - 1) / maxValues
	for i := range c.Bars {
		b := &c.Bars[i]
		b.Value = figure(b.amount)
		b.X, b.Width, b.Class = i*slot+slot/8, max(1, slot*3/4), "bar"
		b.Middle, b.Y = b.X+b.Width/2, c.Zero
		minor := b.amount.Minor()
		switch {
		case minor > 0:
			h, _ := money.MulDiv(high, minor, above, money.HalfUp)
			b.Height = max(1, int(h))
			b.Y = c.Zero - b.Height
		case minor < 0:
			h, _ := money.MulDiv(height-high, -max(minor, -math.MaxInt64), -max(below, -math.MaxInt64), money.HalfUp)
			b.Height, b.Class = max(1, int(h)), "below"
		}
		b.ValueY, b.NameY = b.Y-6, c.Height-8
		if minor < 0 {
			b.ValueY = b.Y + b.Height + 14
		}
		told := len(c.Bars) <= maxValues || minor == above || i == len(c.Bars)-1 // of many, the greatest and the latest
		b.Shown, b.Named = told && len(b.Value) <= 10 && minor != 0, i%every == 0
	}
	return nil
}
