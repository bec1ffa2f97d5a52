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

// Where the program serves the demonstration, which lets everybody in, and a store of its own, with a token that writes.
var at, own, token string

func TestMain(m *testing.M) {
	code, err := main(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

// main builds the program, starts both servers on free ports, and runs the tests.
func main(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "prorata-clients-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program, store := filepath.Join(dir, "prorata"), filepath.Join(dir, "books.db")
	for _, args := range [][]string{
		{"go", "build", "-o", program, "./cmd/prorata"},
		{program, "init", "--store", store, "--packages", "testdata/demo/packages.json"},
		{program, "token", "add", "--store", store, "--name", "backend", "--write"},
	} {
		command := exec.Command(args[0], args[1:]...)
		command.Dir = "../.." // the program is no dependency of these tests
		out, err := command.CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("%s: %w: %s", args, err, out)
		}
		token = strings.TrimSpace(string(out)) // the last one prints it
	}
	var ends []func() error
	defer func() {
		for _, end := range ends {
			err = errors.Join(err, end())
		}
	}()
	for _, server := range []struct {
		at   *string
		args []string
	}{{&at, []string{"--demo"}}, {&own, []string{"--store", store, "--quiet"}}} {
		end, err := serve(program, server.at, server.args...)
		if err != nil {
			return 0, err
		}
		ends = append(ends, end)
	}
	return m.Run(), nil
}

// serve starts a server, says where it listens, and returns what ends it.
func serve(program string, at *string, args ...string) (end func() error, err error) {
	server := exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, err
	}
	end = func() error { return errors.Join(server.Process.Signal(os.Interrupt), server.Wait()) }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not say where it listens: %w", err), end())
	}
	_, *at, _ = strings.Cut(strings.TrimSpace(line), " on ")
	*at = strings.TrimSuffix(*at, "/")
	return end, nil
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
