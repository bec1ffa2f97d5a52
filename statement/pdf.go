package statement

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// PDF is how invoices are put on paper. The zero value is A4.
type PDF struct {
	Letter bool // US Letter, not A4
}

// The places of a page, in millimetres. What stands at the right ends at the right margin.
const (
	margin     = 20.0
	footHeight = 16.0
	lineHeight = 5.0
	daysWidth  = 46.0
	sumWidth   = 30.0
)

// Write writes invoices as customers get them, one PDF, each from a new page on. Its text can be searched and copied; the font is
// Go's, or the profile's, of which only what is used is in the file. The same invoices make the same bytes. It returns the characters
// that the font does not have, each once, in order: a box stands in their place.
func (o PDF) Write(w io.Writer, documents ...Document) (missing []rune, err error) {
	size := "A4"
	if o.Letter {
		size = "Letter"
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", size, ""), lacks: map[rune]bool{}}
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, footHeight)
	p.SetCellMargin(0)
	p.SetCatalogSort(true)
	p.SetProducer("prorata", true)
	for i := range documents {
		if err := p.document(&documents[i], i == 0); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("PDF: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return p.missing, err
}

// paper is a PDF that is being written.
type paper struct {
	*fpdf.Fpdf
	fonts   map[string]*sfnt.Font // by family
	buffer  sfnt.Buffer
	lacks   map[rune]bool
	missing []rune

	view        *documentView
	family      string
	first       int // the page before the document's first
	left, width float64
	bottom      float64
	logos       int
}

// use makes the font of a document the current one.
func (p *paper) use(profile *Profile) error {
	regular, bold := goregular.TTF, gobold.TTF
	p.family = "go"
	if profile != nil && len(profile.Font) > 0 {
		regular, bold = profile.Font, profile.Font
		p.family = "profile"
	}
	if p.fonts == nil {
		p.fonts = map[string]*sfnt.Font{}
	}
	if p.fonts[p.family] == nil {
		font, err := sfnt.Parse(regular)
		if err != nil {
			return fmt.Errorf("the font: %w, expected TrueType", err)
		}
		p.fonts[p.family] = font
		p.AddUTF8FontFromBytes(p.family, "", regular)
		p.AddUTF8FontFromBytes(p.family, "B", bold)
	}
	return p.Error()
}

// CheckFont says whether the content of a file is a font that a PDF can be written in.
func CheckFont(data []byte) error {
	if _, err := sfnt.Parse(data); err != nil {
		return fmt.Errorf("%w, expected TrueType", err)
	}
	p := fpdf.New("P", "mm", "A4", "")
	p.AddUTF8FontFromBytes("font", "", data)
	return p.Error()
}

// text is a text in the characters that the font has.
func (p *paper) text(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '\u00a0' {
			r = ' '
		}
		n, err := p.fonts[p.family].GlyphIndex(&p.buffer, r)
		if err != nil || n == 0 || r > 0xffff {
			if !p.lacks[r] {
				p.lacks[r] = true
				p.missing = append(p.missing, r)
			}
			r = '\u25a1'
		}
		out = append(out, r)
	}
	return string(out)
}

func (p *paper) document(d *Document, first bool) error {
	view, err := d.view()
	if err != nil {
		return err
	}
	if err := p.use(d.Profile); err != nil {
		return err
	}
	p.view = view
	if first {
		p.SetTitle(p.text(view.Heading), true)
		p.SetAuthor(p.text(view.Issuer.Name), true)
		p.SetLang(view.Language)
		made := d.Invoice.Date.Start(time.UTC)
		p.SetCreationDate(made)
		p.SetModificationDate(made)
	}
	width, height := p.GetPageSize()
	p.left, p.width, p.bottom = margin, width-2*margin, height-footHeight-3
	p.first = p.PageNo()
	p.AddPage()
	if err := p.head(d); err != nil {
		return err
	}
	p.lines()
	p.sums()
	p.timeline()
	p.foot()
	p.numberPages()
	return p.Error()
}

func (p *paper) font(style string, size float64) { p.SetFont(p.family, style, size) }
func (p *paper) black()                          { p.SetTextColor(20, 26, 36) }
func (p *paper) soft()                           { p.SetTextColor(86, 97, 116) }

// block prints lines below each other at x, in a width, and leaves the position below them.
func (p *paper) block(x, width float64, align string, lines ...string) {
	for _, line := range lines {
		if line != "" {
			p.SetX(x)
			p.MultiCell(width, lineHeight, p.text(line), "", align, false)
		}
	}
}

// head prints the issuer, the customer and the facts.
func (p *paper) head(d *Document) error {
	v, half := p.view, p.width/2
	top := p.GetY()
	if d.Profile != nil && len(d.Profile.Logo) > 0 {
		if err := p.logo(d.Profile.Logo); err != nil {
			return err
		}
	}
	p.black()
	p.font("B", 11)
	p.block(p.left, half, "L", v.Issuer.Name)
	p.font("", 9)
	p.block(p.left, half, "L", v.Issuer.Address...)
	p.block(p.left, half, "L", v.Issuer.Email, labelled(v.words.taxID, v.Issuer.TaxID))
	below := p.GetY()
	p.SetXY(p.left+half, top)
	p.font("B", 20)
	p.CellFormat(half, 9, p.text(v.Title), "", 2, "R", false, 0, "")
	p.font("B", 10)
	p.block(p.left+half, half, "R", v.Status)
	p.font("", 9)
	p.soft()
	top = max(below, p.GetY()) + 12
	p.SetY(top)
	p.block(p.left, half, "L", v.BillTo)
	p.black()
	p.font("B", 10)
	p.block(p.left, half-5, "L", v.Customer.Name)
	p.font("", 10)
	p.block(p.left, half-5, "L", v.Customer.Address...)
	p.block(p.left, half-5, "L", v.Customer.Email, labelled(v.words.taxID, v.Customer.TaxID))
	below = p.GetY()
	p.SetY(top)
	for _, f := range v.Facts {
		y := p.GetY()
		p.soft()
		p.font("", 9)
		p.SetX(p.left + half)
		p.CellFormat(30, lineHeight, p.text(f.Name), "", 0, "L", false, 0, "")
		p.black()
		p.SetXY(p.left+half+30, y)
		p.MultiCell(half-30, lineHeight, p.text(f.Value), "", "L", false)
	}
	p.SetY(max(below, p.GetY()) + 10)
	return p.Error()
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + " " + value
}

// logo puts the logo at the top, at most 18 millimetres high.
func (p *paper) logo(data []byte) error {
	image, err := imageOf(data)
	if err != nil {
		return err
	}
	p.logos++
	name := fmt.Sprint("logo", p.logos)
	info := p.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: image.kind}, bytes.NewReader(data))
	if err := p.Error(); err != nil {
		return fmt.Errorf("the logo: %w", err)
	}
	height := min(18.0, info.Height())
	width := info.Width() * height / info.Height()
	if most := p.width/2 - 5; width > most {
		height, width = height*most/width, most
	}
	y := p.GetY()
	p.ImageOptions(name, p.left, y, width, height, false, fpdf.ImageOptions{ImageType: image.kind}, 0, "")
	p.SetY(y + height + 4)
	return nil
}

// room starts a new page where there is no room for so much, with the head of the table if one is being printed.
func (p *paper) room(height float64, table bool) {
	if p.GetY()+height <= p.bottom {
		return
	}
	p.AddPage()
	if table {
		p.tableHead()
	}
}

func (p *paper) tableHead() {
	v, what := p.view, p.width-daysWidth-sumWidth
	p.soft()
	p.font("B", 8.5)
	y := p.GetY()
	p.SetXY(p.left, y)
	p.CellFormat(what, 6, p.text(v.Columns.Description), "", 0, "L", false, 0, "")
	p.CellFormat(daysWidth, 6, p.text(v.Columns.Days), "", 0, "L", false, 0, "")
	p.CellFormat(sumWidth, 6, p.text(v.Columns.Amount+" "+v.Currency), "", 2, "R", false, 0, "")
	p.rule()
	p.black()
}

func (p *paper) rule() {
	p.SetDrawColor(190, 197, 208)
	p.SetLineWidth(.2)
	y := p.GetY() + .8
	p.Line(p.left, y, p.left+p.width, y)
	p.SetY(y + 1.2)
}

// lines prints the table of lines.
func (p *paper) lines() {
	p.tableHead()
	what := p.width - daysWidth - sumWidth
	for _, line := range p.view.Lines {
		p.font("", 10)
		first := p.SplitText(p.text(line.What), what-3)
		p.font("", 8.5)
		var how []string
		if line.How != "" {
			how = p.SplitText(p.text(line.How), what-3)
		}
		p.room(float64(len(first))*lineHeight+float64(len(how))*4+3, true)
		y := p.GetY()
		p.font("", 8.5)
		p.SetXY(p.left+what, y)
		p.CellFormat(daysWidth, lineHeight, p.text(line.Days), "", 0, "L", false, 0, "")
		p.font("", 10)
		p.CellFormat(sumWidth, lineHeight, p.text(line.Amount), "", 0, "R", false, 0, "")
		p.SetXY(p.left, y)
		for _, text := range first {
			p.room(lineHeight, true)
			p.SetX(p.left)
			p.CellFormat(what, lineHeight, text, "", 2, "L", false, 0, "")
		}
		p.font("", 8.5)
		p.soft()
		for _, text := range how {
			p.room(4, true)
			p.SetX(p.left)
			p.CellFormat(what, 4, text, "", 2, "L", false, 0, "")
		}
		p.black()
		p.rule()
	}
}

// sums prints the total, and what is to be paid where that is another figure.
func (p *paper) sums() {
	p.room(float64(len(p.view.Sums))*7+10, false)
	for i, sum := range p.view.Sums {
		size := 10.0
		if i == len(p.view.Sums)-1 {
			size = 12
		}
		p.font("B", size)
		p.SetX(p.left)
		p.CellFormat(p.width/2, 7, p.text(sum.Name), "", 0, "L", false, 0, "")
		p.CellFormat(p.width/2, 7, p.text(sum.Value), "", 1, "R", false, 0, "")
	}
	p.font("", 9)
	if p.view.TaxLine != "" {
		p.Ln(1)
		p.block(p.left, p.width, "L", p.view.TaxLine)
	}
	p.Ln(5)
}

// The colours of the parts of a timeline, on which white text can be read.
var partColours = map[string][3]int{"part-1": {47, 111, 203}, "part-2": {15, 125, 125}, "part-3": {124, 79, 196}, "part-4": {168, 87, 11}}

// timeline draws the days of the invoice.
func (p *paper) timeline() {
	t := p.view.Timeline
	if t == nil {
		return
	}
	scale := p.width / float64(t.Width)
	p.room(float64(t.Height)*scale+8, false)
	y := p.GetY()
	p.font("", 8)
	p.soft()
	for _, tick := range t.Ticks {
		align := "L"
		if tick.Anchor == "end" {
			align = "R"
		}
		p.SetXY(p.left, y)
		p.CellFormat(p.width, 4, p.text(tick.Text), "", 0, align, false, 0, "")
	}
	for _, part := range t.Parts {
		c := partColours[part.Class]
		p.SetFillColor(c[0], c[1], c[2])
		top := y + float64(part.Y)*scale
		p.Rect(p.left+float64(part.X)*scale, top, float64(part.Width)*scale, partHeight*scale, "F")
		if part.Label == "" {
			continue
		}
		p.black()
		if part.Inside {
			p.SetTextColor(255, 255, 255)
		}
		label := p.text(part.Label + "  " + part.Amount)
		x := p.left + float64(part.LabelX)*scale
		if part.Anchor == "end" {
			x -= p.GetStringWidth(label)
		}
		p.SetXY(x, top)
		p.CellFormat(p.GetStringWidth(label)+2, partHeight*scale, label, "", 0, "L", false, 0, "")
	}
	p.SetY(y + float64(t.Height)*scale)
	p.soft()
	p.block(p.left, p.width, "L", t.Title)
	p.Ln(4)
}

// foot prints terms and payment.
func (p *paper) foot() {
	p.black()
	for _, text := range []struct {
		head  string
		lines []string
	}{{"", []string{p.view.Terms}}, {p.view.Paying, p.view.Payment}} {
		if len(text.lines) == 0 || text.lines[0] == "" {
			continue
		}
		p.room(float64(len(text.lines)+1)*lineHeight+2, false)
		p.font("B", 9)
		p.block(p.left, p.width, "L", text.head)
		p.font("", 9)
		p.block(p.left, p.width, "L", text.lines...)
		p.Ln(3)
	}
}

// numberPages prints the number of each page of a document that has more than one, once it is known how many there are.
func (p *paper) numberPages() {
	last := p.PageNo()
	if last == p.first+1 {
		return
	}
	_, height := p.GetPageSize()
	for n := p.first + 1; n <= last; n++ {
		p.SetPage(n)
		p.font("", 8)
		p.soft()
		p.SetXY(p.left, height-footHeight)
		p.CellFormat(p.width, lineHeight, p.text(p.view.Heading), "", 0, "L", false, 0, "")
		p.SetX(p.left)
		p.CellFormat(p.width, lineHeight, p.text(fmt.Sprintf(p.view.words.page, n-p.first, last-p.first)), "", 0, "R", false, 0, "")
	}
	p.SetPage(last)
}
