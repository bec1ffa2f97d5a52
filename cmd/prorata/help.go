package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

const usageTemplate = `Usage:
  {{if .HasParent}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND [flags]{{end}}
{{- if .HasExample}}

Examples:
{{.Example}}
{{- end}}
{{- if .HasAvailableSubCommands}}

Commands:
{{- range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}
{{- end}}{{end}}
{{- end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsagesWrapped 96 | trimTrailingWhitespaces}}
{{- end}}
{{- if not .HasParent}}

"{{.CommandPath}} COMMAND --help" says more about a command.
{{- end}}
`

// newHelp is "prorata help COMMAND", the same as "prorata COMMAND --help".
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Say more about a command",
		Hidden: true,
		Args:   cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError{names.Unknown("command", strings.Join(args, " "), commandNames(cmd.Root()))}
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// flagError words what is wrong with a flag as the rest of our messages are worded.
func flagError(cmd *cobra.Command, err error) error {
	unknown, needs, invalid := (*pflag.NotExistError)(nil), (*pflag.ValueRequiredError)(nil), (*pflag.InvalidValueError)(nil)
	switch {
	case errors.As(err, &unknown):
		if unknown.GetSpecifiedShortnames() != "" {
			return usagef("unknown flag -%s", unknown.GetSpecifiedName())
		}
		hint := ""
		if near, ok := names.Nearest(unknown.GetSpecifiedName(), flagNames(cmd)); ok {
			hint = " (did you mean --" + near + "?)"
		}
		return usagef("unknown flag --%s%s", unknown.GetSpecifiedName(), hint)
	case errors.As(err, &needs):
		value, _ := pflag.UnquoteUsage(needs.GetFlag())
		return usagef("--%s has no value, expected %s", needs.GetFlag().Name, value)
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		expected := "a " + f.Value.Type()
		switch f.Value.Type() {
		case "int":
			expected = "a whole number"
		case "bool":
			expected = "true or false"
		}
		return usagef("--%s %q, expected %s", f.Name, invalid.GetValue(), expected)
	}
	return usageError{err}
}

func flagNames(cmd *cobra.Command) (list []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { list = append(list, f.Name) })
	return list
}

// noEmptyFlags refuses flags that were given nothing, as --output "$UNSET" does.
func noEmptyFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" && err == nil {
			value, _ := pflag.UnquoteUsage(f)
			err = usagef("--%s is empty, expected %s", f.Name, value)
		}
	})
	return err
}

// policyHelp lists the keys of a policy with their defaults, for a help text.
func policyHelp() string {
	text, line := "The policy's keys and their defaults, for --policy and --set:\n", " "
	for _, key := range invoice.PolicyKeys() {
		setting := key + "=" + invoice.Policy{}.Value(key)
		if len(line)+len(setting) > 90 {
			text, line = text+line+"\n", " "
		}
		line += " " + setting
	}
	return text + line + "\nFor an unknown value, the message lists the valid ones."
}

func joined(list []string) string { return strings.Join(list, ", ") }
