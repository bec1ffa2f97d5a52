package invoice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// packageKey is what a list of packages may say of one.
type packageKey struct {
	name    string
	leftOut bool // an empty value says as little as none
	set     func(p *Package, m strictjson.Member, currency money.Currency) error
	append  func(b []byte, p *Package) []byte // the value; nothing where the key is left out
}

// packageKeys are all keys, in the order in which they are written. Reading and writing go by it, and a test holds it to
// the fields of [Package].
var packageKeys = []packageKey{
	{name: "name", set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		if p.Name, err = m.String(); err == nil && p.Name == "" {
			err = fmt.Errorf("name is empty, expected the package's name")
		}
		return err
	}, append: func(b []byte, p *Package) []byte { return strictjson.AppendString(b, p.Name) }},
	{name: "price", set: func(p *Package, m strictjson.Member, currency money.Currency) (err error) {
		p.Price, err = price(m, currency)
		return err
	}, append: func(b []byte, p *Package) []byte { return appendPrice(b, &p.Price) }},
	{name: "credits", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.Credits, err = m.Count()
		return err
	}, append: func(b []byte, p *Package) []byte { return strconv.AppendInt(b, p.Credits, 10) }},
	{name: "overage", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.Overage, err = overage(m)
		return err
	}, append: func(b []byte, p *Package) []byte { return appendOverage(b, &p.Overage) }},
	{name: "distributor_price", leftOut: true, set: func(p *Package, m strictjson.Member, currency money.Currency) error {
		a, err := price(m, currency)
		p.DistributorPrice = &a
		return err
	}, append: func(b []byte, p *Package) []byte { return appendPrice(b, p.DistributorPrice) }},
	{name: "distributor_overage", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) error {
		r, err := overage(m)
		p.DistributorOverage = &r
		return err
	}, append: func(b []byte, p *Package) []byte { return appendOverage(b, p.DistributorOverage) }},
	{name: "description", set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.Description, err = m.String()
		return err
	}, append: func(b []byte, p *Package) []byte {
		if p.Description == "" {
			return b
		}
		return strictjson.AppendString(b, p.Description)
	}},
	{name: "has_ip", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.HasIP, err = m.Bool()
		return err
	}, append: func(b []byte, p *Package) []byte { return appendTrue(b, p.HasIP) }},
	{name: "has_reseller", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.HasReseller, err = m.Bool()
		return err
	}, append: func(b []byte, p *Package) []byte { return appendTrue(b, p.HasReseller) }},
	{name: "effective_from", leftOut: true, set: func(p *Package, m strictjson.Member, _ money.Currency) (err error) {
		p.EffectiveFrom, err = date(m)
		return err
	}, append: func(b []byte, p *Package) []byte {
		if p.EffectiveFrom.IsZero() {
			return b
		}
		return append(p.EffectiveFrom.Append(append(b, '"')), '"')
	}},
	{name: "currency", leftOut: true, set: func(_ *Package, m strictjson.Member, currency money.Currency) error {
		return sameCurrency(m, currency)
	}, append: func(b []byte, p *Package) []byte {
		return strictjson.AppendString(b, p.Price.Currency().String())
	}},
}

func appendPrice(b []byte, a *money.Amount) []byte {
	if a == nil {
		return b
	}
	return append(a.AppendNumber(append(b, '"')), '"')
}

func appendOverage(b []byte, r *money.Rate) []byte {
	if r == nil {
		return b
	}
	return append(r.AppendNumber(append(b, '"')), '"')
}

func appendTrue(b []byte, is bool) []byte {
	if !is {
		return b
	}
	return append(b, "true"...)
}

// PackageKeyMayBeEmpty reports that an empty value of the key says as little of a package as none, such as of the credits.
func PackageKeyMayBeEmpty(key string) bool {
	i := slices.IndexFunc(packageKeys, func(k packageKey) bool { return k.name == key })
	return i >= 0 && packageKeys[i].leftOut
}

// PackageKeys are the keys of a package, in the order in which they are written.
func PackageKeys() []string {
	keys := make([]string, len(packageKeys))
	for i := range packageKeys {
		keys[i] = packageKeys[i].name
	}
	return keys
}

// AppendJSON appends the package as an object on one line that [ParsePackages] reads back.
func (p *Package) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for i := range packageKeys {
		k, before := &packageKeys[i], len(b)
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), k.name...), `":`...)
		value := len(b)
		if b = k.append(b, p); len(b) == value {
			b = b[:before]
		}
	}
	return append(b, '}')
}

// ParsePackages reads the Distributor's package list, a JSON list of objects with name,
// price, credits, overage, distributor_price, description, has_ip and has_reseller, to which
// prorata adds distributor_overage, effective_from and currency. Name and price are required;
// without credits nothing is included, which is an error when an overage would then be charged.
//
// Numbers are read exactly as written, bare or quoted, prices also with an exponent: 5e-05 is 0.00005.
// Errors are *[source.ParseError], several of them joined when several packages are wrong: the first
// 20, and how many more there are.
func ParsePackages(file string, data []byte, currency money.Currency) ([]Package, error) {
	objects, err := strictjson.Objects(file, data)
	if err != nil {
		return nil, err
	}
	var packages []Package
	var wrong problems.List
	for _, o := range objects {
		p, err := parsePackage(o, currency)
		wrong.Add(err)
		packages = append(packages, p)
	}
	if err := wrong.Err(file); err != nil {
		return nil, err
	}
	return packages, nil
}

func parsePackage(o strictjson.Element, currency money.Currency) (Package, error) {
	p := Package{At: o.At}
	seen := map[string]strictjson.Member{}
	for _, m := range o.Members {
		seen[m.Name] = m
		if err := p.set(m, currency); err != nil {
			return Package{}, source.At(m.ValueAt, err)
		}
	}
	for _, required := range []string{"name", "price"} {
		if _, ok := seen[required]; !ok {
			return Package{}, source.Errorf(o.At, "a package%s has no %s, expected name and price", named(p.Name), required)
		}
	}
	if _, ok := seen["credits"]; !ok {
		for _, over := range []struct {
			key  string
			rate *money.Rate
		}{{"an overage", &p.Overage}, {"a distributor_overage", p.DistributorOverage}} {
			if over.rate != nil && !over.rate.IsZero() {
				return Package{}, source.Errorf(o.At, "package %q has %s but no credits, expected the credits it includes", names.Clip(p.Name), over.key)
			}
		}
	}
	return p, source.At(o.At, p.check())
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" %q", names.Clip(name))
}

// set reads one member into the package.
func (p *Package) set(m strictjson.Member, currency money.Currency) error {
	var all []string
	for i := range packageKeys {
		if k := &packageKeys[i]; k.name == m.Name {
			return k.set(p, m, currency)
		}
		all = append(all, packageKeys[i].name)
	}
	return source.At(m.NameAt, names.Unknown("key", m.Name, all))
}

func price(m strictjson.Member, currency money.Currency) (money.Amount, error) {
	text, err := m.Number()
	if err != nil {
		return money.Amount{}, err
	}
	if strings.HasPrefix(text, "-") {
		return money.Amount{}, fmt.Errorf("%s: %s is negative, expected 0 or more", m.Name, strictjson.Describe(m.Value))
	}
	a, err := money.ParseIn(digits.Plain(text), currency)
	if err != nil {
		return money.Amount{}, fmt.Errorf("%s: %w", m.Name, err)
	}
	return a, nil
}

func overage(m strictjson.Member) (money.Rate, error) {
	text, err := m.Number()
	if err != nil {
		return money.Rate{}, err
	}
	if strings.HasPrefix(text, "-") {
		return money.Rate{}, fmt.Errorf("%s: %s is negative, expected 0 or more", m.Name, strictjson.Describe(m.Value))
	}
	r, err := money.ParseRate(digits.Plain(text))
	if err != nil {
		return money.Rate{}, fmt.Errorf("%s: %w", m.Name, err)
	}
	return r, nil
}

func date(m strictjson.Member) (cycle.Date, error) {
	text, err := m.String()
	if err != nil {
		return cycle.Date{}, err
	}
	d, err := cycle.ParseDate(text)
	if err != nil {
		return cycle.Date{}, fmt.Errorf("%s: %w", m.Name, err)
	}
	return d, nil
}

func sameCurrency(m strictjson.Member, currency money.Currency) error {
	text, err := m.String()
	if err != nil {
		return err
	}
	c, err := money.ParseCurrency(text)
	if err != nil {
		return err
	}
	if c != currency {
		return fmt.Errorf("currency: %w: %s, expected %s, which the policy bills in", money.ErrCurrency, c, currency)
	}
	return nil
}
