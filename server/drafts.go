package server

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/prorata-go/prorata/internal/reconciling"
)

// What drafts last, and how many bytes of files they have together.
const (
	draftLasts = time.Hour
	maxDrafts  = 2 * MaxUpload
)

// drafts are documents that were given and wait to be reconciled until somebody has looked at how their tables are read. They are gone when
// the process ends, after an hour, and the oldest where there are too many.
type drafts struct {
	mutex sync.Mutex
	list  []draft // the oldest first
}

type draft struct {
	id, token string // the token of whoever gave it
	asked     reconciling.Asked
	at        time.Time
	size      int
	made      int64 // the number of the reconciliation it has become; then it has no documents any more
}

// keep keeps a draft and returns its id.
func (d *drafts) keep(token string, asked reconciling.Asked) string {
	one := draft{id: rand.Text(), token: token, asked: asked, at: time.Now()}
	for _, files := range [][]reconciling.File{asked.Documents, asked.Mappings} {
		for i := range files {
			one.size += len(files[i].Data)
		}
	}
	for _, list := range []*reconciling.File{asked.Aliases, asked.Claimed} {
		if list != nil {
			one.size += len(list.Data)
		}
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.forgetOld()
	d.list = append(d.list, one)
	size := 0
	for i := len(d.list) - 1; i >= 0; i-- {
		if size += d.list[i].size; size > maxDrafts {
			d.list = slices.Delete(d.list, 0, i+1)
			break
		}
	}
	return one.id
}

// of is the draft of an id that a token gave; false where there is none any more.
func (d *drafts) of(token, id string) (draft, bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.forgetOld()
	for _, one := range d.list {
		if one.id == id && one.token == token {
			return one, true
		}
	}
	return draft{}, false
}

// done ends a draft that has become a reconciliation. Another tab that still shows it is told so.
func (d *drafts) done(id string, made int64) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for i := range d.list {
		if one := &d.list[i]; one.id == id {
			one.asked, one.size, one.made = reconciling.Asked{}, 0, made
		}
	}
}

// forgetOld ends the drafts whose time is over.
func (d *drafts) forgetOld() {
	d.list = slices.DeleteFunc(d.list, func(one draft) bool { return time.Since(one.at) > draftLasts })
}
