package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/server"
)

func newServe() *cobra.Command {
	settings := server.Settings{}
	cmd := &cobra.Command{
		Use:   "serve --store STORE | --demo [flags]",
		Short: "Answer for a store over HTTP: the website and the API",
		Long: `Serves the website, the API under /v1 and the Distributor's own calls for a store, until it is
interrupted; then it finishes the requests under way. Everybody needs a token: prorata token add
makes one. --demo makes a store with the accounts of a reseller in a temporary folder, needs no
token from this machine, and removes the store at the end.

It listens on this machine only, unless --listen names another address and there is TLS: its
own, with --tls-cert and --tls-key, or that of a proxy in front of it, with --behind-proxy. Each
request is logged as a line of JSON on standard error, without anything that may hold a token.

` + storeHelp + `

Exit status: 0 it was interrupted; 1 it failed; 2 wrong usage.`,
		Example: `  prorata serve --demo
  prorata serve --store books.db --listen 127.0.0.1:8420`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, settings) },
	}
	storeFlag(cmd)
	cmd.Flags().Bool("demo", false, "serve a demonstration: a temporary store, without tokens")
	cmd.Flags().StringVar(&settings.Listen, "listen", server.DefaultListen, "listen on `HOST:PORT`; port 0 is any that is free")
	cmd.Flags().StringVar(&settings.TLSCert, "tls-cert", "", "the certificate of TLS, a PEM `FILE`")
	cmd.Flags().StringVar(&settings.TLSKey, "tls-key", "", "its key, a PEM `FILE`")
	cmd.Flags().BoolVar(&settings.BehindProxy, "behind-proxy", false, "a proxy with TLS is before it, which sets X-Forwarded-For")
	cmd.Flags().Bool("quiet", false, "do not log requests")
	return cmd
}

func runServe(cmd *cobra.Command, settings server.Settings) (err error) {
	show, err := cmd.Flags().GetBool("demo")
	if err != nil {
		return err
	}
	quiet, err := cmd.Flags().GetBool("quiet")
	if err != nil {
		return err
	}
	if !quiet && !show {
		settings.Log = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	}
	if settings.Open = show; show {
		settings.Now = func() time.Time { return demo.Now }
	}
	if c, ok := cmd.Context().Value(interruptsKey{}).(chan os.Signal); ok {
		signal.Stop(c) // an interrupt ends it in order
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, remove, err := servedBooks(ctx, cmd, show)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close(), remove()) }()
	s, err := server.New(b, settings)
	if err != nil {
		return usageError{err}
	}
	return s.Run(ctx, func(at net.Addr) {
		scheme := "http"
		if settings.TLSCert != "" {
			scheme = "https"
		}
		_ = tell(cmd.OutOrStdout(), func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "prorata: serving %s on %s://%s/\n", b.Name(), scheme, at)
			return err
		})
	})
}

// servedBooks are the books of the store, or those of the demonstration, and what removes these.
func servedBooks(ctx context.Context, cmd *cobra.Command, show bool) (*books.Books, func() error, error) {
	if !show {
		b, err := openStore(cmd)
		return b, func() error { return nil }, err
	}
	if cmd.Flags().Changed("store") {
		return nil, nil, usagef("--demo makes a store of its own: expected no --store")
	}
	dir, err := os.MkdirTemp("", "prorata-demo-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	b, err := demo.Books(ctx, filepath.Join(dir, "demo.db"))
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	if err := demo.Reconcile(ctx, b); err != nil {
		return nil, nil, errors.Join(err, b.Close(), remove())
	}
	return b, remove, nil
}
