package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
)

// fileFlags are the flags that name files, and what the names end in.
var fileFlags = map[string][]string{
	"packages": {"json", "xml"}, "policy": {"json"}, "profile": {"json"}, "distributor": {"json", "xml", "csv", "xlsx"}, "aliases": {"csv"}, "claimed": {"csv", "xlsx"},
}

// eventEndings are what the names of event files end in.
var eventEndings = []string{"jsonl", "json", "gz", "zst"}

// completeArguments makes a shell complete the files, accounts and policy keys of every command that has them.
func completeArguments(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		for name, endings := range fileFlags {
			if cmd.Flags().Lookup(name) != nil {
				_ = cmd.MarkFlagFilename(name, endings...)
			}
		}
		if cmd.Flags().Lookup("each") != nil {
			_ = cmd.MarkFlagDirname("each")
		}
		if cmd.Flags().Lookup("account") != nil {
			_ = cmd.RegisterFlagCompletionFunc("account", completeAccounts)
		}
		if cmd.ValidArgsFunction == nil && cmd.ValidArgs == nil && strings.Contains(cmd.Use, "EVENTS") {
			cmd.ValidArgsFunction = completeEvents
		}
	}
}

func completeEvents(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return eventEndings, cobra.ShellCompDirectiveFilterFileExt
}

// maxCompletion is how large the files may be that a completion reads, all together: who presses a key waits for it.
const maxCompletion = 64 << 20

// completeAccounts offers the accounts of the event files on the command line.
func completeAccounts(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	return accountsOf(args, begun), cobra.ShellCompDirectiveNoFileComp
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

// completeSubject offers the accounts of the event files that follow, for the argument of explain.
func completeSubject(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		if found := accountsOf(args, begun); len(found) > 0 && begun != "" {
			return append(found, eventEndings...), cobra.ShellCompDirectiveDefault
		}
		return completeEvents(cmd, args, begun)
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// completeNumbers offers the numbers of invoices where the price list and the events are on the command line.
func completeNumbers(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	_, files := splitNumbers(args)
	c := &common{price: invoice.Retail.String()}
	c.packages, _ = cmd.Flags().GetString("packages")
	if c.packages == "" || len(files) == 0 || begun == "" || strings.Trim(begun[:min(4, len(begun))], "0123456789") != "" {
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
