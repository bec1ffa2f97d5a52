package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token add|list|revoke --store STORE",
		Short: "Let programs and people in to the server of a store",
		Long: `A token gives a program or a person access to prorata serve. Its name says whose it is. The
store keeps a hash of it, so it is printed only once, when it is made.

` + storeHelp,
		Example: `  prorata token add --store books.db --name backend --write`,
		Args:    noArgs,
	}
	add := &cobra.Command{
		Use:   "add --store STORE --name NAME --read|--write",
		Short: "Make a token, and print it",
		Long: `Makes a token and prints it alone on standard output: keep it, for it is not printed again. With
--read it only reads; with --write it also records events and issues invoices.

` + storeHelp + `

Exit status: 0 done; 1 it failed; 2 wrong usage.`,
		Example: `  prorata token add --store books.db --name backend --write`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return asFailure(runTokenAdd(cmd)) },
	}
	add.Flags().String("name", "", "whose it is: `NAME` of letters, digits, hyphens, underscores and full stops")
	add.Flags().Bool("read", false, "it only reads")
	add.Flags().Bool("write", false, "it reads, records and issues")
	list := &cobra.Command{
		Use:     "list --store STORE",
		Short:   "List the tokens by name",
		Long:    "Lists the tokens: name, what it may, when it was made, when it was revoked.\n\n" + storeHelp + "\n\nExit status: 0 done; 1 it failed; 2 wrong usage.",
		Example: `  prorata token list --store books.db`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return asFailure(runTokenList(cmd)) },
	}
	revoke := &cobra.Command{
		Use:     "revoke --store STORE --name NAME",
		Short:   "End a token",
		Long:    "Ends a token: from now on it lets nobody in. Its name is not used again.\n\n" + storeHelp + "\n\nExit status: 0 done; 1 it failed; 2 wrong usage.",
		Example: `  prorata token revoke --store books.db --name backend`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return asFailure(runTokenRevoke(cmd)) },
	}
	revoke.Flags().String("name", "", "the token's `NAME`")
	for _, sub := range []*cobra.Command{add, list, revoke} {
		sub.DisableFlagsInUseLine = true
		storeFlag(sub)
		cmd.AddCommand(sub)
	}
	cmd.RunE = func(*cobra.Command, []string) error { return usagef("expected token add, token list or token revoke") }
	return cmd
}

func runTokenAdd(cmd *cobra.Command) error {
	if err := required(cmd, "name"); err != nil {
		return err
	}
	name, err := cmd.Flags().GetString("name")
	if err != nil {
		return err
	}
	if read, write := cmd.Flags().Changed("read"), cmd.Flags().Changed("write"); read == write {
		return usagef("expected either --read or --write")
	}
	return withStore(cmd, openStore, func(b *books.Books) error {
		token, err := b.AddToken(cmd.Context(), name, cmd.Flags().Changed("write"), time.Time{})
		if err != nil {
			return err
		}
		return tell(cmd.OutOrStdout(), func(w io.Writer) error {
			_, err := fmt.Fprintln(w, token)
			return err
		})
	})
}

func runTokenList(cmd *cobra.Command) error {
	return withStore(cmd, readStore, func(b *books.Books) error {
		tokens, err := b.Tokens(cmd.Context())
		if err != nil {
			return err
		}
		return tell(cmd.OutOrStdout(), func(w io.Writer) error {
			if len(tokens) == 0 {
				_, err := fmt.Fprintln(w, "no tokens; prorata token add makes one")
				return err
			}
			for _, t := range tokens {
				may, revoked := "read", ""
				if t.Write {
					may = "write"
				}
				if !t.Revoked.IsZero() {
					revoked = "  revoked " + t.Revoked.Format(time.DateOnly)
				}
				if _, err := fmt.Fprintf(w, "%-24s  %-5s  made %s%s\n", t.Name, may, t.Created.Format(time.DateOnly), revoked); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func runTokenRevoke(cmd *cobra.Command) error {
	if err := required(cmd, "name"); err != nil {
		return err
	}
	name, err := cmd.Flags().GetString("name")
	if err != nil {
		return err
	}
	return withStore(cmd, openStore, func(b *books.Books) error {
		if err := b.RevokeToken(cmd.Context(), name, time.Time{}); err != nil {
			return err
		}
		return tell(cmd.OutOrStdout(), func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "revoked %s\n", name)
			return err
		})
	})
}

// withStore opens the store, by openStore or readStore, for something, and closes it.
func withStore(cmd *cobra.Command, open func(*cobra.Command) (*books.Books, error), f func(*books.Books) error) error {
	b, err := open(cmd)
	if err != nil {
		return err
	}
	return errors.Join(f(b), b.Close())
}
