//go:build !unix

package outfile

import (
	"errors"
	"io/fs"
	"os"
)

func mayWrite(string) error { return nil }

func mayReplace(fs.FileInfo, fs.FileInfo) bool { return true }

func openDescriptor(int) (*os.File, error) { return nil, errors.ErrUnsupported }

func keepPermissions(f *os.File, _ string, old fs.FileInfo) error { return f.Chmod(old.Mode().Perm()) }

func syncFolder(string) error { return nil }

func cannotReplace(err error) error { return err }
