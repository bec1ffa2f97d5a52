package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBashCompletes types into a real bash, on a terminal, and presses Tab. No package of completions is installed for it.
func TestBashCompletes(t *testing.T) {
	for _, name := range []string{"bash", "script"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is missing")
		}
	}
	lines := []struct{ typed, want string }{
		{`prorata repl`, `prorata replay `},
		{`prorata replay --pack`, `prorata replay --packages `},
		{`prorata replay --format=ht`, `prorata replay --format=html `},
		{`prorata replay --set close_d`, `prorata replay --set close_day=`},
		{`prorata replay --set close_day=ch`, `prorata replay --set close_day=charged `},
		{`prorata replay --set=close_day=ch`, `prorata replay --set=close_day=charged `},
		{`prorata replay --packages pri`, `prorata replay --packages prices.json `},
		{`prorata replay two`, `prorata replay two\ words.jsonl `},
		{`prorata replay fol`, `prorata replay folder/`},
		{`prorata replay events.jsonl --account harbor-books@ex`, `prorata replay events.jsonl --account harbor-books@example.com `},
		{`prorata replay two\ words.jsonl --account Smi`, `prorata replay two\ words.jsonl --account Smith\ \&\ Sons `},
		{`prorata replay "two words.jsonl" --account "Smith & S`, `prorata replay "two words.jsonl" --account "Smith & Sons" `},
		{`prorata replay ~/events.jsonl --account juni`, `prorata replay ~/events.jsonl --account juniper-law@example.com `},
		{`prorata explain --packages prices.json events.jsonl quarry`, `prorata explain --packages prices.json events.jsonl quarry-coffee@example.com `},
		{`prorata invoice --packages prices.json events.jsonl 20250610`, `prorata invoice --packages prices.json events.jsonl 20250610-1vmdd3chhjdwypvp `},
		{`prorata invoices --store books.db --account har`, `prorata invoices --store books.db --account harbor-books@example.com `},
		{`prorata invoices --store books.db --status ref`, `prorata invoices --store books.db --status refunded `},
		{`prorata explain --store books.db quarry`, `prorata explain --store books.db quarry-coffee@example.com `},
		{`prorata import cu`, `prorata import customers `},
		{`prorata import customers ri`, `prorata import customers rival.csv `},
		{`prorata import customers --map ri`, `prorata import customers --map rival.json `},
		{`prorata map --map pa`, `prorata map --map pax8 `},
		{`prorata map --map riv`, `prorata map --map rival.`},
		{`prorata token re`, `prorata token revoke `},
		{`prorata completion f`, `prorata completion fish `},
		{`prorata cycle ri`, `prorata cycle ri`},
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	for from, to := range map[string]string{"events.jsonl": "events.jsonl", "packages.json": "prices.json"} {
		data, err := os.ReadFile(filepath.Join("../../testdata/demo", from))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), data, 0o644))
	}
	for name, text := range map[string]string{"prices.txt": "", "rival.csv": "", "rival.json": "",
		"two words.jsonl": `{"id": "s1", "type": "account.created", "account": "Smith & Sons", "at": "2026-01-01", "package": "Gold"}`,
		"rc":              "PS1='ready> '\nsource <(prorata completion bash)\nbind -x '\"\\C-g\": printf \"%s\\n\" \"$READLINE_LINE\" >>completed'\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "INPUTRC=/dev/null", "TERM=dumb", "GORACE=atexit_sleep_ms=0")
		return cmd
	}
	for _, args := range [][]string{{"init", "--store", "books.db", "--packages", "prices.json"}, {"record", "--store", "books.db", "events.jsonl"}} {
		said, err := command("prorata", args...).CombinedOutput()
		require.NoError(t, err, "%s", said)
	}

	bash := command("script", "-qec", "bash --noprofile --rcfile rc -i", os.DevNull)
	in, err := bash.StdinPipe()
	require.NoError(t, err)
	out, err := bash.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, bash.Start())
	screen := bufio.NewReader(out)
	for said := ""; !strings.HasSuffix(said, "ready> "); { // before that, what is typed is not bash's yet
		c, err := screen.ReadByte()
		require.NoError(t, err, said)
		said += string(c)
	}
	for _, line := range lines {
		_, err := io.WriteString(in, line.typed+"\t\a\x15") // Tab, print the line, and take it away
		require.NoError(t, err)
	}
	_, err = io.WriteString(in, "exit\n")
	require.NoError(t, err)
	said, err := io.ReadAll(screen)
	require.NoError(t, err)
	require.NoError(t, bash.Wait(), "%s", said)

	completed, err := os.ReadFile(filepath.Join(dir, "completed"))
	require.NoError(t, err)
	got := strings.Split(strings.TrimSuffix(string(completed), "\n"), "\n")
	require.Len(t, got, len(lines))
	for i, line := range lines {
		require.Equal(t, line.want, got[i], "completes %s", line.typed)
	}
}
