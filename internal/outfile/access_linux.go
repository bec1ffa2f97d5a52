package outfile

import (
	"errors"
	"syscall"
)

// keepAccessList gives a file the access control list of another, or none when that has none, and reports whether it could.
func keepAccessList(path, of string) bool {
	const name = "system.posix_acl_access"
	list := make([]byte, 1<<16) // the most that an attribute holds
	n, err := syscall.Getxattr(of, name, list)
	switch {
	case err == nil:
		return syscall.Setxattr(path, name, list[:n], 0) == nil
	case errors.Is(err, syscall.ENOTSUP):
		return true
	case errors.Is(err, syscall.ENODATA):
		err = syscall.Removexattr(path, name) // which the folder may have given it
		return err == nil || errors.Is(err, syscall.ENODATA) || errors.Is(err, syscall.ENOTSUP)
	}
	return false
}
