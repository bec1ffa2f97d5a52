package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/server"
)

// served is the program under load.
type served struct {
	end       func() error
	process   int
	url       string
	token     string
	connected *http.Client
}

// startServer starts the program over the books, and waits until it listens.
func startServer(ctx context.Context, o *options, dir, token string) (*served, error) {
	s := &served{token: token, process: os.Getpid(), connected: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}, Timeout: time.Minute}}
	if o.profile != "" {
		return s, s.within(ctx, o)
	}
	program := o.program
	if program == "" {
		program = filepath.Join(dir, "prorata")
		build := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/prorata-go/prorata/cmd/prorata")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building the program: %w: %s", err, out)
		}
	}
	command := exec.Command(program, "serve", "--store", o.keep, "--listen", "127.0.0.1:0", "--quiet")
	command.Env = append(os.Environ(), "GOMAXPROCS=2")
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	s.process = command.Process.Pid
	s.end = func() error { return errors.Join(command.Process.Signal(os.Interrupt), command.Wait()) }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not say where it listens: %w", err), s.end())
	}
	_, at, _ := strings.Cut(strings.TrimSpace(line), " on ")
	s.url = strings.TrimSuffix(at, "/")
	return s, nil
}

// within serves in this process, under the profiler.
func (s *served) within(ctx context.Context, o *options) error {
	runtime.GOMAXPROCS(2)
	b, err := books.Open(ctx, o.keep)
	if err != nil {
		return err
	}
	made, err := server.New(b, server.Settings{Listen: "127.0.0.1:0"})
	if err != nil {
		return errors.Join(err, b.Close())
	}
	profile, err := os.Create(o.profile)
	if err == nil {
		err = pprof.StartCPUProfile(profile)
	}
	if err != nil {
		return errors.Join(err, b.Close())
	}
	serving, stop := context.WithCancel(ctx)
	at, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- made.Run(serving, func(a net.Addr) { at <- a }) }()
	s.end = func() error {
		pprof.StopCPUProfile()
		stop()
		return errors.Join(<-ended, b.Close(), profile.Close())
	}
	select {
	case a := <-at:
		s.url = "http://" + a.String()
		return nil
	case err := <-ended:
		return err
	}
}

// ask sends a request and reads its answer, which has to be a success.
func (s *served) ask(ctx context.Context, q question) error {
	method := http.MethodGet
	if q.body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+q.target, strings.NewReader(q.body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if q.body != "" {
		r.Header.Set("Content-Type", "application/x-ndjson")
	}
	if q.page {
		r.Header.Set("Accept-Encoding", "gzip") // as a browser
	}
	answer, err := s.connected.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %.200s", q.target, answer.Status, text)
	}
	return nil
}

// peak is the most memory that the server has held, where the system says it.
func (s *served) peak() string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process))
	if err != nil {
		return "memory that this system does not tell"
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(kb)
		}
	}
	return "memory that this system does not tell"
}

// cores is the time of all cores that the server has used, where the system says it.
func (s *served) cores() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields, ticks := strings.Fields(after), 0
	for _, field := range fields[11:13] { // in user mode and in the system's
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

// loadAverage is how many processes wanted a core: of the last minute, of 5 and of 15.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
