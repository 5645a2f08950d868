package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode"

	"golang.org/x/crypto/argon2"

	"github.com/mockcloud/mockcloud/internal/clock"
)

// Password is what is kept of a user's password. Exactly one of Hash and Plain
// is set.
type Password struct {
	Hash  string `json:"hash,omitempty"`  // argon2id in PHC form
	Plain string `json:"plain,omitempty"` // a published fixture password; hashed when it is first used, so that start-up does not pay
	// Fixtures is the digest of the fixtures that the password comes from; ""
	// where somebody has set it since.
	Fixtures string `json:"fixtures,omitempty"`
	// Changed is when somebody set it; nil for those that never were, such as
	// those of fixtures.
	Changed *clock.Time `json:"changed,omitempty"`
}

// The costs of argon2id: the least that OWASP recommends, some 20 ms and 19 MiB.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonKey     = 32 // bytes
)

// MaxPassword is the longest password in bytes.
const MaxPassword = 256

var errPasswordTooLong = errors.New("the password is too long")

// hashing bounds how many hashes are computed at once: each takes a processor
// and 19 MiB.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))

// argon computes a hash, or fails when ctx ends before its turn.
func argon(ctx context.Context, plain string, salt []byte, time, memory uint32, threads uint8) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(plain), salt, time, memory, threads, argonKey), nil
}

// HashPassword makes what is stored of a password of MaxPassword bytes at most.
// It takes long on purpose and must not run inside a write transaction, for which
// all writers wait.
func HashPassword(ctx context.Context, plain string) (*Password, error) {
	if len(plain) > MaxPassword {
		return nil, errPasswordTooLong
	}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails (see crypto/rand); no answer shows it
	key, err := argon(ctx, plain, salt, argonTime, argonMemory, argonThreads)
	if err != nil {
		return nil, err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return &Password{Hash: fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonThreads, encode(salt), encode(key))}, nil
}

// Matches says whether plain is the password. It takes as long where there is no
// password at all, so that time tells nobody who exists. The error is ctx's.
func (p *Password) Matches(ctx context.Context, plain string) (bool, error) {
	switch {
	case len(plain) > MaxPassword:
		return false, nil
	case p == nil || p.Plain != "":
		_, err := argon(ctx, plain, make([]byte, argonSalt), argonTime, argonMemory, argonThreads)
		return err == nil && p != nil && subtle.ConstantTimeCompare([]byte(p.Plain), []byte(plain)) == 1, err
	}
	return p.matchesArgon(ctx, plain)
}

func (p *Password) matchesArgon(ctx context.Context, plain string) (bool, error) {
	var version int
	var memory, time uint32
	var threads uint8
	parts := strings.Split(p.Hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, nil
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil || time == 0 || threads == 0 {
		return false, nil
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, nil
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, nil
	}
	got, err := argon(ctx, plain, salt, time, memory, threads)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// Same says whether p and other are one and the same, not just the same text:
// two hashes of one text differ. Both may be nil.
func (p *Password) Same(other *Password) bool {
	if p == nil || other == nil {
		return p == other
	}
	return p.Hash == other.Hash && p.Plain == other.Plain
}

// FromFixtures says whether the password is still the one that fixtures with
// that digest have published.
func (p *Password) FromFixtures(digest string) bool {
	return p != nil && p.Fixtures != "" && p.Fixtures == digest
}

// PasswordRequirements is what a new password must have: the schema of that
// name. Zero means no requirement.
type PasswordRequirements struct {
	MinimumLength     int `json:"minimumLength"`
	MinimumDigits     int `json:"minimumDigits"`
	MinimumLetters    int `json:"minimumLetters"`
	MinimumUpper      int `json:"minimumUpper"`
	MinimumLower      int `json:"minimumLower"`
	MinimumSpecials   int `json:"minimumSpecials"`
	MinimumAgeSeconds int `json:"minimumAgeSeconds"`
	ExpirationDays    int `json:"expirationDays"` // kept, not acted upon
}

// Requirements are those of the organization. One that has set none has the
// default ones.
func (a *Authentication) Requirements() PasswordRequirements {
	if a.PasswordRequirements != nil {
		return *a.PasswordRequirements
	}
	// Guess: the real default is not documented. See TestThePasswordPolicyIsTheOrganizations.
	return PasswordRequirements{MinimumLength: 8, MinimumLetters: 1, MinimumDigits: 1, MinimumSpecials: 1}
}

// The rules that a password can break, as the API calls them (openapi/errors.txt).
const (
	PasswordEmpty               = "password.empty"
	PasswordTooShort            = "password.too.short"
	PasswordNotEnoughLetters    = "password.not.enough.letters"
	PasswordNotEnoughLowercase  = "password.not.enough.lowercase"
	PasswordNotEnoughUppercase  = "password.not.enough.uppercase"
	PasswordNotEnoughDigits     = "password.not.enough.digits"
	PasswordNotEnoughSpecials   = "password.not.enough.specials"
	PasswordBreaksAnotherPolicy = "invalid.new.password" // such as that of being too long
)

// Check names the first rule that a new password breaks, or "". Characters
// count, not bytes, except against MaxPassword; what is neither a letter nor a
// digit is special. The other rules, on age and on repetition, need the password
// that it takes the place of.
func (r *PasswordRequirements) Check(plain string) (broken string) {
	var length, letters, lower, upper, digits, specials int
	for _, c := range plain {
		length++
		switch {
		case unicode.IsLetter(c):
			letters++
			if unicode.IsLower(c) {
				lower++
			}
			if unicode.IsUpper(c) {
				upper++
			}
		case unicode.IsDigit(c):
			digits++
		default:
			specials++
		}
	}
	switch {
	case plain == "":
		return PasswordEmpty
	case len(plain) > MaxPassword:
		return PasswordBreaksAnotherPolicy
	case length < r.MinimumLength:
		return PasswordTooShort
	case letters < r.MinimumLetters:
		return PasswordNotEnoughLetters
	case lower < r.MinimumLower:
		return PasswordNotEnoughLowercase
	case upper < r.MinimumUpper:
		return PasswordNotEnoughUppercase
	case digits < r.MinimumDigits:
		return PasswordNotEnoughDigits
	case specials < r.MinimumSpecials:
		return PasswordNotEnoughSpecials
	}
	return ""
}
