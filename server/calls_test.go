package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
)

// own are the reseller's own invoices of a range of dates.
func (s *site) own(start, end string) []distributor.Invoice {
	s.t.Helper()
	form := url.Values{"start_date": {start}}
	if end != "" {
		form.Set("end_date", end)
	}
	code, body := s.call("/apiv2/billing.get.json", form)
	require.Equal(s.t, http.StatusOK, code, string(body))
	if strings.TrimSpace(string(body)) == "[]" {
		return nil
	}
	doc, err := distributor.ReadInvoices("get", body)
	require.NoError(s.t, err)
	return doc.Rows
}

// A range of dates that cuts a month has its invoice whole: what the month comes to does not depend on what is asked.
func TestOwnInvoicesAreWhole(t *testing.T) {
	s := newSite(t)
	january := s.own("2026-01-01", "2026-01-31")
	require.Len(t, january, 1)
	for _, days := range [][2]string{{"2026-01-31", "2026-01-31"}, {"2026-01-01", "2026-01-01"}, {"2026-01-09", "2026-01-20"}} {
		got := s.own(days[0], days[1])
		require.Len(t, got, 1, days)
		require.True(t, january[0].Equal(&got[0]), "%v: %s, expected %s", days, got[0].FinalAmount, january[0].FinalAmount)
	}
	require.Len(t, s.own("2025-12-31", "2026-01-01"), 2, "a day of each of two months")
}

// What is asked from a day that is still to come is nothing yet, and no error: no end_date was given that could be before it.
func TestRangesThatAreStillToCome(t *testing.T) {
	s := newSite(t)
	require.Empty(t, s.own("2031-01-01", ""))
	require.Empty(t, s.own("2031-01-01", "2031-12-31"))
	for call, form := range map[string]url.Values{
		"/apiv2/billing.list.json":    {},
		"/apiv2/reseller.manage.json": {"method": {"stats"}, "user": {someone}},
	} {
		form.Set("start_date", "2031-01-01")
		code, body := s.call(call, form)
		require.Equal(t, http.StatusOK, code, string(body))
		require.Equal(t, "[]", strings.TrimSpace(string(body)), call)
		form.Set("end_date", "2030-12-31")
		code, body = s.call(call, form)
		require.Equal(t, http.StatusBadRequest, code, call)
		require.Contains(t, string(body), "end_date is before start_date 2031-01-01")
	}
}

// A voided event counts as never recorded, in the statistics too.
func TestStatisticsLeaveOutWhatIsVoided(t *testing.T) {
	s := newSite(t)
	used := func() string {
		_, body := s.call("/apiv2/reseller.manage.json", url.Values{"method": {"stats"}, "user": {"stats@example.com"}})
		var list []struct {
			Date     string
			Requests json.Number
		}
		require.NoError(t, json.Unmarshal(body, &list), string(body))
		var b strings.Builder
		for _, day := range list {
			b.WriteString(day.Date + " " + day.Requests.String() + "; ")
		}
		return b.String()
	}
	event := func(fields string) {
		w := s.ask(http.MethodPost, "/v1/events", s.write, `{"account":"stats@example.com",`+fields+`}`)
		require.Equal(t, http.StatusOK, w.Code, w.Body)
	}
	event(`"id":"s-1","type":"account.created","at":"2026-02-01","package":"Gold"`)
	event(`"id":"s-2","type":"usage.recorded","at":"2026-02-02","credits":7`)
	event(`"id":"s-3","type":"usage.recorded","at":"2026-02-03","credits":9`)
	require.Equal(t, "2026-02-02 7; 2026-02-03 9; ", used())
	event(`"id":"s-4","type":"event.voided","at":"2026-02-03","event":"s-2"`)
	require.Equal(t, "2026-02-03 9; ", used())
}

// The Distributor's calls answer GET and POST; by another method they are refused in its words, and nobody is sent to the website.
func TestDistributorCallsByOtherMethods(t *testing.T) {
	s := newSite(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		for _, format := range []string{"json", "xml"} {
			w := s.ask(method, "/apiv2/reseller.packages."+format, "", s.credentials(url.Values{}))
			require.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
			require.Equal(t, "GET, POST", w.Header().Get("Allow"))
			require.Contains(t, w.Body.String(), "expected GET or POST")
			require.Contains(t, w.Header().Get("Content-Type"), format)
		}
	}
}
