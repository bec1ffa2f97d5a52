package main

import (
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/source"
)

// ourSide is what the Distributor's documents are held against: files of events with a list of packages and a policy, or a store, which
// has all of it.
type ourSide struct {
	cmd   *cobra.Command
	c     *common
	files []string
	store *books.Books // nil for files
}

// openOurSide opens the store, if there is one, which is to be closed.
func (c *common) openOurSide(cmd *cobra.Command, files []string) (s ourSide, err error) {
	s = ourSide{cmd: cmd, c: c, files: files}
	if !readsStore(cmd, files) {
		return s, required(cmd, "packages")
	}
	for _, flag := range []string{"set", "keep-going", "quarantine"} {
		if cmd.Flags().Changed(flag) {
			return s, usagef("--%s with --store, expected one of them: it is for files of events", flag)
		}
	}
	s.store, err = readStore(cmd)
	return s, err
}

func (s *ourSide) close() {
	if s.store != nil {
		s.store.Close() // it was only read
	}
}

// terms are the policy and the packages.
func (s *ourSide) terms() (policy invoice.Policy, packages []invoice.Package, err error) {
	if s.store != nil {
		terms, err := s.store.Terms(s.cmd.Context())
		return terms.Policy, terms.Packages, err
	}
	if policy, err = s.c.policy(s.cmd.InOrStdin()); err == nil {
		packages, err = s.c.packageList(policy.MoneyCurrency(), s.cmd.InOrStdin())
	}
	return policy, packages, err
}

// events reads all events into what is to be reconciled.
func (s *ourSide) events(in *reconcile.Input) (*reading, error) {
	if s.store == nil {
		events, err := readEvents(s.cmd.Context(), s.files, s.c.loading(in.Policy, shard{}, nil), s.c.from(s.cmd), nil)
		if err == nil {
			in.Events = &events.Events
		}
		return events, err
	}
	log, err := s.store.Log(s.cmd.Context())
	if err != nil {
		return nil, err
	}
	in.Events, in.Policy, in.Packages = log.Events, log.Terms.Policy, log.Terms.Packages
	return &reading{Events: *log.Events}, nil
}

// place puts anomalies in the order of their places; those of a store have none.
func (s *ourSide) place(anomalies []account.Anomaly, events *reading) {
	if s.store == nil {
		messages.SortAnomalies(anomalies, events.files)
		return
	}
	for i := range anomalies {
		anomalies[i].Event.Place = source.Place{}
	}
}
