package clients_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/stretchr/testify/require"
)

// exchange is a request of the server's own tests and its answer, as they write it.
type exchange struct {
	Method, Target string
	Header         http.Header
	Body           []byte
	Status         int
	AnswerHeader   http.Header `json:"answer_header"`
	Answer         []byte
}

// description reads /openapi.json with a library that knows the standard, and is told every fault of it.
func description(t *testing.T) validator.Validator {
	doc, err := libopenapi.NewDocument(get(t, "/openapi.json"))
	require.NoError(t, err)
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions())
	require.Empty(t, errs)
	return v
}

func TestDescriptionIsOpenAPI(t *testing.T) {
	ok, faults := description(t).ValidateDocument()
	require.True(t, ok, "%s", words(faults))
}

// TestAnswersAreAsDescribed runs the server's tests, and holds each answer that a program was given in them against the description: its
// status, its kind and its body. A request that was answered with success is as described too.
func TestAnswersAreAsDescribed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "exchanges")
	tests := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-short", ".")
	tests.Dir, tests.Env = "..", append(os.Environ(), "PRORATA_EXCHANGES="+file)
	out, err := tests.CombinedOutput()
	require.NoError(t, err, "%s", out)

	v, checked := description(t), map[string]int{}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := bufio.NewReader(bytes.NewReader(data))
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		var e exchange
		require.NoError(t, json.Unmarshal(line, &e))
		e.check(t, v)
		checked[fmt.Sprint(e.Method, " ", e.Status)]++
	}
	require.Greater(t, checked["GET 200"], 100)
	for _, more := range []string{"POST 200", "GET 422", "POST 422", "GET 404", "POST 409"} {
		require.Positive(t, checked[more], more)
	}
}

func (e *exchange) check(t *testing.T, v validator.Validator) {
	request, err := http.NewRequestWithContext(t.Context(), e.Method, "http://127.0.0.1"+e.Target, bytes.NewReader(e.Body))
	require.NoError(t, err)
	request.Header = e.Header
	answer := &http.Response{StatusCode: e.Status, Header: e.AnswerHeader, Body: io.NopCloser(bytes.NewReader(e.Answer)), Request: request}
	ok, faults := v.ValidateHttpResponse(request, answer)
	if e.Status == http.StatusTemporaryRedirect || !ok && faults[0].IsPathMissingError() && e.Status == http.StatusNotFound {
		return // there is no such path, and the answer leads to one that is clean, or says so
	}
	if !ok {
		require.Fail(t, "an answer is not as described", "%s %s: %d %s\n%s", e.Method, e.Target, e.Status, e.Answer, words(faults))
	}
	if e.Status >= 300 {
		return
	}
	query := request.URL.Query()
	maps.DeleteFunc(query, func(_ string, values []string) bool { return values[0] == "" }) // the same as left out
	request.URL.RawQuery = query.Encode()
	bodies := [][]byte{e.Body}
	if request.Header.Get("Content-Type") == "application/x-ndjson" { // which the library does not know: each line is an event
		bodies = bytes.Split(bytes.TrimSpace(e.Body), []byte("\n"))
		request.Header.Set("Content-Type", "application/json")
	}
	for _, body := range bodies {
		request.Body = io.NopCloser(bytes.NewReader(body))
		if ok, faults := v.ValidateHttpRequest(request); !ok {
			require.Fail(t, "a request that is not as described was answered", "%s %s %s: %d %s\n%s", e.Method, e.Target, body, e.Status, e.Answer, words(faults))
		}
	}
}

// words are faults in words, one a line.
func words(faults []*errors.ValidationError) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s: %s\n", f.Message, f.Reason)
		for _, s := range f.SchemaValidationErrors {
			fmt.Fprintf(&b, "  %s: %s\n", s.FieldPath, s.Reason)
		}
	}
	return b.String()
}
