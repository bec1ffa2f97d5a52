//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
)

// TestFullDisk runs steps where a file may grow no further than so many bytes, or where the disk is full, until they can be done:
// every one that fails says so and changes nothing, and the books end as they do on a large disk.
func TestFullDisk(t *testing.T) {
	y := writeYear(t)
	large := filepath.Join(t.TempDir(), "large.db")
	y.run(t, large)
	want := issuedIn(t, large)

	t.Run("files that may not grow", func(t *testing.T) {
		store := filepath.Join(t.TempDir(), "books.db")
		y.init(t, store)
		failed, kilobytes := 0, 64
		for _, step := range y.steps {
			for ; ; kilobytes += kilobytes / 4 {
				cmd := program(t)
				limited := exec.Command("bash", append([]string{"-c", fmt.Sprintf("ulimit -f %d; exec -a prorata %q \"$@\"", kilobytes, cmd.Path), "prorata"}, append(step, "--store", store)...)...)
				limited.Env = cmd.Env
				before := requireWhole(t, store, false)
				out, err := limited.CombinedOutput()
				if err == nil {
					break
				}
				failed++
				require.Equal(t, before, requireWhole(t, store, false), "what failed changed nothing: %s", out)
			}
		}
		require.Greater(t, failed, 3)
		requireWhole(t, store, true)
		require.Equal(t, want, issuedIn(t, store))
		t.Logf("failed %d times for want of room", failed)
	})

	t.Run("a small disk", func(t *testing.T) {
		disk := t.TempDir()
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=320k"); err != nil {
			t.Skipf("SKIPPED: cannot mount a small disk: %v", err)
		}
		t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
		store := filepath.Join(disk, "books.db")
		y.init(t, store)
		failed, size := 0, 320
		for _, step := range y.steps {
			for ; ; size += 128 {
				require.NoError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%dk", size)))
				cmd := program(t, append(step, "--store", store)...)
				out, err := cmd.CombinedOutput()
				if err == nil {
					break
				}
				failed++
				require.Contains(t, string(out), "prorata: ", "it says why")
				require.Less(t, size, 1<<16)
			}
		}
		require.Positive(t, failed)
		requireWhole(t, store, true)
		require.Equal(t, want, issuedIn(t, store))
		t.Logf("failed %d times for want of room", failed)
	})
}

// TestReadOnlyFolder reads a store where nothing may be written, as somebody who is not root, and is told so when it is to be changed.
func TestReadOnlyFolder(t *testing.T) {
	y := writeYear(t)
	base := t.TempDir()
	for folder := base; folder != filepath.Dir(os.TempDir()) && folder != "/"; folder = filepath.Dir(folder) {
		if info, err := os.Stat(folder); err == nil && info.Mode().Perm()&0o011 == 0 {
			require.NoError(t, os.Chmod(folder, 0o755))
		}
	}
	folder := filepath.Join(base, "books")
	require.NoError(t, os.Mkdir(folder, 0o755))
	store := filepath.Join(folder, "books.db")
	y.init(t, store)
	for _, step := range y.steps[:3] {
		prorata(t, append(step, "--store", store)...)
	}
	want := issuedIn(t, store)
	for _, beside := range []string{"-wal", "-shm"} { // which a reader may leave
		require.NoError(t, os.RemoveAll(store+beside))
	}
	self, err := os.ReadFile(program(t).Path)
	require.NoError(t, err)
	copied := filepath.Join(base, "prorata")
	require.NoError(t, os.WriteFile(copied, self, 0o755))
	require.NoError(t, os.Chmod(store, 0o444))
	require.NoError(t, os.Chmod(folder, 0o555))
	t.Cleanup(func() { os.Chmod(folder, 0o755) })
	as := func(args ...string) *exec.Cmd {
		cmd := program(t, args...)
		cmd.Path = copied
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		return cmd
	}
	out, err := as("invoices", "--store", store, "--format", "jsonl").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, want, string(out))
	out, err = as("verify", "--store", store).CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = as("bill", "--store", store).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "prorata: ")
	require.Contains(t, string(out), "readonly")
}

// TestCopiedInUse copies a store while it is recorded and billed into: what export wrote is whole whenever it was; a copy of the files
// is whole or is said not to be.
func TestCopiedInUse(t *testing.T) {
	y := writeYear(t)
	folder := t.TempDir()
	store := filepath.Join(folder, "books.db")
	y.init(t, store)
	done := make(chan bool)
	go func() {
		defer close(done)
		for _, step := range y.steps {
			if out, err := program(t, append(step, "--store", store)...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", step, err, out)
			}
		}
	}()
	exports, whole, told := 0, 0, 0
	for n := 0; ; n++ {
		select {
		case <-done:
			require.Positive(t, exports)
			t.Logf("%d exports, all whole; of the copies %d were whole, and %d were said not to be", exports, whole, told)
			requireWhole(t, store, true)
			return
		default:
		}
		exported, copied := filepath.Join(folder, fmt.Sprintf("%d.jsonl", n)), filepath.Join(folder, fmt.Sprintf("copy%d.db", n))
		prorata(t, "export", "--store", store, "-o", exported)
		loaded := filepath.Join(folder, fmt.Sprintf("loaded%d.db", n))
		prorata(t, "load", "--store", loaded, exported)
		requireWhole(t, loaded, true)
		exports++
		for _, beside := range []string{"", "-wal"} {
			if data, err := os.ReadFile(store + beside); err == nil {
				require.NoError(t, os.WriteFile(copied+beside, data, 0o600))
			}
		}
		b, err := books.OpenReader(t.Context(), copied)
		if err == nil {
			found, failed := b.Verify(t.Context(), books.Verifying{})
			if err = failed; err == nil && !found.Whole() {
				err = fmt.Errorf("%s", strings.Join(found.Faults, "\n"))
			}
			b.Close()
		}
		if whole++; err != nil {
			whole--
			told++
		}
	}
}
