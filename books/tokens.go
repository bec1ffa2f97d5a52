package books

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/internal/names"
)

// Token lets a program or a person in who speaks to the books through a server. What is kept of it is its name and a hash: the token
// itself is known to whoever was given it.
type Token struct {
	Name    string
	Write   bool // it may record and issue; else it only reads
	Created time.Time
	Revoked time.Time // the zero time while it holds

	hash []byte
}

// MaxTokens is how many tokens some books have, revoked ones included.
const MaxTokens = 1000

// tokenPrefix begins every token, so that one in a file is known for what it is.
const tokenPrefix = "prorata_"

// settingToken begins the names of the settings that tokens are kept in.
const settingToken = "token/"

// tokenRow is a token as it is kept.
type tokenRow struct {
	Write   bool      `json:"write"`
	Created time.Time `json:"created"`
	Revoked time.Time `json:"revoked,omitzero"`
	SHA256  string    `json:"sha256"`
}

// AddToken makes a token of a name that no other has or had, and returns it: it is said here once, and cannot be found out later.
// A name has 1 to 64 letters, digits, hyphens, underscores and full stops.
func (b *Books) AddToken(ctx context.Context, name string, write bool, now time.Time) (token string, err error) {
	if err := checkTokenName(name); err != nil {
		return "", err
	}
	if now, err = instantOr(now, time.Now()); err != nil {
		return "", err
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // which never fails
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	hash := sha256.Sum256([]byte(token))
	err = b.home.Write(ctx, func(tx store.Tx) error {
		tokens, err := tokensIn(tx)
		if err != nil {
			return err
		}
		if len(tokens) >= MaxTokens {
			return fmt.Errorf("there are %d tokens, and that is as many as there may be", len(tokens))
		}
		if slices.ContainsFunc(tokens, func(t Token) bool { return t.Name == name }) {
			return fmt.Errorf("there is or was a token %q, expected a name that is new", name)
		}
		return putToken(tx, Token{Name: name, Write: write, Created: now, hash: hash[:]})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// RevokeToken ends a token: from now on it lets nobody in.
func (b *Books) RevokeToken(ctx context.Context, name string, now time.Time) error {
	now, err := instantOr(now, time.Now())
	if err != nil {
		return err
	}
	return b.home.Write(ctx, func(tx store.Tx) error {
		tokens, err := tokensIn(tx)
		if err != nil {
			return err
		}
		known := make([]string, len(tokens))
		for i, t := range tokens {
			if known[i] = t.Name; t.Name != name {
				continue
			}
			if !t.Revoked.IsZero() {
				return fmt.Errorf("token %q was revoked on %s", name, t.Revoked.Format(time.DateOnly))
			}
			t.Revoked = now
			return putToken(tx, t)
		}
		return names.Unknown("token", name, known)
	})
}

// Tokens are all tokens, by name.
func (b *Books) Tokens(ctx context.Context) (tokens []Token, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		tokens, err = tokensIn(tx)
		return err
	})
	return tokens, err
}

// TokenOf finds which token, that is not revoked, a text is. It takes the same time for every text that is none.
func (b *Books) TokenOf(ctx context.Context, text string) (found Token, ok bool, err error) {
	tokens, err := b.Tokens(ctx)
	if err != nil {
		return Token{}, false, err
	}
	hash := sha256.Sum256([]byte(text))
	for _, t := range tokens {
		if subtle.ConstantTimeCompare(hash[:], t.hash) == 1 && t.Revoked.IsZero() {
			found, ok = t, true
		}
	}
	return found, ok, nil
}

func tokensIn(tx store.Tx) ([]Token, error) {
	settings, err := tx.Settings()
	if err != nil {
		return nil, err
	}
	var tokens []Token
	for key, value := range settings {
		name, ok := strings.CutPrefix(key, settingToken)
		if !ok {
			continue
		}
		var row tokenRow
		if err := json.Unmarshal([]byte(value), &row); err != nil {
			return nil, fmt.Errorf("token %q: %w", name, err)
		}
		hash, err := hex.DecodeString(row.SHA256)
		if err != nil {
			return nil, fmt.Errorf("token %q: %w", name, err)
		}
		tokens = append(tokens, Token{Name: name, Write: row.Write, Created: row.Created, Revoked: row.Revoked, hash: hash})
	}
	slices.SortFunc(tokens, func(a, b Token) int { return strings.Compare(a.Name, b.Name) })
	return tokens, nil
}

func putToken(tx store.Tx, t Token) error {
	value, err := json.Marshal(tokenRow{Write: t.Write, Created: t.Created, Revoked: t.Revoked, SHA256: hex.EncodeToString(t.hash)})
	if err != nil {
		return err
	}
	return tx.Set(settingToken+t.Name, string(value))
}

func checkTokenName(name string) error {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("token name %q, expected 1 to 64 letters, digits, hyphens, underscores and full stops", names.Clip(name))
	}
	return nil
}
