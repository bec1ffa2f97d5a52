//go:build unix && !linux

package outfile

// keepAccessList does nothing: access control lists are Linux's here.
func keepAccessList(string, string) bool { return true }
