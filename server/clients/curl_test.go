package clients_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The commands of curl in docs/server.md are answered, but for those that send files of a reader's own or ask for what came of them.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("there is no curl")
	}
	require.NoError(t, err)
	require.NotEmpty(t, curl)
	page, err := os.ReadFile("../../docs/server.md")
	require.NoError(t, err)
	created := `{"id":"acme","type":"account.created","account":"acme","at":"2026-02-01","package":"Gold"}`
	ran := 0
	commands := []string{"curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d '" + created + "' http://127.0.0.1:8420/v1/events"}
	for block := range strings.SplitSeq(strings.ReplaceAll(string(page), "\\\n", ""), "\n") {
		if command, ok := strings.CutPrefix(block, "    curl "); ok && !strings.Contains(command, "reconciliations") {
			commands = append(commands, "curl "+command)
		}
	}
	for _, command := range commands {
		command = strings.NewReplacer("http://127.0.0.1:8420", own, "curl ", "curl -sS ", "api_user=anna", "api_user=backend").Replace(command)
		run := exec.CommandContext(t.Context(), "sh", "-c", command)
		run.Env = append(os.Environ(), "TOKEN="+token)
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s: %s", command, out)
		if strings.Contains(command, "task=usage") { // nothing was invoiced in that month
			require.Contains(t, string(out), "there is no invoice 2010010001", command)
			continue
		}
		require.NotContains(t, string(out), "rror", command)
		require.True(t, strings.HasPrefix(string(out), "{") || strings.HasPrefix(string(out), "["), "%s: %s", command, out)
		ran++
	}
	require.Equal(t, 5, ran, "%s", commands)
}
