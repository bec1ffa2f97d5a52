// Package pgtest starts a PostgreSQL server for tests: Debian's programs, data in a temporary folder, on a Unix socket there, so
// that nothing of the machine is used or changed. A test is skipped where there are none, and fails where CI is set. One server
// serves all tests of a process.
package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is the server of this process, if it was started.
type server struct {
	lock    sync.Mutex
	folder  string
	process *os.Process
	ended   chan error
	schemas int
	failed  error
}

var shared server

// Main runs tests, and stops the server that they started, if they did: what TestMain of a package does whose tests use URL.
func Main(m interface{ Run() int }) int {
	defer shared.stop()
	return m.Run()
}

// URL is a database with a schema that nobody has used. The first call starts the server.
func URL(t testing.TB) string {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v; install postgresql", err)
		}
		t.Skipf("SKIPPED: %v; apt-get install postgresql", err)
	}
	shared.lock.Lock()
	defer shared.lock.Unlock()
	if shared.process == nil && shared.failed == nil {
		shared.failed = shared.start(bin)
	}
	if shared.failed != nil {
		t.Fatal(shared.failed)
	}
	shared.schemas++
	return fmt.Sprintf("postgres://prorata@/postgres?host=%s&search_path=books_%d", shared.folder, shared.schemas)
}

// stop ends the server and removes what is in it.
func (s *server) stop() {
	if s.process != nil {
		s.process.Signal(syscall.SIGQUIT) // at once: nobody needs what is in it
		<-s.ended
	}
	if s.folder != "" {
		os.RemoveAll(s.folder)
	}
}

func (s *server) start(bin string) (err error) {
	if s.folder, err = os.MkdirTemp("", "pg"); err != nil { // short: a socket's name has at most 107 bytes
		return err
	}
	who, err := whoRuns(s.folder)
	if err != nil {
		return err
	}
	folder, data := s.folder, filepath.Join(s.folder, "data")
	var output text
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = folder, &output, &output, &syscall.SysProcAttr{Credential: who}
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		return cmd
	}
	if err := run("initdb", "-D", data, "-U", "prorata", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").Run(); err != nil {
		return fmt.Errorf("initdb: %v\n%s", err, output.String())
	}
	cmd := run("postgres", "-D", data, "-k", folder, "-h", "", "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=200")
	if err := cmd.Start(); err != nil {
		return err
	}
	s.process, s.ended = cmd.Process, make(chan error, 1)
	go func() { s.ended <- cmd.Wait() }()
	for start := time.Now(); run("pg_isready", "-q", "-h", folder).Run() != nil; time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("postgres: %v\n%s", err, output.String())
		default:
		}
		if time.Since(start) > time.Minute {
			return fmt.Errorf("postgres does not answer\n%s", output.String())
		}
	}
	return nil
}

// text is what several programs print, at once.
type text struct {
	mutex sync.Mutex
	all   []byte
}

func (t *text) Write(b []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.all = append(t.all, b...)
	return len(b), nil
}

func (t *text) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return string(t.all)
}

// programs finds the folder of the programs of the latest version there is.
func programs() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			return filepath.Dir(real), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("no PostgreSQL: neither initdb on PATH nor /usr/lib/postgresql")
	}
	version := func(name string) int {
		n, _ := strconv.Atoi(strings.Split(name, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// whoRuns is the user that runs the server, which root may not, and owns the folder: postgres, or whoever there is. Nil is this user.
func whoRuns(folder string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
	}
	return nil, fmt.Errorf("no user postgres or nobody to run a server, which root may not")
}
