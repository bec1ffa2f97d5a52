package statement

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// Profile is what an invoice says besides figures: who sends it and to whom, and how it is worded. The zero value sends
// nobody's invoice to the account, in English.
type Profile struct {
	Issuer    Party
	Customers map[string]Party // by account
	TaxLine   string           // below the total, such as "Reverse charge"
	Terms     string           // of payment, in words
	DueDays   int              // days from the date of the invoice until it is due; 0 is not said
	Payment   []string         // lines: bank, IBAN
	Locale    Locale           // of customers that have none of their own

	LogoFile string // as the profile names it; beside the profile
	FontFile string // a TrueType font for PDF, the same; what Go's own font does not have is in it
	Logo     []byte // the file's content: PNG or JPEG
	Font     []byte
}

// Party is the issuer or a customer.
type Party struct {
	Name      string
	Address   []string // lines
	Email     string
	TaxID     string
	Reference string // of a customer, such as an order's number
	TaxLine   string // of a customer; empty is the profile's, as of the next two
	Terms     string
	Locale    *Locale
}

// Customer is who an account's invoices go to: the account itself where the profile does not say.
func (p *Profile) Customer(account string) Party {
	if c, is := p.Customers[account]; is {
		if c.Name == "" {
			c.Name = account
		}
		return c
	}
	return Party{Name: account}
}

// localeOf is how a customer is written to.
func (p *Profile) localeOf(c *Party) *Locale {
	if c.Locale != nil {
		return c.Locale
	}
	return &p.Locale
}

// The keys of a profile, in the order in which an error lists them.
var (
	profileKeys  = []string{"issuer", "customers", "tax_line", "terms", "due_days", "payment", "locale", "logo", "font"}
	issuerKeys   = []string{"name", "address", "email", "tax_id"}
	customerKeys = []string{"name", "address", "email", "tax_id", "reference", "tax_line", "terms", "locale"}
	localeKeys   = []string{"language", "date", "decimal", "group"}
)

const maxDueDays = 3660

// ParseProfile reads a profile: one JSON object, in which any key may be left out. What is wrong is told with its place, the first
// problems of all.
func ParseProfile(file string, data []byte) (Profile, error) {
	members, err := strictjson.Object(file, data)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{}
	r := profileReader{}
	for _, m := range members {
		switch m.Name {
		case "issuer":
			p.Issuer = r.party(m, issuerKeys)
		case "customers":
			p.Customers = r.customers(m)
		case "tax_line":
			p.TaxLine = r.text(m)
		case "terms":
			p.Terms = r.text(m)
		case "due_days":
			n, err := m.Count()
			if r.wrong.Add(err); err == nil && (n < 0 || n > maxDueDays) {
				r.fail(m, "due_days: %d, expected 0 to %d", n, maxDueDays)
			}
			p.DueDays = int(n)
		case "payment":
			p.Payment = r.lines(m)
		case "locale":
			p.Locale = r.locale(m)
		case "logo":
			p.LogoFile = r.text(m)
		case "font":
			p.FontFile = r.text(m)
		default:
			r.unknown(m, profileKeys)
		}
	}
	if err := r.wrong.Err(file); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// profileReader reads values, and gathers what is wrong with them.
type profileReader struct{ wrong problems.List }

func (r *profileReader) fail(m strictjson.Member, format string, args ...any) {
	r.wrong.Add(source.Errorf(m.ValueAt, format, args...))
}

func (r *profileReader) unknown(m strictjson.Member, keys []string) {
	r.wrong.Add(source.At(m.NameAt, names.Unknown("key", m.Name, keys)))
}

func (r *profileReader) text(m strictjson.Member) string {
	text, err := m.String()
	r.wrong.Add(err)
	return text
}

// lines are a text, or a list of texts.
func (r *profileReader) lines(m strictjson.Member) (lines []string) {
	if m.Value.Kind() == '"' {
		return strings.Split(r.text(m), "\n")
	}
	list, err := m.List()
	r.wrong.Add(err)
	for _, item := range list {
		lines = append(lines, r.text(item))
	}
	return lines
}

func (r *profileReader) party(m strictjson.Member, keys []string) (p Party) {
	members, err := m.Object()
	r.wrong.Add(err)
	for _, m := range members {
		switch {
		case !slices.Contains(keys, m.Name):
			r.unknown(m, keys)
		case m.Name == "name":
			p.Name = r.text(m)
		case m.Name == "address":
			p.Address = r.lines(m)
		case m.Name == "email":
			p.Email = r.text(m)
		case m.Name == "tax_id":
			p.TaxID = r.text(m)
		case m.Name == "reference":
			p.Reference = r.text(m)
		case m.Name == "tax_line":
			p.TaxLine = r.text(m)
		case m.Name == "terms":
			p.Terms = r.text(m)
		case m.Name == "locale":
			locale := r.locale(m)
			p.Locale = &locale
		}
	}
	return p
}

func (r *profileReader) customers(m strictjson.Member) map[string]Party {
	members, err := m.Object()
	r.wrong.Add(err)
	customers := make(map[string]Party, len(members))
	for _, m := range members {
		customers[m.Name] = r.party(m, customerKeys)
	}
	return customers
}

func (r *profileReader) locale(m strictjson.Member) (l Locale) {
	members, err := m.Object()
	r.wrong.Add(err)
	for _, m := range members {
		text := r.text(m)
		switch m.Name {
		case "language":
			i, err := names.Index("language", text, languageNames)
			r.wrong.Add(source.At(m.ValueAt, err))
			l.Language = Language(i)
		case "date":
			i, err := names.Index("date format", text, dateFormatNames)
			r.wrong.Add(source.At(m.ValueAt, err))
			l.Date = DateFormat(i)
		case "decimal":
			if text != "." && text != "," {
				r.fail(m, `decimal: %q, expected "." or ","`, names.Clip(text))
			}
			l.Decimal = text
		case "group":
			if !validGroup(text) {
				r.fail(m, `group: %q, expected ",", ".", "'", a space or "none"`, names.Clip(text))
			}
			l.Group = text
		default:
			r.unknown(m, localeKeys)
		}
	}
	if l.decimal() == l.group() {
		r.fail(m, "%s: decimal and group are both %q, expected two marks", m.Name, l.decimal())
	}
	return l
}

// Image is the logo as a page or a PDF shows it.
type image struct {
	mime string // image/png or image/jpeg
	kind string // as a PDF names it
}

var errNoImage = errors.New("neither PNG nor JPEG, expected one of them")

// CheckLogo says whether the content of a file is a logo that documents can show.
func CheckLogo(data []byte) error {
	_, err := imageOf(data)
	return err
}

func imageOf(data []byte) (image, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return image{"image/png", "PNG"}, nil
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return image{"image/jpeg", "JPG"}, nil
	}
	return image{}, fmt.Errorf("the logo is %w", errNoImage)
}
