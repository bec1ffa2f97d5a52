package outfile_test

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/outfile"
)

// accessList is the form in which Linux keeps access control lists: a version, and tag, permissions and id of each entry.
func accessList(entries ...[3]uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return b
}

// A file that is replaced keeps its access control list. Without it, the permissions would give the group what the list gives to
// one user: the middle digit of 0640 is then the most that anybody in the list may do.
func TestAccessListKept(t *testing.T) {
	const name, none = "system.posix_acl_access", 0xffffffff
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	list := accessList([3]uint32{1, 6, none}, [3]uint32{2, 4, 4242}, [3]uint32{4, 0, none}, [3]uint32{16, 4, none}, [3]uint32{32, 0, none})
	if err := syscall.Setxattr(path, name, list, 0); errors.Is(err, syscall.ENOTSUP) {
		t.Skip("no access control lists here")
	} else {
		require.NoError(t, err)
	}
	out := outfile.New(path, nil)
	io.WriteString(out, "new")
	require.NoError(t, outfile.Commit(out))
	require.Equal(t, "new", read(t, path))
	got := make([]byte, 1000)
	n, err := syscall.Getxattr(path, name, got)
	require.NoError(t, err)
	require.Equal(t, list, got[:n])
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode())
}
