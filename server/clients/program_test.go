// Package clients has tests of the server with programs that others wrote.
package clients_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// at is where the program serves the demonstration, to all tests.
var at string

func TestMain(m *testing.M) {
	code, err := main(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// main builds the program, serves the demonstration on a free port, and runs the tests.
func main(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "prorata-clients-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "prorata")
	build := exec.Command("go", "build", "-pgo=off", "-o", program, "./cmd/prorata")
	build.Dir = "../.." // the program is no dependency of these tests
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	server := exec.Command(program, "serve", "--demo", "--listen", "127.0.0.1:0")
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(os.Interrupt), server.Wait()) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("the server did not say where it listens: %w", err)
	}
	_, at, _ = strings.Cut(strings.TrimSpace(line), " on ")
	at = strings.TrimSuffix(at, "/")
	return m.Run(), nil
}

// get reads what has to be there.
func get(t *testing.T, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+path, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", path, body)
	return body
}
