package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: `  prorata version`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return tellVersion(cmd) },
	}
}

func tellVersion(cmd *cobra.Command) error {
	return tell(cmd.OutOrStdout(), func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "prorata %s\n", version())
		return err
	})
}

// tell writes what the program says of itself, whole, to standard output.
func tell(stdout io.Writer, write func(io.Writer) error) error {
	return writeWhole(outfile.New("", stdout), write)
}

// tellHelp makes root write its help as any other output. What went wrong with that is kept in err: cobra asks for none.
func tellHelp(root *cobra.Command, err *error) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		stdout := cmd.OutOrStdout()
		*err = tell(stdout, func(w io.Writer) error {
			cmd.SetOut(w)
			defer cmd.SetOut(stdout)
			help(cmd, args)
			return nil
		})
	})
}

// version is the module's version as the build recorded it, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	v := "devel"
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			v += " " + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			v += " (modified)"
		}
	}
	return v
}

// bashCompletion is a script of our own: cobra's needs the package bash-completion, and parts an account's name at its @.
//
//go:embed completion.bash
var bashCompletion string

func newCompletion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a shell's completion script",
		Long: `Prints a script that makes a shell complete prorata's commands, flags and arguments:

  bash  in ~/.bashrc: source <(prorata completion bash)
  zsh   in ~/.zshrc, after compinit: source <(prorata completion zsh)
  fish  in ~/.config/fish/config.fish: prorata completion fish | source`,
		Example:   `  prorata completion bash`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%d shells named, expected one of %s", len(args), joined(shells))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			return tell(cmd.OutOrStdout(), func(w io.Writer) error {
				switch args[0] {
				case "bash":
					_, err := io.WriteString(w, bashCompletion)
					return err
				case "zsh":
					return root.GenZshCompletion(w)
				case "fish":
					return root.GenFishCompletion(w, true)
				}
				return usageError{names.Unknown("shell", args[0], shells)}
			})
		},
	}
}
