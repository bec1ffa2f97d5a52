package table

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// expression is a formula over columns: {Quantity} * {UnitPrice}. Its values are exact fractions.
type expression struct {
	text    string
	columns []string // that it names, each once
	root    *term
}

// term is a number, a column, or two terms with an operator between them.
type term struct {
	op          byte // + - * /, 'n' for a number, 'c' for a column, 'm' for minus the left one
	value       *big.Rat
	column      int // of the expression's columns
	left, right *term
}

// maxTerms bounds an expression, and so the time and the nesting of its evaluation.
const maxTerms = 100

type expressionParser struct {
	text  string
	at    int
	terms int
	e     *expression
}

// parseExpression reads + - * / (or − × ÷ :), parentheses, numbers with a decimal point, and columns in braces.
func parseExpression(text string) (*expression, error) {
	p := &expressionParser{text: text, e: &expression{text: text}}
	root, err := p.sum(0)
	if err == nil && p.at < len(p.text) {
		err = p.errorf("expected an operator, + - * or /")
	}
	if err != nil {
		return nil, err
	}
	p.e.root = root
	return p.e, nil
}

func (p *expressionParser) errorf(expected string) error {
	found := "the end"
	if rest := p.text[p.at:]; rest != "" {
		found = fmt.Sprintf("%q", names.ClipTo(rest, 30))
	}
	return fmt.Errorf("%q: at %s %s", names.Clip(p.text), found, expected)
}

// operators are the spellings of each.
var operators = map[string]byte{"+": '+', "-": '-', "\u2212": '-', "*": '*', "\u00d7": '*', "/": '/', "\u00f7": '/'}

// operator reads one of the operators, if it is next.
func (p *expressionParser) operator(of string) byte {
	p.blank()
	for spelling, op := range operators {
		if strings.IndexByte(of, op) >= 0 && strings.HasPrefix(p.text[p.at:], spelling) {
			p.at += len(spelling)
			return op
		}
	}
	return 0
}

func (p *expressionParser) blank() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *expressionParser) add(t term) (*term, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, fmt.Errorf("%q: more than %d parts, expected at most that many", names.Clip(p.text), maxTerms)
	}
	return &t, nil
}

func (p *expressionParser) sum(depth int) (*term, error) {
	return p.chain(depth, "+-", p.product)
}

func (p *expressionParser) product(depth int) (*term, error) {
	return p.chain(depth, "*/", p.factor)
}

// chain reads parts with operators of one rank between them, from left to right.
func (p *expressionParser) chain(depth int, of string, part func(int) (*term, error)) (*term, error) {
	left, err := part(depth)
	for err == nil {
		op := p.operator(of)
		if op == 0 {
			return left, nil
		}
		var right *term
		if right, err = part(depth); err == nil {
			left, err = p.add(term{op: op, left: left, right: right})
		}
	}
	return nil, err
}

func (p *expressionParser) factor(depth int) (*term, error) {
	if depth++; depth > maxTerms {
		return nil, p.errorf(fmt.Sprintf("nested too deep, expected at most %d levels", maxTerms))
	}
	if p.operator("-") != 0 {
		t, err := p.factor(depth)
		if err != nil {
			return nil, err
		}
		return p.add(term{op: 'm', left: t})
	}
	switch rest := p.text[p.at:]; {
	case strings.HasPrefix(rest, "("):
		p.at++
		t, err := p.sum(depth)
		if err != nil {
			return nil, err
		}
		if p.blank(); !strings.HasPrefix(p.text[p.at:], ")") {
			return nil, p.errorf("expected )")
		}
		p.at++
		return t, nil
	case strings.HasPrefix(rest, "{"):
		name, _, closed := strings.Cut(rest[1:], "}")
		if !closed || normal(name) == "" {
			return nil, p.errorf("expected a column in braces, such as {Quantity}")
		}
		p.at += len(name) + 2
		return p.add(term{op: 'c', column: p.column(name)})
	default:
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		if !isPlain(rest[:n]) {
			return nil, p.errorf("expected a column in braces, a number such as 1.5, or (")
		}
		value, _ := new(big.Rat).SetString(rest[:n])
		p.at += n
		return p.add(term{op: 'n', value: value})
	}
}

func (p *expressionParser) column(name string) int {
	for i, have := range p.e.columns {
		if normal(have) == normal(name) {
			return i
		}
	}
	p.e.columns = append(p.e.columns, name)
	return len(p.e.columns) - 1
}

var errDivision = fmt.Errorf("a division by 0, expected another number")

// value is what the expression comes to with the values of its columns.
func (e *expression) value(columns []*big.Rat) (*big.Rat, error) {
	return e.root.eval(columns)
}

func (t *term) eval(columns []*big.Rat) (*big.Rat, error) {
	switch t.op {
	case 'n':
		return t.value, nil
	case 'c':
		return columns[t.column], nil
	}
	left, err := t.left.eval(columns)
	if err != nil {
		return nil, err
	}
	if t.op == 'm' {
		return new(big.Rat).Neg(left), nil
	}
	right, err := t.right.eval(columns)
	if err != nil {
		return nil, err
	}
	to := new(big.Rat)
	switch t.op {
	case '+':
		return to.Add(left, right), nil
	case '-':
		return to.Sub(left, right), nil
	case '*':
		return to.Mul(left, right), nil
	}
	if right.Sign() == 0 {
		return nil, errDivision
	}
	return to.Quo(left, right), nil
}

// maxDigits is how many digits a value may have after its point.
const maxDigits = 30

// decimalText is a fraction as a plain decimal, which it has to be exactly.
func decimalText(r *big.Rat) (string, error) {
	digits, exact := r.FloatPrec()
	if !exact || digits > maxDigits {
		return "", fmt.Errorf("%s has no end as a decimal, expected the mapping to round it, as by \"round\": 2", names.ClipTo(r.FloatString(6), 40)+"\u2026")
	}
	text := r.FloatString(digits)
	if len(text) > MaxNumber {
		return "", fmt.Errorf("a number of %d characters, expected at most %d", len(text), MaxNumber)
	}
	return text, nil
}

// round is a fraction rounded to so many digits after the point.
func round(r *big.Rat, digits int, mode money.Rounding) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
	whole, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	half := new(big.Int).Abs(rest)
	up := false
	switch c := half.Lsh(half, 1).Cmp(scaled.Denom()); mode {
	case money.HalfUp:
		up = c >= 0
	case money.HalfEven:
		up = c > 0 || c == 0 && whole.Bit(0) == 1
	case money.Up:
		up = rest.Sign() != 0
	}
	if up {
		whole.Add(whole, big.NewInt(int64(r.Sign())))
	}
	return new(big.Rat).SetFrac(whole, scale)
}
