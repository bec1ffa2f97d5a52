package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manualPage is the page of a command in the language of man, made from its help text.
func manualPage(cmd *cobra.Command, date string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"%s\" \"prorata %s\" \"prorata\"\n", strings.ToUpper(pageName(cmd)), date, version())
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(cmd)), roff(cmd.Short))
	b.WriteString(".SH SYNOPSIS\n.nf\n.B " + roff(cmd.UseLine()) + "\n.fi\n.SH DESCRIPTION\n")
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	manualText(&b, long)
	if cmd.HasAvailableSubCommands() {
		b.WriteString(".SH COMMANDS\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(pageName(c)), roff(c.Short))
			}
		}
	}
	cmd.InitDefaultHelpFlag()
	b.WriteString(".SH OPTIONS\n")
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			manualFlag(&b, f)
		}
	})
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n.nf\n" + roffLines(cmd.Example) + ".fi\n")
	}
	if cmd.HasParent() {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(pageName(cmd.Parent())))
	}
	return []byte(b.String())
}

// manualText writes paragraphs of a help text. Lines that are indented, such as those of a table, are kept as they are.
func manualText(b *strings.Builder, text string) {
	kept := false
	for line := range strings.SplitSeq(text, "\n") {
		if indented := strings.HasPrefix(line, " "); line != "" && indented != kept {
			b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[indented])
			kept = indented
		}
		if line == "" {
			b.WriteString(".PP\n")
		} else {
			b.WriteString(roff(line) + "\n")
		}
	}
	if kept {
		b.WriteString(".fi\n")
	}
}

// manualFlag writes a flag, what it takes, and what it does.
func manualFlag(b *strings.Builder, f *pflag.Flag) {
	value, usage := pflag.UnquoteUsage(f)
	name := `\fB` + roff("--"+f.Name) + `\fR`
	if f.Shorthand != "" {
		name = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + name
	}
	if value != "" {
		name += ` \fI` + roff(value) + `\fR`
	}
	usage = roff(usage)
	if value != "" {
		word := regexp.MustCompile(`\b` + regexp.QuoteMeta(roff(value)) + `\b`)
		usage = word.ReplaceAllLiteralString(usage, `\fI`+roff(value)+`\fR`)
	}
	switch f.DefValue {
	case "", "[]", "0", "false":
	default:
		if !strings.Contains(usage, "(default ") {
			usage += " (default " + roff(strings.Trim(f.DefValue, "[]")) + ")"
		}
	}
	fmt.Fprintf(b, ".TP\n%s\n%s\n", name, usage)
}

var roffCharacters = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`)

// roff is a line of text as text: nothing in it is a request.
func roff(line string) string {
	line = roffCharacters.Replace(line)
	if strings.HasPrefix(line, ".") {
		line = `\&` + line
	}
	return line
}

func roffLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		b.WriteString(roff(line) + "\n")
	}
	return b.String()
}
