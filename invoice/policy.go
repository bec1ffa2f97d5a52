package invoice

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/source"
)

// Policy is the convention that an account is billed by. The zero value is the default:
// US dollars, UTC, in arrears, actual days, each invoice settled on the next boundary.
type Policy struct {
	Currency        money.Currency // the zero value is USD
	TimeZone        *time.Location // whose days count; nil is UTC
	Timing          Timing
	DayCount        proration.DayCount
	DailyRate       proration.DailyRate
	RoundPart       proration.RoundPart
	CloseDay        proration.CloseDay
	Rounding        money.Rounding
	BillChanges     BillChanges
	IncludedCredits IncludedCredits
	FreeUpgrade     FreeUpgrade
	SettleDays      int // days an invoice waits for late events, 0 to MaxSettleDays

	mistakes mistake.Set // none in any policy that is billed by
}

// MaxSettleDays is the longest an invoice can wait for late events.
const MaxSettleDays = 366

// Timing says whether recurring charges are billed after the days they are for, or before.
type Timing uint8

const (
	Arrears Timing = iota // the days before the invoice; the default
	Advance               // up to the end of the period that holds the invoice's date
)

var timings = []string{"arrears", "advance"}

func (t Timing) String() string { return names.Word(uint8(t), timings) }

// BillChanges says when a change of package or a close is settled.
type BillChanges uint8

const (
	NextBill    BillChanges = iota // on the next boundary; the default
	Immediately                    // by an invoice of its own, that day
)

var billChanges = []string{"next_bill", "immediately"}

func (b BillChanges) String() string { return names.Word(uint8(b), billChanges) }

// IncludedCredits says what allowance a package gives for part of a period.
type IncludedCredits uint8

const (
	FullCredits     IncludedCredits = iota // a package's whole allowance once a period, for all its phases; the default
	ProratedCredits                        // the allowance is shared out over the days, like the price
)

var includedCredits = []string{"full", "prorated"}

func (i IncludedCredits) String() string { return names.Word(uint8(i), includedCredits) }

// FreeUpgrade says what an immediate change from a free package to a paid one does.
type FreeUpgrade uint8

const (
	RestartCycle FreeUpgrade = iota // a new cycle starts that day, at the full price; the default
	KeepCycle                       // it is prorated like any other change
)

var freeUpgrades = []string{"restart_cycle", "keep_cycle"}

func (f FreeUpgrade) String() string { return names.Word(uint8(f), freeUpgrades) }

var roundings = []string{money.HalfUp.String(), money.HalfEven.String(), money.Down.String(), money.Up.String()}

// WithMistakes is the policy with mistakes that others make besides those it has, so that package reconcile can bill as they would
// have. No key sets them, and what type they are of, only this module can name.
func (p Policy) WithMistakes(m mistake.Set) Policy {
	p.mistakes = p.mistakes.And(m)
	return p
}

// Check finds settings that a program made and no policy file could have: a currency that is none, the machine's own time zone,
// values beyond those named here, and days to settle out of range. A zone made by time.FixedZone will do.
func (p Policy) Check() error {
	if err := p.check(); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

func (p *Policy) check() error {
	if p.Currency.Check() != nil {
		return fmt.Errorf("unknown currency %s, expected an active one of ISO 4217", p.Currency)
	}
	if name := zone(p.TimeZone).String(); name == "" || name == "Local" {
		return fmt.Errorf("time_zone %q depends on the machine, expected one by an IANA name such as UTC or America/Los_Angeles", name)
	}
	err := cmp.Or(
		p.Rule().Check(),
		p.CloseDay.Check(),
		names.Check("timing", uint8(p.Timing), timings),
		names.Check("bill_changes", uint8(p.BillChanges), billChanges),
		names.Check("included_credits", uint8(p.IncludedCredits), includedCredits),
		names.Check("free_upgrade", uint8(p.FreeUpgrade), freeUpgrades),
	)
	if err != nil {
		return err
	}
	if p.SettleDays < 0 || p.SettleDays > MaxSettleDays {
		return fmt.Errorf("settle_days %d, expected 0 to %d", p.SettleDays, MaxSettleDays)
	}
	return nil
}

// MoneyCurrency is the currency the policy bills in, USD unless it says otherwise.
func (p Policy) MoneyCurrency() money.Currency {
	if p.Currency == 0 {
		return money.USD
	}
	return p.Currency
}

// Rule is the part of the policy that shares a price out over the days of a period.
func (p Policy) Rule() proration.Rule {
	rule := proration.Rule{DayCount: p.DayCount, DailyRate: p.DailyRate, RoundPart: p.RoundPart, Rounding: p.Rounding}
	if p.mistakes != (mistake.Set{}) {
		rule = rule.WithMistakes(p.mistakes)
	}
	return rule
}

// Schedule is how the policy cuts the time of an account into monthly periods, from the day it was created on, or from its billing
// date where that is not the zero Date. The errors are those of [cycle.NewStubSchedule].
func (p *Policy) Schedule(created, billingDate cycle.Date) (s cycle.Schedule, err error) {
	if billingDate.IsZero() {
		s, err = cycle.NewSchedule(created, 1)
	} else {
		s, err = cycle.NewStubSchedule(created, billingDate, 1)
	}
	if err != nil {
		return s, err
	}
	return s.WithMistakes(p.mistakes), nil
}

// policyKey is a key of the policy, with the words that it may be where there are only a few.
type policyKey struct {
	name  string
	words []string
	set   func(p *Policy, value string) error
	get   func(p Policy) string
}

// policyKeys are the keys of a policy in the order they are printed: the one list that reading, --set, printing and completion
// share.
var policyKeys = []policyKey{
	{"currency", nil, func(p *Policy, v string) (err error) {
		p.Currency, err = money.ParseCurrency(v)
		return err
	}, func(p Policy) string { return p.MoneyCurrency().String() }},
	{"time_zone", nil, func(p *Policy, v string) (err error) {
		p.TimeZone, err = ParseTimeZone(v)
		return err
	}, func(p Policy) string { return zone(p.TimeZone).String() }},
	oneOf("timing", timings, func(p *Policy) *Timing { return &p.Timing }),
	parsed("day_count", proration.ParseDayCount, func(p *Policy) *proration.DayCount { return &p.DayCount }),
	{"daily_rate", nil, func(p *Policy, v string) (err error) {
		p.DailyRate, err = proration.ParseDailyRate(v)
		return err
	}, func(p Policy) string { return p.DailyRate.String() }},
	parsed("round_part", proration.ParseRoundPart, func(p *Policy) *proration.RoundPart { return &p.RoundPart }),
	parsed("close_day", proration.ParseCloseDay, func(p *Policy) *proration.CloseDay { return &p.CloseDay }),
	oneOf("rounding", roundings, func(p *Policy) *money.Rounding { return &p.Rounding }),
	oneOf("bill_changes", billChanges, func(p *Policy) *BillChanges { return &p.BillChanges }),
	oneOf("included_credits", includedCredits, func(p *Policy) *IncludedCredits { return &p.IncludedCredits }),
	oneOf("free_upgrade", freeUpgrades, func(p *Policy) *FreeUpgrade { return &p.FreeUpgrade }),
	{"settle_days", nil, func(p *Policy, v string) error { return p.setSettleDays(v) },
		func(p Policy) string { return strconv.Itoa(p.SettleDays) }},
}

// word is a type of setting whose values count from 0 and are spelled as words.
type word interface {
	~uint8
	fmt.Stringer
}

// oneOf is a key that is one of some words, in the order of the values they stand for.
func oneOf[T word](name string, words []string, setting func(*Policy) *T) policyKey {
	return parsed(name, func(s string) (T, error) {
		i, err := names.Index(name, s, words)
		return T(i), err
	}, setting)
}

// parsed is a key that is one of the words that a function reads.
func parsed[T word](name string, parse func(string) (T, error), setting func(*Policy) *T) policyKey {
	key := policyKey{
		name: name,
		set: func(p *Policy, v string) (err error) {
			*setting(p), err = parse(v)
			return err
		},
		get: func(p Policy) string { return (*setting(&p)).String() },
	}
	for value := T(0); ; value++ {
		if _, err := parse(value.String()); err != nil { // there are no more
			return key
		}
		key.words = append(key.words, value.String())
	}
}

func (p *Policy) setSettleDays(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > MaxSettleDays || strconv.Itoa(n) != v {
		return fmt.Errorf("settle_days %q, expected a whole number of days from 0 to %d", names.Clip(v), MaxSettleDays)
	}
	p.SettleDays = n
	return nil
}

func zone(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// Set sets one key to a value, both as they are spelled in a policy file. An unknown key or
// value is an error that lists the valid ones, and leaves the policy as it was.
func (p *Policy) Set(key, value string) error {
	for _, k := range policyKeys {
		if k.name == key {
			changed := *p
			if err := k.set(&changed, value); err != nil {
				return err
			}
			*p = changed
			return nil
		}
	}
	return names.Unknown("policy key", key, PolicyKeys())
}

// PolicyKeys lists the keys of a policy.
func PolicyKeys() []string {
	var list []string
	for _, k := range policyKeys {
		list = append(list, k.name)
	}
	return list
}

// PolicyWords lists the values of a key that is one of a few words, the default first; none for any other key.
func PolicyWords(key string) []string {
	for _, k := range policyKeys {
		if k.name == key {
			return slices.Clone(k.words)
		}
	}
	return nil
}

// Value is the value of one key, as a policy file spells it; empty for an unknown key.
func (p Policy) Value(key string) string {
	for _, k := range policyKeys {
		if k.name == key {
			return k.get(p)
		}
	}
	return ""
}

// Changes are the keys in which the policy differs from another, as KEY=VALUE of its own.
func (p Policy) Changes(from Policy) []string {
	var keys []string
	for _, k := range policyKeys {
		if v := k.get(p); v != k.get(from) {
			keys = append(keys, k.name+"="+v)
		}
	}
	return keys
}

// ParsePolicy reads a policy file: one JSON object, in which any key may be left out.
// Errors are *[source.ParseError] with the file's name and the place, several of them joined
// when several keys are wrong: the first 20, and how many more there are.
func ParsePolicy(file string, data []byte) (Policy, error) {
	var p Policy
	members, err := strictjson.Object(file, data)
	if err != nil {
		return Policy{}, err
	}
	var wrong problems.List
	for _, m := range members {
		wrong.Add(p.setMember(m))
	}
	if err := wrong.Err(file); err != nil {
		return Policy{}, err
	}
	return p, nil
}

func (p *Policy) setMember(m strictjson.Member) error {
	value, err := m.String()
	if m.Name == "settle_days" {
		if m.Value.Kind() != '0' {
			return source.Errorf(m.ValueAt, "settle_days: %s, expected a whole number of days from 0 to %d", strictjson.Describe(m.Value), MaxSettleDays)
		}
		value, err = string(m.Value), nil
	}
	if known := p.Value(m.Name) != ""; !known {
		return source.At(m.NameAt, p.Set(m.Name, ""))
	}
	if err != nil {
		return err
	}
	return source.At(m.ValueAt, p.Set(m.Name, value))
}

// UnmarshalJSON reads what [ParsePolicy] does; on an error it leaves the policy as it was.
func (p *Policy) UnmarshalJSON(data []byte) error {
	read, err := ParsePolicy("policy", data)
	if err == nil {
		*p = read
	}
	return err
}

// MarshalJSON writes every key of a policy file. The errors are those of [Policy.Check], and of a time zone that is none of IANA's:
// they could not be read back.
func (p Policy) MarshalJSON() ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if _, err := ParseTimeZone(zone(p.TimeZone).String()); err != nil {
		return nil, err
	}
	b := []byte{'{'}
	for i, k := range policyKeys {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, k.name)
		b = append(b, ':')
		if k.name == "settle_days" {
			b = append(b, k.get(p)...)
			continue
		}
		b, _ = jsontext.AppendQuote(b, k.get(p))
	}
	return append(b, '}'), nil
}
