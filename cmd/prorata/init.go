package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

func newInit() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "init --store STORE --packages FILE [flags]",
		Short: "Make a new store for what is recorded and issued",
		Long: `Makes a store with a price list and a policy, ready to record events and to bill. A store that
is there already is refused.

` + storeHelp + `

A PostgreSQL database has to exist; the tables are made in its schema prorata, or
in the one that ?search_path=NAME in the URL names.

Exit status: 0 done; 1 it failed, or there is a store already; 2 wrong usage.

` + policyHelp(),
		Example: `  prorata init --store new.db --packages testdata/demo/packages.json
  prorata init --store new-eu.db --packages testdata/demo/packages.json \
      --set timing=advance --set settle_days=1 --number-prefix EU-`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runInit(cmd, c) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	c.policyFlags(cmd)
	cmd.Flags().String("number-prefix", "", "put `PREFIX`, up to 12 letters and digits and a hyphen, before the number of every invoice")
	nowFlag(cmd, "make it")
	return cmd
}

func runInit(cmd *cobra.Command, c *common) error {
	name, err := storeName(cmd)
	if err != nil {
		return err
	}
	if err := required(cmd, "packages"); err != nil {
		return err
	}
	if err := oneStdin(cmd, nil); err != nil {
		return err
	}
	var what books.New
	now, err := nowOf(cmd)
	if err != nil {
		return err
	}
	if what.NumberPrefix, err = cmd.Flags().GetString("number-prefix"); err != nil {
		return err
	}
	if err := invoice.CheckPrefix(what.NumberPrefix); err != nil {
		return usagef("--number-prefix: %w", err)
	}
	if what.Policy, err = c.policy(cmd.InOrStdin()); err != nil {
		return err
	}
	what.Now = now.in(what.Policy.TimeZone)
	if what.Packages, err = c.packageList(what.Policy.MoneyCurrency(), cmd.InOrStdin()); err != nil {
		return err
	}
	if _, err := invoice.NewCatalogue(what.Packages, invoice.Retail); err != nil {
		return documentError(err)
	}
	b, err := books.Create(cmd.Context(), name, what)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%w, expected the name of a new one", err)
	}
	if err != nil {
		return err
	}
	if err := tell(cmd.OutOrStdout(), func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "made %s with %s, id %s\n", b.Name(), report.Count(len(what.Packages), "package", "packages"), b.ID())
		return err
	}); err != nil {
		return errors.Join(err, b.Close())
	}
	return b.Close()
}

func newLoad() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "load --store STORE FILE",
		Short: "Make a store of what export wrote",
		Long: `Makes a new store from what export wrote: the same books, with the same id and the same
seals. All of it is loaded or nothing; verify says whether the books are whole. A store that is
there already is refused. - is standard input, and .gz and .zst files are read as they are.

` + storeHelp + `

Exit status: 0 done; 1 it failed, and no store was made; 2 wrong usage.`,
		Example: `  prorata load --store copy.db testdata/books/reseller.jsonl`,
		Args:    oneFile,
		RunE:    func(cmd *cobra.Command, files []string) error { return runLoad(cmd, files[0]) },
	}
	storeFlag(cmd)
	return cmd
}

// oneFile is the argument of a command that reads one file.
func oneFile(cmd *cobra.Command, args []string) error {
	if err := filesArgs(cmd, args); err != nil {
		return err
	}
	if len(args) > 1 {
		return usagef("%d files, expected one", len(args))
	}
	return nil
}

func runLoad(cmd *cobra.Command, file string) error {
	name, err := storeName(cmd)
	if err != nil {
		return err
	}
	in, err := infile.From{Stdin: cmd.InOrStdin()}.Open(file, infile.Export)
	if err != nil {
		return err
	}
	defer in.Close()
	b, err := books.Load(cmd.Context(), name, in, file)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%w, expected the name of a new one", err)
	}
	if err != nil {
		return err
	}
	defer b.Close()
	head, err := b.Head(cmd.Context())
	if err != nil {
		return err
	}
	return tell(cmd.OutOrStdout(), func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "loaded %s, id %s, %s\n", b.Name(), b.ID(), headOf(head))
		return err
	})
}

// headOf words the last run.
func headOf(head books.Run) string {
	if head.Number == 0 {
		return "no runs"
	}
	return fmt.Sprintf("run %d, head %s", head.Number, head.Seal)
}
