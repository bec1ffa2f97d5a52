package outfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// Commit makes outputs appear, all or none. It starts those that are not yet. Files come last, when nothing but a rename is left
// to do.
func Commit(outputs ...*Output) error {
	defer Discard(outputs...)
	files := slices.DeleteFunc(slices.Clone(outputs), func(o *Output) bool { return o.ToStdout() })
	inOrder := append(files, outputs...) // standard output may have been written to, but fails last
	for _, o := range inOrder {
		if err := o.start(); err != nil {
			return err
		}
	}
	for _, o := range inOrder {
		if err := o.finish(); err != nil {
			return err
		}
	}
	return unfinished.rename(outputs)
}

// Discard removes what was written to outputs that are not committed.
func Discard(outputs ...*Output) {
	for _, o := range outputs {
		if o.file != nil {
			o.file.Close()
			unfinished.remove(o.file.Name())
			o.file = nil
		}
		if o.spool != nil {
			o.spool.discard()
		}
	}
}

// Abort removes all unfinished files, and lets no more be made or finished. It is false when it comes too late: files have
// appeared, and the process should be left to end by itself.
func Abort() bool {
	unfinished.mu.Lock()
	if unfinished.committed {
		unfinished.mu.Unlock()
		return false
	}
	for name := range unfinished.files { // and keeps the lock for good
		os.Remove(name)
	}
	return true
}

// unfinished are the files that are being written.
var unfinished = temporary{files: map[string]bool{}}

type temporary struct {
	mu        sync.Mutex // held during the renames too, so that an interrupt does not cut them short
	files     map[string]bool
	committed bool
}

// create makes a file in a folder, with the permissions that the umask leaves of those given.
func (t *temporary) create(folder string, mode fs.FileMode) (*os.File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range 100 {
		f, err := os.OpenFile(t.name(folder), os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			t.files[f.Name()] = true
		}
		return f, err
	}
	return nil, errors.New("no name for a temporary file")
}

func (t *temporary) name(folder string) string {
	return filepath.Join(folder, ".prorata-"+strconv.FormatUint(rand.Uint64(), 36))
}

func (t *temporary) remove(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	os.Remove(name)
	delete(t.files, name)
}

// rename puts the files where they belong. When one of several cannot be, what was there before comes back.
func (t *temporary) rename(outputs []*Output) error {
	files := slices.DeleteFunc(slices.Clone(outputs), func(o *Output) bool { return o.file == nil })
	if len(files) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var undo []func()
	for i, o := range files {
		restore, forget := func() {}, func() {}
		if i+1 < len(files) {
			restore, forget = t.backup(o.target)
		}
		defer forget()
		if err := os.Rename(o.file.Name(), o.target); err != nil {
			for _, f := range slices.Backward(undo) {
				f()
			}
			return o.cannot(cannotReplace(err))
		}
		undo = append(undo, restore)
		delete(t.files, o.file.Name())
		o.file = nil
	}
	t.committed = true
	return syncFolders(files)
}

// backup keeps a second link to a file that is about to be replaced: restore puts it back, forget removes the link. Where a file
// system has no links, nothing can be restored.
func (t *temporary) backup(target string) (restore, forget func()) {
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		return func() { os.Remove(target) }, func() {}
	}
	kept := t.name(filepath.Dir(target))
	if os.Link(target, kept) != nil {
		return func() {}, func() {}
	}
	return func() { os.Rename(kept, target) }, func() { os.Remove(kept) }
}

func syncFolders(files []*Output) error {
	done := map[string]bool{}
	for _, o := range files {
		folder := filepath.Dir(o.target)
		if done[folder] {
			continue
		}
		done[folder] = true
		if err := syncFolder(folder); err != nil {
			return fmt.Errorf("%s is written, but a loss of power may undo that: cannot sync its folder: %w", o.name, reason(err))
		}
	}
	return nil
}
