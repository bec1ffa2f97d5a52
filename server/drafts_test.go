package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/reconciling"
)

// Whatever the files of drafts are for, they have so many bytes together, and the oldest make room.
func TestDraftsAreBounded(t *testing.T) {
	half := &reconciling.File{Name: "half", Data: make([]byte, maxDrafts/2)}
	for name, asked := range map[string]reconciling.Asked{
		"documents": {Documents: []reconciling.File{*half}}, "mappings": {Mappings: []reconciling.File{*half}}, "aliases": {Aliases: half}, "claimed": {Claimed: half},
	} {
		var d drafts
		first, second := d.keep("anna", asked), d.keep("anna", asked)
		_, there := d.of("anna", first)
		require.True(t, there, name)
		_, theirs := d.of("bert", first)
		require.False(t, theirs, "%s: it is of the token that gave it", name)
		third := d.keep("anna", reconciling.Asked{Documents: []reconciling.File{{Name: "a", Data: []byte("a")}}})
		for id, want := range map[string]bool{first: false, second: true, third: true} {
			_, there := d.of("anna", id)
			require.Equal(t, want, there, name)
		}
	}
}
