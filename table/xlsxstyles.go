package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/money"
)

// numberStyle is what the format of a workbook's cell makes of the number in it: what is shown beside the digits, and means something.
type numberStyle struct {
	date    bool
	clock   bool   // of a date: its time of day is shown too
	percent bool   // 0.19 is shown as 19%
	zeros   int    // shown with zeros in front, so many digits in all: 00123
	sign    string // of a currency: a code or a symbol; empty for none, and for the one of the reader's country
}

// readStyles reads the formats of numbers.
func (w *workbook) readStyles(name string) error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decodePart(name, &styles); err != nil {
		return err
	}
	own := map[int]numberStyle{}
	for _, f := range styles.Formats {
		own[f.ID] = styleOf(f.Code)
	}
	for _, c := range styles.Cells {
		style, ok := own[c.Format]
		if !ok { // one that every spreadsheet has
			f := c.Format
			style.date = f >= 14 && f <= 22 || f >= 27 && f <= 36 || f >= 45 && f <= 47 || f >= 50 && f <= 58
			style.clock = f >= 18 && f <= 22 || f >= 32 && f <= 33 || f >= 45 && f <= 47
			style.percent = f == 9 || f == 10
		}
		w.styles = append(w.styles, style)
	}
	return nil
}

// styleOf reads a format such as #,##0.00 [$€-407]: y, m, d, h or s outside of quotes and brackets make a date of a number.
func styleOf(code string) (style numberStyle) {
	if len(code) >= 2 && strings.Trim(code, "0") == "" {
		return numberStyle{zeros: min(len(code), MaxNumber)}
	}
	var shown strings.Builder // what is shown as it is
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"' || code[i] == '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[code[i]])
			if end < 0 {
				return style
			}
			within := code[i+1 : i+1+end]
			if sign, is := strings.CutPrefix(within, "$"); is && code[i] == '[' {
				sign, _, _ = strings.Cut(sign, "-")
				shown.WriteString(sign)
			} else if code[i] == '"' {
				shown.WriteString(within)
			}
			i += end + 1
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '%':
			style.percent = true
		case slices.Contains([]byte("ymdhs"), c):
			style.date = true
			style.clock = style.clock || c == 'h'
		default:
			shown.WriteByte(code[i])
		}
	}
	style.sign = signIn(shown.String())
	return style
}

// signs are the symbols that stand for certain currencies. The dollar's stands for all others that have one.
var signs = map[string][]string{
	"€": {"EUR"}, "£": {"GBP", "GIP", "FKP", "SHP", "EGP", "LBP", "SYP", "SDG", "SSP"}, "¥": {"JPY", "CNY"}, "₹": {"INR"}, "₩": {"KRW", "KPW"},
	"₽": {"RUB"}, "₺": {"TRY"}, "₪": {"ILS"}, "฿": {"THB"}, "₴": {"UAH"}, "₫": {"VND"}, "Fr.": {"CHF"},
}

// signIn is the first symbol or code of a currency in a text, with spaces or digits around it.
func signIn(text string) string {
	for sign := range signs {
		if strings.Contains(text, sign) {
			return sign
		}
	}
	if strings.Contains(text, "$") {
		return "$"
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		if _, err := money.ParseCurrency(word); err == nil {
			return word
		}
	}
	return ""
}

// check makes sure that the sign that is shown with a number is that of the currency.
func (s *numberStyle) check(text string, currency money.Currency) error {
	if s == nil || s.sign == "" || s.sign == currency.String() {
		return nil
	}
	if of, known := signs[s.sign]; known && slices.Contains(of, currency.String()) {
		return nil
	}
	if s.sign == "$" {
		other := false
		for _, of := range signs {
			other = other || slices.Contains(of, currency.String())
		}
		if !other {
			return nil
		}
	}
	return fmt.Errorf("%s is shown in %s, expected an amount in %s, the currency of the policy", text, s.sign, currency)
}

// shown is a number as its format shows it, where that has zeros in front: an article or a customer of number 00123.
func (s *numberStyle) shown(number string) string {
	if missing := s.zeros - len(number); missing > 0 && strings.Trim(number, "0123456789") == "" {
		return strings.Repeat("0", missing) + number
	}
	return number
}
