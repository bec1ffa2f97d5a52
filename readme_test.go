// Package prorata_test holds the documents to what they say: their commands are run and print what is shown, their code
// is compiled, their events are read, and what they link to or name is there.
package prorata_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

var update = flag.Bool("update", false, "write what the documents' commands print into the documents; read the difference")

// block is a fenced block of a document.
type block struct {
	place    source.Place // of its first line
	language string
	lines    []string
}

func documents(t *testing.T) []string {
	t.Helper()
	documents, err := filepath.Glob("*.md")
	require.NoError(t, err)
	more, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	return append(documents, more...)
}

func linesOf(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.Split(string(data), "\n")
}

// blocks returns the fenced blocks of all documents in a language.
func blocks(t *testing.T, language string) []block {
	t.Helper()
	var found []block
	for _, file := range documents(t) {
		var b *block
		for i, line := range linesOf(t, file) {
			fence, is := strings.CutPrefix(line, "```")
			switch {
			case is && b == nil:
				b = &block{place: source.Place{File: file, Line: i + 2}, language: fence}
			case is:
				if b.language == language {
					found = append(found, *b)
				}
				b = nil
			case b != nil:
				b.lines = append(b.lines, line)
			}
		}
		require.Nil(t, b, "%s: a block does not end", file)
	}
	require.NotEmpty(t, found, "no %s blocks", language)
	return found
}

// command is one command of a console block and the output shown below it.
type command struct {
	text   string // "> " starts a further line
	output []string
}

func (b *block) commands() []command {
	var commands []command
	for _, line := range b.lines {
		if first, is := strings.CutPrefix(line, "$ "); is {
			commands = append(commands, command{text: first})
			continue
		}
		if len(commands) == 0 {
			continue
		}
		last := &commands[len(commands)-1]
		if more, is := strings.CutPrefix(line, "> "); is && len(last.output) == 0 {
			last.text += "\n" + more
			continue
		}
		last.output = append(last.output, line)
	}
	return commands
}

var tableCommand = regexp.MustCompile(`\A((?:prorata|go run \./cmd/prorata) (?:replay|current|margin|whatif|cycle|prorate|validate|reconcile|bill|invoices|packages|verify|balance))\b(.*)`)

// asOnTerminal asks for the table that a terminal is shown by default, which the test is not.
func asOnTerminal(text string) string {
	m := tableCommand.FindStringSubmatch(text)
	if m == nil || strings.Contains(m[2], "--format") || strings.ContainsAny(m[2], "|>") {
		return text
	}
	return m[1] + " --format table" + strings.TrimPrefix(text, m[1])
}

// matches reports that output is what is shown, where a line "…" stands for any lines or none.
func (c *command) matches(output string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for _, line := range c.output {
		if line == "…" {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		pattern.WriteString(regexp.QuoteMeta(line) + `\n`)
	}
	return regexp.MustCompile(pattern.String() + `\z`).MatchString(output)
}

// updated is the command as a document shows it, with other output. What is shown already stays as it is, and what a line "…" hides
// stays hidden. With several such lines nobody can tell which lines of other output they are to hide.
func (c *command) updated(output string) ([]string, error) {
	printed := c.output
	if !c.matches(output) {
		printed = strings.Split(output, "\n")
		printed = printed[:len(printed)-1]
		before := slices.Index(c.output, "…")
		after := len(c.output) - before - 1
		switch {
		case before < 0 || before+after > len(printed):
		case slices.Contains(c.output[before+1:], "…"):
			return nil, errors.New("it prints something else than is shown with several lines \"…\": write what is shown by hand")
		default:
			printed = slices.Concat(printed[:before], []string{"…"}, printed[len(printed)-after:])
		}
	}
	return append(strings.Split("$ "+strings.ReplaceAll(c.text, "\n", "\n> "), "\n"), printed...), nil
}

func TestUpdated(t *testing.T) {
	for _, c := range []struct {
		name, shown, output, want string
		err                       bool
	}{
		{"the same", "a\nb", "a\nb\n", "a\nb", false},
		{"another", "a\nb", "a\nc\n", "a\nc", false},
		{"nothing", "", "", "", false},
		{"nothing more", "a", "", "", false},
		{"no longer nothing", "", "a\n", "a", false},
		{"hidden, the same", "a\n…\nd", "a\nb\nc\nd\n", "a\n…\nd", false},
		{"hidden, another", "a\n…\nd", "x\nb\nc\ny\n", "x\n…\ny", false},
		{"hidden at the end, another", "a\n…", "x\nb\n", "x\n…", false},
		{"too few to hide any", "a\nb\n…\nd", "x\nd\n", "x\nd", false},
		{"hidden twice, the same", "…\nb\n…", "a\nb\nc\n", "…\nb\n…", false},
		{"hidden twice, another", "…\nb\n…", "a\nx\nc\n", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := command{text: "prorata"}
			want := []string{"$ prorata"}
			if c.shown != "" {
				asked.output = strings.Split(c.shown, "\n")
			}
			if c.want != "" {
				want = append(want, strings.Split(c.want, "\n")...)
			}
			got, err := asked.updated(c.output)
			if c.err {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestCommands runs every command of every console block and compares what it prints. A command that fails has to be
// followed by a look at its status, or show it as go run does. The blocks of a document run one after the other in a folder that
// looks like the top of a checkout, so that they may write files, and later ones find them.
func TestCommands(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no POSIX shell to run the documents' commands with")
	}
	bin := build(t)
	env := append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "GOFLAGS=-buildvcs=false")

	folders := map[string]string{}
	updates := map[*block][]string{}
	all := blocks(t, "console")
	if testing.Short() { // as under the race detector, which looks at nothing of a program that is run
		all = slices.DeleteFunc(all, func(b block) bool { return b.place.File != "README.md" })
	}
	for i := range all {
		b := &all[i]
		folder, there := folders[b.place.File]
		if !there {
			folder = likeCheckout(t)
			folders[b.place.File] = folder
		}
		t.Run(b.place.String(), func(t *testing.T) {
			commands := b.commands()
			require.NotEmpty(t, commands, "a console block without a command")
			status := "0"
			var shown []string
			for i, c := range commands {
				run := exec.Command(shell, "-c", "(exit "+status+")\n"+asOnTerminal(c.text))
				run.Env, run.Dir = env, folder
				if strings.Contains(c.text, "go run") || strings.Contains(c.text, "go test") {
					run.Dir = "" // go wants the checkout itself
				}
				output, err := run.CombinedOutput()
				if !*update {
					require.True(t, c.matches(string(output)), "%s\nshown:\n%s\n\nprinted:\n%s", c.text, strings.Join(c.output, "\n"), output)
				}
				lines, unclear := c.updated(string(output))
				require.NoError(t, unclear, "%s\nprinted:\n%s", c.text, output)
				shown = append(shown, lines...)
				if status = statusOf(t, err); status != "0" {
					asked := i+1 < len(commands) && commands[i+1].text == "echo $?"
					told := strings.HasPrefix(shown[len(shown)-1], "exit status ")
					require.True(t, asked || told, "%s ends with status %s, and the document does not show it", c.text, status)
				}
			}
			updates[b] = shown
		})
	}
	for i := range slices.Backward(all) { // so that an update moves no other's place
		if b := &all[i]; *update && updates[b] != nil {
			lines := linesOf(t, b.place.File)
			lines = slices.Replace(lines, b.place.Line-1, b.place.Line-1+len(b.lines), updates[b]...)
			require.NoError(t, os.WriteFile(b.place.File, []byte(strings.Join(lines, "\n")), 0o644))
		}
	}
}

// likeCheckout is a folder with links to all that is at the top of the checkout, and a copy of testdata.
func likeCheckout(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	folder := t.TempDir()
	for _, e := range entries {
		if e.Name() == "testdata" {
			require.NoError(t, os.CopyFS(filepath.Join(folder, "testdata"), os.DirFS(filepath.Join(root, "testdata"))))
			continue
		}
		require.NoError(t, os.Symlink(filepath.Join(root, e.Name()), filepath.Join(folder, e.Name())))
	}
	return folder
}

// build compiles the program into a folder of its own.
func build(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	message, err := exec.Command("go", "build", "-buildvcs=false", "-o", folder, "./cmd/prorata").CombinedOutput()
	require.NoError(t, err, "%s", message)
	return folder
}

// statusOf is the exit status of a command that was run.
func statusOf(t *testing.T, err error) string {
	t.Helper()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return strings.TrimPrefix(exit.String(), "exit status ")
	}
	require.NoError(t, err)
	return "0"
}

// TestCode finds every Go block of the documents in a file of examples, which are compiled and run.
func TestCode(t *testing.T) {
	files, err := filepath.Glob("*/example*_test.go")
	require.NoError(t, err)
	files = append(files, "example_test.go")
	for _, b := range blocks(t, "go") {
		found := slices.ContainsFunc(files, func(file string) bool { return containsCode(linesOf(t, file), b.lines) })
		require.True(t, found, "%s: this code is in no example file", b.place)
	}
}

// containsCode reports that a file has the code's lines, all of them indented further by the same number of tabs.
func containsCode(file, code []string) bool {
	for at := 0; at+len(code) <= len(file); at++ {
		indent, ok := strings.CutSuffix(file[at], code[0])
		if !ok || strings.Trim(indent, "\t") != "" {
			continue
		}
		same := true
		for i, line := range code {
			same = same && (file[at+i] == indent+line || line == "" && file[at+i] == "")
		}
		if same {
			return true
		}
	}
	return false
}

// TestEvents reads the events that the documents show.
func TestEvents(t *testing.T) {
	for _, b := range blocks(t, "jsonl") {
		for i, line := range b.lines {
			at := b.place
			at.Line += i
			_, err := eventlog.NewDecoder(invoice.Policy{}).Decode([]byte(line), at)
			require.NoError(t, err)
		}
	}
}

// TestPolicyTable holds the tables of the policy in docs/commands.md and in the documentation of package invoice against the policy:
// its keys and defaults and, in the first, their order and every other value it offers.
func TestPolicyTable(t *testing.T) {
	row := regexp.MustCompile("^\\| `([a-z_]+)` \\| `([^`]*)` \\| ([^|]*) \\|")
	var keys []string
	for _, line := range linesOf(t, "docs/commands.md") {
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		policy := invoice.Policy{}
		keys = append(keys, m[1])
		require.Equal(t, policy.Value(m[1]), m[2], "default of %s", m[1])
		words := []string{m[2]}
		for _, other := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(m[3], -1) {
			require.NoError(t, policy.Set(m[1], other[1]))
			require.Equal(t, other[1], policy.Value(m[1]))
			words = append(words, other[1])
		}
		if all := invoice.PolicyWords(m[1]); all != nil {
			require.Equal(t, all, words)
		}
	}
	require.Equal(t, invoice.PolicyKeys(), keys)

	doc := strings.Join(linesOf(t, "invoice/doc.go"), "\n")
	for _, key := range keys {
		require.Regexp(t, `\n//\t`+key+` +`+invoice.Policy{}.Value(key)+` `, doc)
	}
}

// TestLinks follows the documents' links to files, finds the headings that links within a document name, and makes sure that each
// page of docs is linked to from another document.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)]+)\)`)
	linked := map[string]bool{}
	for _, file := range documents(t) {
		lines := linesOf(t, file)
		for i, line := range lines {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				path, heading, _ := strings.Cut(m[1], "#")
				if strings.Contains(path, "://") {
					continue
				}
				target := file
				if path != "" {
					target = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
					_, err := os.Stat(target)
					require.NoError(t, err, "%s:%d", file, i+1)
					linked[target] = linked[target] || target != file
				}
				if heading != "" {
					require.Contains(t, headings(linesOf(t, target)), heading, "%s:%d", file, i+1)
				}
			}
		}
	}
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, page := range pages {
		require.True(t, linked[page], "%s: no document links to it", page)
	}
}

// headings returns the names that a document's headings can be linked by.
func headings(lines []string) []string {
	var names []string
	for _, line := range lines {
		if title, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); is && strings.HasPrefix(line, "#") {
			keep := func(r rune) rune {
				switch {
				case r == ' ' || r == '-':
					return '-'
				case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
					return r
				}
				return -1
			}
			names = append(names, strings.Map(keep, strings.ToLower(title)))
		}
	}
	return names
}

// TestNames finds the scenarios that docs/semantics.md names, and every test that a document names, in the package it names.
func TestNames(t *testing.T) {
	scenario := regexp.MustCompile(`(?:^|[ (])\*([a-z0-9-]{2,})\*`)
	for i, line := range linesOf(t, "docs/semantics.md") {
		for _, m := range scenario.FindAllStringSubmatch(line, -1) {
			require.FileExists(t, "testdata/scenarios/"+m[1]+".txt", "docs/semantics.md:%d", i+1)
		}
	}
	name := regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz|Benchmark|Example)[A-Za-z0-9_]*)`")
	for _, file := range documents(t) {
		for i, line := range linesOf(t, file) {
			for _, m := range name.FindAllStringSubmatch(line, -1) {
				require.True(t, declares(t, m[1], m[2]), "%s:%d: there is no %s in package %s", file, i+1, m[2], m[1])
			}
		}
	}
}

func declares(t *testing.T, folder, function string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	return slices.ContainsFunc(files, func(file string) bool {
		return slices.ContainsFunc(linesOf(t, file), func(line string) bool { return strings.HasPrefix(line, "func "+function+"(") })
	})
}

// TestScenarioIndex finds every scenario once in the index of their README, and no other.
func TestScenarioIndex(t *testing.T) {
	const folder = "testdata/scenarios/"
	files, err := filepath.Glob(folder + "*.txt")
	require.NoError(t, err)
	var listed, there []string
	for _, file := range files {
		there = append(there, strings.TrimSuffix(filepath.Base(file), ".txt"))
	}
	_, index, found := strings.Cut(strings.Join(linesOf(t, folder+"README.md"), "\n"), "\n| rule | cases |\n|---|---|\n")
	require.True(t, found)
	for line := range strings.Lines(index) {
		cells := strings.Split(line, "|")
		require.Len(t, cells, 4, line)
		for name := range strings.SplitSeq(cells[2], ",") {
			listed = append(listed, strings.TrimSpace(name))
		}
	}
	require.ElementsMatch(t, there, listed)
}

// TestFrontPage keeps the README what it is: a page to see what prorata is, and where the rest is.
func TestFrontPage(t *testing.T) {
	require.LessOrEqual(t, len(linesOf(t, "README.md")), 180)
}

// TestCommandsPage holds docs/commands.md against the help texts: a section for every command, with every flag and format it has,
// and no other. A flag of several commands is in a table of its own.
func TestCommandsPage(t *testing.T) {
	prorata := filepath.Join(build(t), "prorata")
	help := func(args ...string) string {
		text, err := exec.Command(prorata, append(args, "--help")...).Output()
		require.NoError(t, err)
		return string(text)
	}
	sections := map[string]string{}
	page := strings.Join(linesOf(t, "docs/commands.md"), "\n")
	for _, text := range strings.Split(page, "\n## ")[1:] {
		title, body, _ := strings.Cut(text, "\n")
		sections[title] = body
	}
	shared := map[string][]string{} // the flags that each command shares
	cell := regexp.MustCompile("`(?:-[a-z] [A-Z]+`, `)?(--[a-z-]+)")
	for line := range strings.Lines(sections["Flags that several commands have"]) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, flag := range cell.FindAllStringSubmatch(cells[1], -1) {
			for name := range strings.SplitSeq(cells[2], ",") {
				shared[strings.TrimSpace(name)] = append(shared[strings.TrimSpace(name)], flag[1])
			}
		}
	}
	_, list, found := strings.Cut(help(), "\nCommands:\n")
	require.True(t, found)
	for _, command := range regexp.MustCompile(`(?m)^  ([a-z]+) {2,}[A-Z]`).FindAllStringSubmatch(list, -1) {
		name := command[1]
		t.Run(name, func(t *testing.T) {
			_, found := sections[name]
			require.True(t, found, "docs/commands.md has no section %q", name)
			text := help(name)
			_, flags, _ := strings.Cut(text, "\nFlags:\n")
			var has []string
			for _, flag := range regexp.MustCompile(`(?m)^ +(?:-[a-z], )?(--[a-z-]+)`).FindAllStringSubmatch(flags, -1) {
				if flag[1] != "--help" {
					has = append(has, flag[1])
				}
			}
			told := shared[name]
			for _, row := range regexp.MustCompile(`(?m)^\| .*`).FindAllString(sections[name], -1) {
				for _, flag := range cell.FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
					told = append(told, flag[1])
				}
			}
			require.ElementsMatch(t, has, told, "the flags of %s", name)

			formats := regexp.MustCompile(`FORMAT of the output: ([a-z, -]+) \(`).FindStringSubmatch(strings.Join(strings.Fields(text), " "))
			if formats == nil {
				require.NotContains(t, sections[name], "\nFormats: ")
				return
			}
			_, shown, found := strings.Cut(sections[name], "\nFormats: ")
			require.True(t, found, "the formats of %s", name)
			shown, _, _ = strings.Cut(shown, ".")
			var named []string
			for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(shown, -1) {
				named = append(named, m[1])
			}
			require.Equal(t, strings.Split(formats[1], ", "), named)
		})
	}
}

// TestWhereAChangeGoes looks up every file, and every name in it, that the table of docs/architecture.md sends a reader to.
func TestWhereAChangeGoes(t *testing.T) {
	_, table, found := strings.Cut(strings.Join(linesOf(t, "docs/architecture.md"), "\n"), "\n| to add | code | and besides |\n|---|---|---|\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	place := regexp.MustCompile("`([a-z_/A-Z0-9]+\\.[a-z]+)`(?: \\(((?:`[^`]+`(?:, )?)+)\\))?")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		require.Len(t, cells, 5, line)
		for _, m := range place.FindAllStringSubmatch(line, -1) {
			text, err := os.ReadFile(m[1])
			require.NoError(t, err, line)
			require.NotEmpty(t, m[2], "%s: no name to look for, in %s", m[1], line)
			for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(m[2], -1) {
				require.Regexp(t, `\b`+regexp.QuoteMeta(name[1])+`\b`, string(text), "%s, in %s", m[1], line)
			}
		}
	}
}

// TestPackages finds every package in the table of docs/architecture.md, below those that it imports.
func TestPackages(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	require.NoError(t, err)
	_, table, found := strings.Cut(strings.Join(linesOf(t, "docs/architecture.md"), "\n"), "\n| package | what it is |")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	rows := map[string]int{}
	for i, line := range strings.Split(table, "\n") {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, m := range regexp.MustCompile("`([a-z0-9/]+)`").FindAllStringSubmatch(name, -1) {
			rows[m[1]] = i
		}
	}
	for line := range strings.Lines(string(out)) {
		packages := strings.Fields(line)
		name, inside := strings.CutPrefix(packages[0], modulePath)
		if !inside || name == "bench" { // which is tests
			continue
		}
		require.Contains(t, rows, name)
		for _, path := range packages[1:] {
			if imported, own := strings.CutPrefix(path, modulePath); own {
				require.LessOrEqual(t, rows[imported], rows[name], "%s imports %s, which is in a row below", name, imported)
			}
		}
	}
}
