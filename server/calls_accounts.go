package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/overview"
	"github.com/prorata-go/prorata/invoice"
)

// packages answers the package list: of each name the terms of today.
func (c *call) packages() (wire, error) {
	today, err := c.s.today(&c.terms)
	if err != nil {
		return nil, err
	}
	list := packageList{}
	for _, p := range c.terms.Packages {
		at := slices.IndexFunc(list, func(o invoice.Package) bool { return o.Name == p.Name })
		switch {
		case at < 0:
			list = append(list, p)
		case !p.EffectiveFrom.After(today) && p.EffectiveFrom.After(list[at].EffectiveFrom),
			list[at].EffectiveFrom.After(today) && p.EffectiveFrom.Before(list[at].EffectiveFrom):
			list[at] = p
		}
	}
	return list, nil
}

type packageList []invoice.Package

// fields are those of the Distributor's list, in its order, as JSON and as text.
func (packageList) fields(p *invoice.Package) (list [][3]string) {
	text := func(name, value string) {
		list = append(list, [3]string{name, strings.TrimSpace(string(asJSON(nil, value))), value})
	}
	bare := func(name, value string) { list = append(list, [3]string{name, value, value}) }
	text("name", p.Name)
	bare("price", p.Price.Number())
	text("description", p.Description)
	bare("credits", strconv.FormatInt(p.Credits, 10))
	bare("overage", p.Overage.String())
	bare("has_reseller", strconv.FormatBool(p.HasReseller))
	bare("has_ip", strconv.FormatBool(p.HasIP))
	if p.DistributorPrice != nil {
		bare("distributor_price", p.DistributorPrice.Number())
	}
	return list
}

func (l packageList) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i := range l {
		if i > 0 {
			b = append(b, ',')
		}
		for n, f := range l.fields(&l[i]) {
			before := ","
			if n == 0 {
				before = "{"
			}
			b = append(b, before+strconv.Quote(f[0])+":"+f[1]...)
		}
		b = append(b, '}')
	}
	return append(b, "]\n"...)
}

func (l packageList) AppendXML(b []byte) []byte {
	b = append(b, xmlHead+"<result><packages>"...)
	for i := range l {
		b = append(b, "<package>"...)
		for _, f := range l.fields(&l[i]) {
			b = element(b, f[0], f[2])
		}
		b = append(b, "</package>"...)
	}
	return append(b, "</packages></result>\n"...)
}

// account answers where an account stands, and changes it.
func (c *call) account() (wire, error) {
	user, err := c.one("user")
	if err != nil {
		return nil, err
	}
	task := c.form.Get("task")
	if task == "overview" {
		current, err := c.standing(user)
		if err != nil {
			return nil, err
		}
		o := overview.Of(current)
		return &o, nil
	}
	when, what, _ := strings.Cut(task, "_")
	e := account.Event{Account: user}
	switch when {
	case "cancel":
		e.Type = account.ChangeCancelled
		return c.record(e)
	case "immediate":
	case "scheduled":
		e.Effective = account.PeriodEnd
	default:
		return nil, refuse("task %q, expected overview, immediate_ or scheduled_ with upgrade, downgrade or close, or cancel", names.Clip(task))
	}
	switch what {
	case "close":
		e.Type = account.Closed
		return c.record(e)
	case "upgrade", "downgrade":
		e.Type = account.PackageChanged
		if e.Package, err = c.one("package"); err != nil {
			return nil, err
		}
		if err := c.rightWay(what, &e); err != nil {
			return nil, err
		}
		return c.record(e)
	}
	return nil, refuse("task %q, expected overview, immediate_ or scheduled_ with upgrade, downgrade or close, or cancel", names.Clip(task))
}

// rightWay refuses the downgrade of a free account, an upgrade to a package that costs less, and a downgrade to one that costs more. The
// prices are those of the period that the change is in or leads to.
func (c *call) rightWay(what string, e *account.Event) error {
	current, err := c.standing(e.Account)
	if err != nil {
		return err
	}
	day := current.Period.Start
	if e.Effective == account.PeriodEnd {
		day = current.Period.End
	}
	from, known := c.priceOf(current.Package, day)
	to, also := c.priceOf(e.Package, day)
	switch {
	case !known:
		return nil // what is wrong is said where the event is recorded
	case what == "downgrade" && from == 0:
		return refuse("free users cannot be downgraded")
	case !also:
		return nil
	case what == "upgrade" && to < from:
		return refuse("package %q costs less than %q, expected a downgrade", names.Clip(e.Package), names.Clip(current.Package))
	case what == "downgrade" && to > from:
		return refuse("package %q costs more than %q, expected an upgrade", names.Clip(e.Package), names.Clip(current.Package))
	}
	return nil
}

// pending answers the changes that wait for the end of a billing period.
func (c *call) pending() (wire, error) {
	if task := c.form.Get("task"); task != "" && task != "list" {
		return nil, refuse("task %q, expected list", names.Clip(task))
	}
	var list []*account.Current
	if user := c.form.Get("username"); user != "" {
		current, err := c.standing(user)
		if err != nil {
			return nil, err
		}
		list = append(list, current)
	} else {
		all, _, err := c.s.home.positions.now(c.r.Context(), 0)
		if err != nil {
			return nil, err
		}
		for _, one := range all.accounts {
			list = append(list, &one.Current)
		}
	}
	waiting := distributor.PendingList{}
	for _, current := range list {
		p, ok := c.waiting(current)
		if kind := c.form.Get("type"); !ok || kind != "" && !strings.EqualFold(p.Type, "Account "+kind) && !strings.EqualFold(p.Type, kind) {
			continue
		}
		waiting = append(waiting, p)
	}
	return waiting, nil
}

// waiting is what waits for an account, as the Distributor says it.
func (c *call) waiting(s *account.Current) (distributor.Pending, bool) {
	p := distributor.Pending{Username: s.Account, Current: s.Package, Update: s.Pending.Package, Date: s.Pending.Day}
	switch {
	case s.Pending.Day.IsZero() || !s.Open:
		return p, false
	case s.Pending.Type == account.Closed:
		p.Type = invoice.Close.String()
	default:
		p.Type = invoice.Upgrade.String()
		to, _ := c.priceOf(s.Pending.Package, s.Pending.Day)
		if from, _ := c.priceOf(s.Package, s.Pending.Day); to < from {
			p.Type = invoice.Downgrade.String()
		}
	}
	return p, true
}

// priceOf is the price of a package for a period that starts on a day, in minor units; false where it has none.
func (c *call) priceOf(name string, day cycle.Date) (int64, bool) {
	catalogue, err := invoice.NewCatalogue(c.terms.Packages, invoice.Retail)
	if err != nil {
		return 0, false
	}
	terms := catalogue.On(name, day)
	if terms == nil {
		return 0, false
	}
	price, err := terms.PeriodPrice()
	if err != nil {
		return 0, false
	}
	return price.Minor(), true
}

// add creates an account.
func (c *call) add() (wire, error) {
	user, err := c.one("username")
	if err != nil {
		return nil, err
	}
	e := account.Event{Account: user, Type: account.Created}
	if e.Package, err = c.one("package"); err != nil {
		return nil, err
	}
	if text := c.form.Get("billing_date"); text != "" {
		if e.BillingDate, err = parseDay(text); err != nil {
			return nil, refuse("billing_date: %v", err)
		}
	}
	switch text := c.form.Get("free_user"); text {
	case "1", "true":
		today, err := c.s.today(&c.terms)
		if err != nil {
			return nil, err
		}
		if price, known := c.priceOf(e.Package, today); known && price != 0 {
			return nil, refuse("free_user %s: package %q has a price, expected one that is free", text, names.Clip(e.Package))
		}
	case "", "0", "false":
	default:
		return nil, refuse("free_user %q, expected true or false", names.Clip(text))
	}
	return c.record(e)
}

// remove closes an account at the end of its billing period.
func (c *call) remove() (wire, error) {
	user, err := c.one("user")
	if err != nil {
		return nil, err
	}
	return c.record(account.Event{Account: user, Type: account.Closed, Effective: account.PeriodEnd})
}

// manage answers accounts and statistics.
func (c *call) manage() (wire, error) {
	switch method := c.form.Get("method"); method {
	case "profile":
		if task := c.form.Get("task"); task != "" && task != "get" {
			return nil, refuse("method profile, task %q: these books have no profiles to change", names.Clip(task))
		}
		return c.profiles()
	case "stats":
		return c.statistics()
	default:
		return nil, refuse("method %q, expected profile or stats", names.Clip(method))
	}
}

// profiles are the accounts, between offset and limit.
func (c *call) profiles() (wire, error) {
	offset, err := c.whole("offset", 0, 1<<31)
	if err != nil {
		return nil, err
	}
	limit, err := c.whole("limit", mostRows, mostRows)
	if err != nil {
		return nil, err
	}
	var names []string
	if user := c.form.Get("username"); user != "" {
		names = append(names, user)
	} else if names, err = c.s.accountNames(c.r.Context()); err != nil {
		return nil, err
	}
	names = names[min(offset, len(names)):]
	list := profileList{}
	if names = names[:min(limit, len(names))]; len(names) == 0 {
		return list, nil // where no names are said all are meant
	}
	for st, err := range c.s.standings(c.r.Context(), names...) {
		if err != nil {
			return nil, unknownAccount(err)
		}
		list = append(list, st.Current)
	}
	return list, nil
}

// whole is a parameter that is a whole number.
func (c *call) whole(name string, otherwise, most int) (int, error) {
	text := c.form.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, refuse("%s %q, expected a whole number up to %d", name, names.Clip(text), most)
	}
	return n, nil
}

type profileList []account.Current

func (l profileList) AppendJSON(b []byte) []byte {
	type profile struct {
		Username string `json:"username"`
		Package  string `json:"package"`
		Active   string `json:"active"`
	}
	list := make([]profile, len(l))
	for i := range l {
		list[i] = profile{l[i].Account, l[i].Package, strconv.FormatBool(l[i].Open)}
	}
	return asJSON(b, list)
}

func (l profileList) AppendXML(b []byte) []byte {
	b = append(b, xmlHead+"<users>"...)
	for i := range l {
		b = append(b, "<user>"...)
		b = element(b, "username", l[i].Account)
		b = element(b, "package", l[i].Package)
		b = append(element(b, "active", strconv.FormatBool(l[i].Open)), "</user>"...)
	}
	return append(b, "</users>\n"...)
}

// statistics are the credits an account used, by day.
func (c *call) statistics() (wire, error) {
	user, err := c.one("user")
	if err != nil {
		return nil, err
	}
	events, err := c.s.books.EventsOf(c.r.Context(), user)
	if err != nil {
		return nil, unknownAccount(err)
	}
	days, err := c.days()
	if err != nil {
		return nil, err
	}
	used, voided := map[cycle.Date]int64{}, voidedIDs(events)
	for i := range events {
		e := &events[i]
		if e.Type != account.UsageRecorded || voided[e.ID] {
			continue
		}
		day, err := cycle.DateOf(e.At, c.terms.Policy.TimeZone)
		if err != nil || day.Before(days.Start) || !day.Before(days.End) {
			continue
		}
		if c.form.Get("aggregate") == "1" {
			day = days.Start
		}
		used[day] += e.Credits
	}
	var list distributor.Statistics
	for day, credits := range used {
		list = append(list, distributor.Statistic{Date: day, Requests: distributor.Number(strconv.FormatInt(credits, 10))})
	}
	slices.SortFunc(list, func(a, b distributor.Statistic) int { return a.Date.Compare(b.Date) })
	return list, nil
}

// days are those of start_date and end_date, or the last of a number of days; all days where nothing is said.
func (c *call) days() (p cycle.Period, err error) {
	today, err := c.s.today(&c.terms)
	if err != nil {
		return p, err
	}
	p.End = today.AddDays(1)
	if n, err := c.whole("days", 0, 100_000); err != nil {
		return p, err
	} else if n > 0 {
		p.Start = today.AddDays(-n)
		return p, nil
	}
	for _, date := range []struct {
		name string
		to   *cycle.Date
	}{{"start_date", &p.Start}, {"end_date", &p.End}} {
		text := c.form.Get(date.name)
		if text == "" {
			continue
		}
		if *date.to, err = parseDay(text); err != nil {
			return p, refuse("%s: %v", date.name, err)
		}
		if date.name == "end_date" {
			if p.End.Before(p.Start) {
				return p, refuse("end_date is before start_date %s", fmt.Sprint(p.Start))
			}
			p.End = p.End.AddDays(1)
		}
	}
	if p.End.Before(p.Start) { // it is still to come
		p.End = p.Start
	}
	return p, nil
}
