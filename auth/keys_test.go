package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
	"perci.health/careline/auth"
)

// eventually polls, since a background fetch ends when it ends.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(time.Minute)
	for !is() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestKeysAreFetchedOnceUnderLoad(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	i := newIssuer(t, k)
	i.hold = make(chan struct{})
	v := verifier(t, i, c)
	var waiting, done sync.WaitGroup
	errs := make(chan error, 200)
	for n := range 200 {
		token := sign(t, k, c.claims(jwt.MapClaims{"jti": fmt.Sprint(n)}))
		waiting.Add(1)
		done.Go(func() {
			waiting.Done()
			_, err := v.Session(t.Context(), request("Bearer "+token))
			errs <- err
		})
	}
	waiting.Wait()
	eventually(t, "a fetch", func() bool { return i.fetches.Load() > 0 })
	close(i.hold)
	done.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches for 200 requests; want 1", n)
	}
}

func TestNewKeyIsFetchedAtOnce(t *testing.T) {
	t.Parallel()
	c, old, fresh := newClock(), ec(t, "old"), ec(t, "new")
	i := newIssuer(t, old)
	v := verifier(t, i, c)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.forward(auth.KeysRetryAfter)
	i.rotate(old, fresh)
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, fresh, c.claims(nil)))); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("%d fetches; want 2", n)
	}
}

func TestUnknownKeysAreNotChasedAtWill(t *testing.T) {
	t.Parallel()
	c, k, stranger := newClock(), ec(t, "e"), ec(t, "e")
	i := newIssuer(t, k)
	v := verifier(t, i, c)
	for n := range 50 {
		stranger.kid = fmt.Sprint("made-up-", n)
		_, err := v.Session(t.Context(), request("Bearer "+sign(t, stranger, c.claims(nil))))
		if careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Errorf("a made-up key: %v", err)
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches within %v; want 1", n, auth.KeysRetryAfter)
	}
}

func TestKeyTakenBackEndsItsSessions(t *testing.T) {
	t.Parallel()
	c, old, fresh := newClock(), ec(t, "old"), ec(t, "new")
	i := newIssuer(t, old)
	v := verifier(t, i, c)
	r := request("Bearer " + sign(t, old, c.claims(jwt.MapClaims{"exp": c.now().Add(time.Hour).Unix()})))
	if _, err := v.Session(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	i.rotate(fresh)
	c.forward(auth.KeysFreshFor)
	eventually(t, "the session of a key taken back ends", func() bool {
		_, err := v.Session(t.Context(), r)
		return careline.CodeOf(err) == careline.CodeUnauthenticated && err != nil
	})
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("%d fetches; want 2", n)
	}
}

// A key of the same id but other material is another key.
func TestReplacedKeyOfTheSameIDEndsItsSessions(t *testing.T) {
	t.Parallel()
	c, old, fresh := newClock(), ec(t, "e"), ec(t, "e")
	i := newIssuer(t, old)
	v := verifier(t, i, c)
	r := request("Bearer " + sign(t, old, c.claims(nil)))
	if _, err := v.Session(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	i.rotate(fresh)
	c.forward(auth.KeysRetryAfter)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Session(t.Context(), r); careline.CodeOf(err) != careline.CodeUnauthenticated {
		t.Errorf("the old key's session: %v", err)
	}
}

func TestIssuerDownGoesOnWithKnownKeys(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	i := newIssuer(t, k)
	v := verifier(t, i, c)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.down.Store(true)
	for range 5 {
		c.forward(time.Hour)
		if _, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(nil)))); err != nil {
			t.Errorf("with the issuer down: %v", err)
		}
	}
	eventually(t, "it tried again in the background", func() bool { return i.fetches.Load() > 1 })
	stranger := ec(t, "perhaps-new")
	eventually(t, "a key that could not be looked up is no verdict", func() bool {
		_, err := v.Session(t.Context(), request("Bearer "+sign(t, stranger, c.claims(nil))))
		return careline.CodeOf(err) == careline.CodeUnavailable
	})
}

func TestSessionWithTheIssuerDownFromTheStart(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	i := newIssuer(t, k)
	i.down.Store(true)
	v := verifier(t, i, c)
	r := request("Bearer " + sign(t, k, c.claims(nil)))
	for range 3 {
		if _, err := v.Session(t.Context(), r); careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("with no keys at all: %v; want unavailable", err)
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches within %v; want 1", n, auth.KeysRetryAfter)
	}
	i.down.Store(false)
	c.forward(auth.KeysRetryAfter)
	if _, err := v.Session(t.Context(), r); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestSessionOfAnImpatientCallerDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	i := newIssuer(t, k)
	i.hold = make(chan struct{})
	v := verifier(t, i, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := request("Bearer " + sign(t, k, c.claims(nil)))
	if _, err := v.Session(ctx, r); careline.CodeOf(err) != careline.CodeUnavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("the impatient caller: %v", err)
	}
	close(i.hold)
	if _, err := v.Session(t.Context(), r); err != nil {
		t.Errorf("the next caller: %v", err)
	}
}

func TestVerifierPassesUnusableKeysOver(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	short := map[string]any{"kid": "short", "kty": "RSA", "n": "sXch", "e": "AQAB"}
	i := newIssuer(t, k)
	i.raw = []map[string]any{short, {"kid": "oct", "kty": "oct", "k": "c2VjcmV0"}, {"kid": "enc", "kty": "RSA", "use": "enc"},
		{"kid": "off", "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}, {"kty": "EC"}, {"kid": "odd", "kty": "??"}}
	v := verifier(t, i, c)
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(nil)))); err != nil {
		t.Errorf("the usable key: %v", err)
	}
	i.rotate() // none is left that can be used: the ones we have stay
	c.forward(auth.KeysRetryAfter)
	if err := v.Warm(t.Context()); err == nil {
		t.Error("a set without a usable key was taken")
	}
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(jwt.MapClaims{"jti": "2"})))); err != nil {
		t.Errorf("the key known before: %v", err)
	}
}
