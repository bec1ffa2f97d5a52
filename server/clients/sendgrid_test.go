package clients_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/sendgrid/rest"
	"github.com/sendgrid/sendgrid-go"
	"github.com/stretchr/testify/require"
)

// sent sends a request by the official client, with its host set to us.
func sent(t *testing.T, key, method, path string, change func(*rest.Request)) *rest.Response {
	t.Helper()
	r := sendgrid.GetRequest(key, path, own)
	r.Method = rest.Method(method)
	if change != nil {
		change(&r)
	}
	answer, err := sendgrid.MakeRequestWithContext(t.Context(), r)
	require.NoError(t, err)
	return answer
}

// The client speaks to /v1, whose tokens go where its API keys do.
func TestSendGridClientAndOurAPI(t *testing.T) {
	events := func(r *rest.Request) {
		r.Body = []byte(`[{"id":"go-1","type":"account.created","account":"go","at":"2026-01-05","package":"Gold"},{"id":"go-2","type":"usage.recorded","account":"go","at":"2026-01-06","credits":7}]`)
	}
	answer := sent(t, token, http.MethodPost, "/v1/events", events)
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.Body)
	require.Contains(t, answer.Body, `"events":2,"repeated":0`)
	require.Contains(t, sent(t, token, http.MethodPost, "/v1/events", events).Body, `"events":0,"repeated":2`)
	require.Contains(t, sent(t, token, http.MethodGet, "/v1/accounts/go", nil).Body, `"package":"Gold"`)
	list := sent(t, token, http.MethodGet, "/v1/accounts", func(r *rest.Request) { r.QueryParams = map[string]string{"q": "GO", "status": "open", "limit": "1"} })
	var accounts struct{ Accounts []struct{ Account string } }
	require.NoError(t, json.Unmarshal([]byte(list.Body), &accounts))
	require.Len(t, accounts.Accounts, 1)
	require.Equal(t, http.StatusUnauthorized, sent(t, "SG.wrong", http.MethodGet, "/v1/accounts", nil).StatusCode)
}

// The client reaches the Distributor's calls as requests with a query or a form: their credentials are not in its header.
func TestSendGridClientAndDistributorCalls(t *testing.T) {
	credentials := url.Values{"api_user": {"backend"}, "api_key": {token}}
	packages := sent(t, "", http.MethodGet, "/api/distributor.packages.json", func(r *rest.Request) {
		delete(r.Headers, "Authorization") // of an empty key
		r.QueryParams = map[string]string{"api_user": "backend", "api_key": token}
	})
	require.Equal(t, http.StatusOK, packages.StatusCode, packages.Body)
	require.Contains(t, packages.Body, `"name":"Platinum"`)
	call := func(path string, more ...string) string {
		form := url.Values{}
		for name, values := range credentials {
			form[name] = values
		}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return sent(t, token, http.MethodPost, path, func(r *rest.Request) {
			r.Headers["Content-Type"] = "application/x-www-form-urlencoded"
			r.Body = []byte(form.Encode())
		}).Body
	}
	require.JSONEq(t, `{"message":"success"}`, call("/apiv2/reseller.add.json", "username", "form", "package", "Silver"))
	require.Contains(t, call("/apiv2/reseller.account.json", "task", "overview", "user", "form"), `"package":"Silver"`)
	require.Contains(t, call("/api/distributor.whitelabel.json"), "is not served here")
}

// What the client was made for is not answered as if it were done.
func TestSendGridClientAndMail(t *testing.T) {
	require.Equal(t, http.StatusNotFound, sent(t, token, http.MethodPost, "/v3/mail/send", func(r *rest.Request) { r.Body = []byte(`{}`) }).StatusCode)
	require.Equal(t, http.StatusNotFound, sent(t, token, http.MethodGet, "/v3/subusers", nil).StatusCode)
}
