package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
)

// fileFlags are flags that name files of some kind, and what the names end in.
var fileFlags = map[string][]string{
	"packages": {"json", "xml"}, "packages-b": {"json", "xml"}, "policy": {"json"}, "profile": {"json"}, "distributor": {"json", "xml", "csv", "xlsx"}, "aliases": {"csv"},
	"claimed": {"csv", "xlsx"}, "dispute": {"csv", "xlsx"}, "against": eventEndings, "tls-cert": {"pem", "crt"}, "tls-key": {"pem", "key"}, "store": {"db"}, "map": {"json"},
}

// eventEndings are what the names of event files end in, tableEndings those of tables.
var (
	eventEndings = []string{"jsonl", "json", "gz", "zst", "parquet"}
	tableEndings = []string{"csv", "xlsx", "tsv", "txt"}
)

// fileArguments are the commands whose arguments are files of some kind, and what their names end in.
var fileArguments = map[string][]string{"map": tableEndings, "merge": {"jsonl", "json", "csv"}, "packages": {"json", "xml"}, "load": {"jsonl", "gz", "zst"}}

// completeArguments makes a shell complete the files, accounts and words of every command that has them, and offer files only where one is
// named.
func completeArguments(parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		completeArguments(cmd)
		cmd.Flags().VisitAll(func(f *pflag.Flag) { completeFlag(cmd, f) })
		endings, files := fileArguments[cmd.Name()]
		switch {
		case cmd.ValidArgsFunction != nil || cmd.ValidArgs != nil || cmd.HasSubCommands():
		case strings.Contains(cmd.Use, "EVENTS"):
			cmd.ValidArgsFunction = completeEvents
		case files:
			cmd.ValidArgsFunction = cobra.FixedCompletions(endings, cobra.ShellCompDirectiveFilterFileExt)
		default:
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
}

// completeFlag is for a flag that has no completion yet: what its help calls FILE is one.
func completeFlag(cmd *cobra.Command, f *pflag.Flag) {
	if _, has := cmd.GetFlagCompletionFunc(f.Name); has {
		return
	}
	complete := cobra.CompletionFunc(cobra.NoFileCompletions)
	endings, known := fileFlags[f.Name]
	switch value, _ := pflag.UnquoteUsage(f); {
	case known:
		complete = cobra.FixedCompletions(endings, cobra.ShellCompDirectiveFilterFileExt)
	case value == "FILE":
		return
	case value == "DIR":
		complete = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case f.Name == "account":
		complete = completeAccounts
	}
	_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
}

func completeEvents(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return eventEndings, cobra.ShellCompDirectiveFilterFileExt
}

// maxCompletion is how large the files may be that a completion reads, all together: who presses a key waits for it.
const maxCompletion = 64 << 20

// completeAccounts offers the accounts of the store, or of the event files on the command line.
func completeAccounts(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if named, ok := accountsInStore(cmd, begun); ok {
		return named, cobra.ShellCompDirectiveNoFileComp
	}
	return accountsOf(args, begun), cobra.ShellCompDirectiveNoFileComp
}

// maxOffered is how many accounts of a store are offered: a terminal shows no more.
const maxOffered = 1000

// accountsInStore are the accounts that begin so of the store that the command reads, if it reads one.
func accountsInStore(cmd *cobra.Command, begun string) (accounts []string, ok bool) {
	if cmd.Flags().Lookup("store") == nil || cmd.Flags().Changed("packages") {
		return nil, false
	}
	b, err := readStore(cmd)
	if err != nil {
		return nil, false
	}
	defer b.Close()
	for a, err := range b.Accounts(cmd.Context(), begun) {
		if err != nil || !strings.HasPrefix(a.Name, begun) || len(accounts) == maxOffered {
			break
		}
		accounts = append(accounts, a.Name)
	}
	return accounts, true
}

// accountsOf are the accounts of event files that begin so, in order. What cannot be read is passed over.
func accountsOf(files []string, begun string) (accounts []string) {
	seen, left := map[string]bool{}, int64(maxCompletion)
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > left {
			continue
		}
		left -= info.Size()
		in, err := infile.From{}.Open(name, infile.Events)
		if err != nil {
			continue
		}
		for e, err := range eventlog.Read(io.LimitReader(in, maxCompletion), name, invoice.Policy{}) {
			if err == nil && strings.HasPrefix(e.Account, begun) {
				seen[e.Account] = true
			}
		}
		in.Close()
	}
	for name := range seen {
		accounts = append(accounts, name)
	}
	slices.Sort(accounts)
	return accounts
}

// completeSubject offers accounts for the argument of explain: of the store, or of the event files that precede it.
func completeSubject(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if named, ok := accountsInStore(cmd, begun); ok {
		return named, cobra.ShellCompDirectiveNoFileComp
	}
	if found := accountsOf(args, begun); len(found) > 0 && begun != "" {
		return found, cobra.ShellCompDirectiveDefault
	}
	return completeEvents(cmd, args, begun)
}

// completeNumbers offers the numbers of invoices where the price list and the events are on the command line.
func completeNumbers(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	_, files := splitNumbers(args)
	c := &common{price: invoice.Retail.String()}
	c.packages, _ = cmd.Flags().GetString("packages")
	size := int64(0)
	for _, name := range files {
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	if c.packages == "" || len(files) == 0 || size > maxCompletion || begun == "" || strings.Trim(begun[:min(4, len(begun))], "0123456789") != "" {
		return completeEvents(cmd, args, begun)
	}
	span, err := billSpan(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	b, err := c.readBilled(cmd, span, files)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var numbers []string
	err = b.bills(cmd, b.events.Accounts(), func(bill *account.Bill) error {
		for i := range bill.Invoices {
			if number := bill.Invoices[i].Number.String(); strings.HasPrefix(number, begun) {
				numbers = append(numbers, number+"\t"+bill.Account)
			}
		}
		return nil
	})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return numbers, cobra.ShellCompDirectiveNoFileComp
}

// completePolicy offers the keys of a policy, and after a key and = its words, or the default of a key that has none.
func completePolicy(_ *cobra.Command, _ []string, begun string) (list []string, _ cobra.ShellCompDirective) {
	key, _, chosen := strings.Cut(begun, "=")
	if !chosen {
		for _, name := range invoice.PolicyKeys() {
			list = append(list, name+"=")
		}
		return list, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
	words := invoice.PolicyWords(key)
	if words == nil {
		words = []string{invoice.Policy{}.Value(key)}
	}
	for _, word := range words {
		list = append(list, key+"="+word)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}
