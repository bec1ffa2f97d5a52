package outfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// place is what a name stands for, there or not yet: a path without links, relative to the working folder if the name is, since
// not everybody may look at the folders above that.
type place struct{ path string }

// resolve follows links as far as the name of an open descriptor, which is one too. As for the system, a folder and .. behind it
// are where the folder is, when it is a link, and nowhere when it is not there.
func resolve(name string) place {
	for range 40 { // links to links, at most, as for most systems
		if _, ok := (place{name}).descriptor(); ok {
			break
		}
		folder, base := filepath.Split(name)
		if folder == "" {
			folder = "."
		} else if real, err := filepath.EvalSymlinks(folder); err == nil {
			folder = real
		}
		name = filepath.Join(folder, base)
		if _, ok := (place{name}).descriptor(); ok {
			break
		}
		to, err := os.Readlink(name)
		if err != nil {
			break // it is no link
		}
		if !filepath.IsAbs(to) {
			to = folder + string(filepath.Separator) + to // not cleaned
		}
		name = to
	}
	return place{name}
}

var descriptorPath = regexp.MustCompile(`^/(?:dev|proc/(self|thread-self|[0-9]+))/fd/([0-9]{1,9})$`)

// descriptor is the open file that a path such as /dev/stdout or /dev/fd/3 stands for.
func (p place) descriptor() (int, bool) {
	if runtime.GOOS == "windows" {
		return 0, false
	}
	path, err := filepath.Abs(p.path)
	if err != nil {
		return 0, false
	}
	switch path {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	found := descriptorPath.FindStringSubmatch(path)
	if found == nil {
		return 0, false
	}
	if pid, err := strconv.Atoi(found[1]); err == nil && pid != os.Getpid() {
		return 0, false
	}
	n, err := strconv.Atoi(found[2])
	return n, err == nil
}

// check looks at what is there, nil if nothing is, and says why it cannot be written.
func (p place) check(name string) (old fs.FileInfo, err error) {
	old, err = os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if strings.HasSuffix(name, "/") || strings.HasSuffix(name, string(filepath.Separator)) {
			return nil, errors.New("it names a folder, expected a file")
		}
		old = nil
	case err != nil:
		return nil, err
	case old.IsDir():
		return nil, errors.New("it is a folder, expected a file")
	case !old.Mode().IsRegular():
		return old, nil
	case old.Mode().Perm()&0o222 == 0:
		return nil, errors.New("it is read-only, expected a file that may be written")
	default:
		if err := mayWrite(p.path); err != nil {
			return nil, err
		}
	}
	if given, _ := filepath.Split(name); old == nil && given != "" {
		if _, err := os.Stat(given); err != nil { // such as missing/../file
			return nil, fmt.Errorf("there is no folder %s, expected one that is there", given)
		}
	}
	folder := filepath.Dir(p.path)
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s, expected one that is there", folder)
	} else if err != nil {
		return nil, err
	}
	if old != nil && !mayReplace(old, info) {
		return nil, errors.New("it is another user's, and its folder lets nobody else replace it; expected a file of one's own")
	}
	if err := mayWrite(folder); err != nil && old != nil {
		return nil, fmt.Errorf("a new file is written beside it, and its folder takes none: %w; expected a folder that does, or standard output", err)
	} else if err != nil {
		return nil, err
	}
	return old, nil
}

// Same reports that two names are one file or pipe, there or not yet. Devices may be shared. "-" is the given file, standard
// input or output; nil is none.
func Same(a string, stdA *os.File, b string, stdB *os.File) bool {
	x, errA := stat(a, stdA)
	y, errB := stat(b, stdB)
	switch {
	case x != nil && y != nil:
		return (x.Mode().IsRegular() || x.Mode()&fs.ModeNamedPipe != 0) && os.SameFile(x, y)
	case errors.Is(errA, fs.ErrNotExist) && errors.Is(errB, fs.ErrNotExist):
		return sameNew(resolve(a), resolve(b))
	}
	return false
}

// sameNew reports that two files that are not there would be one.
func sameNew(a, b place) bool {
	x, errX := os.Stat(filepath.Dir(a.path))
	y, errY := os.Stat(filepath.Dir(b.path))
	return errX == nil && errY == nil && os.SameFile(x, y) && filepath.Base(a.path) == filepath.Base(b.path)
}

// OnePipe finds two names of one pipe, each of which would get a part of what it holds.
func OnePipe(names []string, stdin *os.File) (a, b string, found bool) {
	var pipes []string
	for _, name := range names {
		if info, err := stat(name, stdin); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
			continue
		}
		for _, other := range pipes {
			if Same(name, stdin, other, stdin) {
				return other, name, true
			}
		}
		pipes = append(pipes, name)
	}
	return "", "", false
}

func stat(name string, std *os.File) (fs.FileInfo, error) {
	if name != "-" {
		return os.Stat(name)
	}
	if std == nil {
		return nil, errors.New("not a file")
	}
	return std.Stat()
}
