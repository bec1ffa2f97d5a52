//go:build unix

package outfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// mayWrite asks the system, without opening the file: that would show to whoever watches it.
func mayWrite(path string) error {
	const write = 2
	return syscall.Access(path, write)
}

// mayReplace is false in folders such as /tmp, in which only who owns a file or the folder, and root, may rename and remove it.
func mayReplace(file, folder fs.FileInfo) bool {
	if folder.Mode()&fs.ModeSticky == 0 || os.Geteuid() == 0 {
		return true
	}
	for _, info := range []fs.FileInfo{file, folder} {
		if own, ok := info.Sys().(*syscall.Stat_t); ok && int(own.Uid) == os.Geteuid() {
			return true
		}
	}
	return false
}

// openDescriptor opens an open file once more, so that it can be closed; where it is in the file, and whether it appends, is shared.
func openDescriptor(n int) (*os.File, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(n)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "/dev/fd/"+strconv.Itoa(n)), nil
}

// keepPermissions gives a new file those of the one it replaces.
func keepPermissions(f *os.File, target string, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	kept := true
	now, err := f.Stat()
	if err != nil {
		return err
	}
	was, okWas := old.Sys().(*syscall.Stat_t)
	is, okIs := now.Sys().(*syscall.Stat_t)
	if okWas && okIs && (was.Uid != is.Uid || was.Gid != is.Gid) && f.Chown(int(was.Uid), int(was.Gid)) != nil {
		kept = was.Gid == is.Gid || f.Chown(-1, int(was.Gid)) == nil
	}
	if !keepAccessList(f.Name(), target) || !kept {
		mode &^= 0o070 &^ (mode & 0o007 << 3) // another group may do what everybody may, and no more
	}
	return f.Chmod(mode)
}

// syncFolder makes renames in a folder last. Some folders cannot be opened, and some file systems know no such thing.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) && !errors.Is(err, syscall.EBADF) {
		return err
	}
	return nil
}

// cannotReplace explains a rename that fails.
func cannotReplace(err error) error {
	if errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV) {
		return fmt.Errorf("%w: it is mounted by itself, as into a container, and cannot be replaced; expected its folder to be mounted, or standard output", reason(err))
	}
	return err
}
