package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// settings are the price list, the policy and the tokens.
type settings struct {
	Terms    books.Terms
	Packages *list[invoice.Package]
	Policy   []setting
	Tokens   *list[books.Token]
	Done     string
	Token    string // one that was made just now: it is shown once
}

// setting is a key of the policy: what it says, in words, and what it may be.
type setting struct {
	Key, Title, Value, Words string
	Choices                  []choice // none are those of a key that stays, or that is written
	Fixed                    bool
}

// policyWords are the keys of the policy in words, in the order of the documentation.
var policyWords = []setting{
	{Key: "currency", Title: "Currency", Fixed: true},
	{Key: "time_zone", Title: "Time zone of all dates", Fixed: true},
	{Key: "timing", Title: "When a package is billed", Choices: []choice{{"arrears", "after the period it is for"}, {"advance", "before it begins"}}},
	{Key: "day_count", Title: "What a day costs", Choices: []choice{{"actual", "its share of the days of the period"}, {"thirty", "a thirtieth of the price"}, {"year_365", "a 365th of twelve months’ price"}}},
	{Key: "daily_rate", Title: "How the price of a day is rounded first (exact, or DIGITS:MODE)"},
	{Key: "round_part", Title: "What is rounded of a part of a price", Choices: []choice{{"used", "the days used"}, {"unused", "the days left"}, {"each", "each part by itself"}}},
	{Key: "close_day", Title: "The day on which an account closes", Choices: []choice{{"free", "is free"}, {"charged", "is charged"}}},
	{Key: "rounding", Title: "How amounts are rounded", Choices: []choice{{"half_up", "half a unit away from zero"}, {"half_even", "half a unit to the even one"}, {"down", "always towards zero"}, {"up", "always away from zero"}}},
	{Key: "bill_changes", Title: "When a change or close is billed", Choices: []choice{{"next_bill", "on the next invoice"}, {"immediately", "on the same day"}}},
	{Key: "included_credits", Title: "Credits included for a part of a period", Choices: []choice{{"full", "all of them"}, {"prorated", "the share of its days"}}},
	{Key: "free_upgrade", Title: "When a free account starts to pay", Choices: []choice{{"restart_cycle", "a new period begins"}, {"keep_cycle", "its period goes on"}}},
	{Key: "settle_days", Title: "Days that an invoice waits for late events"},
}

// settingsOf are the keys of a policy and their values.
func settingsOf(p *invoice.Policy) []setting {
	list := slices.Clone(policyWords)
	for i := range list {
		one := &list[i]
		one.Value = p.Value(one.Key)
		one.Words = one.Value
		for _, c := range one.Choices {
			if c.Value == one.Value {
				one.Words = c.Text
			}
		}
	}
	return list
}

// The lists on the page of settings.
var (
	packageColumns = columnsOf[invoice.Package]{
		Name: "packages", Path: "/settings", Anchor: "packages", Prefix: "packages.", Length: 100,
		Columns: []column[invoice.Package]{
			textColumn("name", "Package", func(p *invoice.Package) string { return p.Name }),
			dateColumn("effective_from", "From", func(p *invoice.Package) cycle.Date { return p.EffectiveFrom }),
			amountColumn("price", "Price", func(p *invoice.Package) money.Amount { return p.Price }),
			countColumn("credits", "Credits", func(p *invoice.Package) int64 { return p.Credits }).optional(),
			{Name: "overage", Head: "Each credit over", Kind: report.Amount, Cell: func(p *invoice.Package) string { return p.Overage.String() }},
			{Name: "distributor_price", Head: "Distributor’s price", Kind: report.Amount, Optional: true, Cell: distributorPrice, Order: byInt(func(p *invoice.Package) int64 {
				if p.DistributorPrice == nil {
					return -1
				}
				return p.DistributorPrice.Minor()
			})},
		},
	}
	tokenColumns = columnsOf[books.Token]{
		Name: "tokens", Path: "/settings", Anchor: "tokens", Prefix: "tokens.", Sort: "name", Length: 100,
		Columns: []column[books.Token]{
			textColumn("name", "Name", func(t *books.Token) string { return t.Name }),
			textColumn("may", "May", func(t *books.Token) string { return map[bool]string{true: "write", false: "read"}[t.Write] }),
			textColumn("made", "Made (UTC)", func(t *books.Token) string { return t.Created.UTC().Format("2006-01-02 15:04") }).optional(),
			textColumn("state", "State", func(t *books.Token) string {
				return map[bool]string{true: "holds", false: "revoked"}[t.Revoked.IsZero()]
			}),
		},
	}
)

func distributorPrice(p *invoice.Package) string {
	if p.DistributorPrice == nil {
		return ""
	}
	return p.DistributorPrice.Number()
}

func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) {
	s.showSettings(w, r, &settings{Done: r.URL.Query().Get("done")})
}

// showSettings shows the settings, and what was just done with them.
func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, b *settings) {
	terms, err := s.books.Terms(r.Context())
	var tokens []books.Token
	if err == nil {
		tokens, err = s.books.Tokens(r.Context())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	q := r.URL.Query()
	q.Del("done")
	b.Terms, b.Policy = terms, settingsOf(&terms.Policy)
	b.Packages, b.Tokens = packageColumns.of(slices.Clone(terms.Packages), q), tokenColumns.of(tokens, q)
	if currency := terms.Policy.MoneyCurrency(); b.Packages.file(s, w, r, currency) || b.Tokens.file(s, w, r, currency) {
		return
	}
	s.show(w, r, http.StatusOK, "settings", page{Title: "Settings", Place: "/settings", Body: b})
}

// addToken makes a token and shows it, once.
func (s *Server) addToken(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.PostFormValue("token_name"))
	token, err := s.books.AddToken(r.Context(), name, r.PostFormValue("may") == "write", s.now())
	if err != nil {
		s.wrong(w, r, "No token was made", &requestError{err})
		return
	}
	s.showSettings(w, r, &settings{Token: token, Done: "The token " + name + " was made."})
}

// revoking is the page that says what revoking a token does.
type revoking struct {
	Token books.Token
	Own   bool // it is the one of whoever asks
	Last  bool // no other token that holds may write
}

func (s *Server) revokePage(w http.ResponseWriter, r *http.Request) {
	tokens, err := s.books.Tokens(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	name := r.URL.Query().Get("name")
	at := slices.IndexFunc(tokens, func(t books.Token) bool { return t.Name == name && t.Revoked.IsZero() })
	if at < 0 {
		s.problem(w, r, http.StatusNotFound, "There is no such token", "No token of that name holds.")
		return
	}
	from, _ := who(r.Context())
	others := slices.ContainsFunc(tokens, func(t books.Token) bool { return t.Name != name && t.Write && t.Revoked.IsZero() })
	s.show(w, r, http.StatusOK, "revoke", page{Title: "Revoke the token " + name, Place: "/settings",
		Body: revoking{Token: tokens[at], Own: from.Token == name, Last: tokens[at].Write && !others}})
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("name")
	if err := s.books.RevokeToken(r.Context(), name, s.now()); err != nil {
		s.wrong(w, r, "No token was revoked", &requestError{err})
		return
	}
	http.Redirect(w, r, "/settings?done=The+token+was+revoked.#tokens", http.StatusSeeOther)
}

// theirs makes an error of what a person sent in one that is answered in words.
func theirs(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &requestError{err}
}

// packagesJSON are packages as a list that is read again as they are.
func packagesJSON(list []invoice.Package) string {
	rows := make([]json.RawMessage, len(list))
	for i := range list {
		rows[i] = list[i].AppendJSON(nil)
	}
	text, _ := json.Marshal(rows) // of valid JSON
	return string(text)
}
