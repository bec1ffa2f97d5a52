package server_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/server"
)

type margins struct {
	By      string
	Margins []marginOf
	Total   marginOf
}

type marginOf struct{ Of, Retail, Distributor, Margin string }

// However margins are added up, they come to the same: what was issued, less the same accounts billed again by the other price list.
func TestMargins(t *testing.T) {
	s := newSite(t)
	retail, wholesale := money.New(0, money.USD), money.New(0, money.USD)
	add := func(to *money.Amount, list []invoice.Invoice) {
		for i := range list {
			if inv := &list[i]; inv.Status != invoice.Canceled && inv.Status != invoice.Refunded {
				var err error
				*to, err = to.Add(inv.FinalAmount)
				require.NoError(t, err)
			}
		}
	}
	terms, err := s.books.Terms(t.Context())
	require.NoError(t, err)
	head, err := s.books.Head(t.Context())
	require.NoError(t, err)
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Distributor)
	require.NoError(t, err)
	for h, err := range s.books.Histories(t.Context()) {
		require.NoError(t, err)
		add(&retail, h.Issued)
		bill, err := account.BillAccount(h.Events, catalogue, terms.Policy, head.Through)
		require.NoError(t, err)
		add(&wholesale, bill.Invoices)
	}
	for _, by := range []string{"account", "month", "package"} {
		var got margins
		require.NoError(t, json.Unmarshal([]byte(s.get("/v1/margin?by="+by)), &got))
		require.Equal(t, by, got.By)
		require.Equal(t, retail.Number(), got.Total.Retail, by)
		require.Equal(t, wholesale.Number(), got.Total.Distributor, by)
		sum := money.New(0, money.USD)
		for _, m := range got.Margins {
			sum, err = sum.Add(money.MustParse(m.Margin + " USD"))
			require.NoError(t, err)
		}
		require.Equal(t, got.Total.Margin, sum.Number(), by)
	}
	var one margins
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/margin?by=month&from=2026-01-01&through=2026-01-31&account="+someone)), &one))
	require.Len(t, one.Margins, 1)
	require.Equal(t, "2026-01", one.Margins[0].Of)
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/v1/margin?account=nobody", s.read, "").Code)
	for _, bad := range []string{"by=year", "from=2026-02-30", "through=x"} {
		require.Equal(t, http.StatusUnprocessableEntity, s.ask(http.MethodGet, "/v1/margin?"+bad, s.read, "").Code, bad)
	}
}

// The months of the home page, which keeps figures of its own for each account, are those of /v1/margin.
func TestHomeAndMarginAgree(t *testing.T) {
	s := newSite(t)
	var got margins
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/margin?by=month&from=2025-03-01")), &got))
	rows := regexp.MustCompile(`/invoices\?from=(\d{4}-\d\d)-01&amp;through=[\d-]+">[^<]*</a></th><td class="number optional">[\d,]+</td><td class="number">(.*?)</td><td class="number">(.*?)</td><td class="number">(.*?)</td>`).FindAllStringSubmatch(s.get("/"), -1)
	require.Len(t, rows, 12)
	shown := map[string]marginOf{}
	for _, row := range rows {
		plain := func(cell string) string {
			return strings.NewReplacer("$", "", ",", "", "−", "-").Replace(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(cell, ""))
		}
		shown[row[1]] = marginOf{row[1], plain(row[2]), plain(row[3]), plain(row[4])}
	}
	require.GreaterOrEqual(t, len(got.Margins), 11)
	for _, m := range got.Margins {
		require.Equal(t, m, shown[m.Of])
	}
}

// A price list without a distributor's price says so.
func TestMarginWantsBothPrices(t *testing.T) {
	b, err := books.Create(t.Context(), filepath.Join(t.TempDir(), "b.db"), books.New{Now: demo.Now.AddDate(-1, 0, 0),
		Packages: []invoice.Package{{Name: "Gold", Price: money.MustParse("1.00 USD")}}})
	require.NoError(t, err)
	defer b.Close()
	created := account.Event{ID: "1", Account: "a", Type: account.Created, At: demo.Now.AddDate(0, -3, 0), Package: "Gold"}
	_, err = b.Record(t.Context(), books.Recording{Events: books.Each(created), Now: created.At})
	require.NoError(t, err)
	_, err = b.Issue(t.Context(), books.Issuing{Now: demo.Now})
	require.NoError(t, err)
	made, err := server.New(b, server.Settings{Open: true, Now: demoClock})
	require.NoError(t, err)
	s := &site{t: t, handler: made.Handler()}
	w := s.ask(http.MethodGet, "/v1/margin", "", "")
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "has no distributor_price")
}
