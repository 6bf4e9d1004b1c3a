package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"perci.health/careline"
	"perci.health/careline/flight"
)

// Bounds of the key set.
const (
	// KeysFreshFor is how old the keys may be before they are fetched again
	// beside a request that uses them: how long a key that the issuer takes
	// back may still be believed.
	KeysFreshFor = 10 * time.Minute
	// KeysRetryAfter is the least time between two fetches. A token with an
	// unknown key id, or with a signature that does not fit, asks for one, and
	// anybody can make up either.
	KeysRetryAfter = 5 * time.Second
	// keysWithin is how long the issuer may take to answer.
	keysWithin = 5 * time.Second
	keysAtMost = 1 << 20 // bytes; Descope's set has about 1 kB
)

// keySet is the issuer's keys: fetched once for all who wait, kept through the
// issuer's outages.
type keySet struct {
	url  string
	http *http.Client
	now  func() time.Time

	fetches flight.Group[struct{}]

	mu      sync.RWMutex
	keys    map[string]key
	fetched time.Time // when keys was fetched
	tried   time.Time // when the last fetch began, whatever came of it
	failure error     // of the last fetch
}

func newKeySet(url string, client *http.Client, now func() time.Time) *keySet {
	return &keySet{url: url, http: client, now: now}
}

// known is the key of that id if we have it. When the keys are old it has them
// fetched, and does not wait.
func (s *keySet) known(kid string) (key, bool) {
	s.mu.RLock()
	k, ok := s.keys[kid]
	old := ok && s.now().Sub(s.fetched) >= KeysFreshFor && s.rested()
	s.mu.RUnlock()

	if old {
		s.fetches.Begin(context.Background(), s.url, s.refresh)
	}

	return k, ok
}

// find is the key of that id, fetched if we do not have it.
func (s *keySet) find(ctx context.Context, kid string) (key, error) {
	if kid == "" {
		return key{}, errors.New("the token names no key")
	}
	if k, ok := s.known(kid); ok {
		return k, nil
	}

	if err := s.await(ctx); err != nil {
		return key{}, unavailable(err)
	}

	s.mu.RLock()
	defer s.mu.RUnlock()
	if k, ok := s.keys[kid]; ok {
		return k, nil
	}
	if s.failure != nil {
		return key{}, unavailable(s.failure) // it may be a new key that we could not fetch
	}

	return key{}, errors.New("the token's key is not one of the issuer's")
}

// changed fetches the keys, unless that was done a moment ago, and reports whether
// the set has another key under the id of this one. An error, of code unavailable,
// says that nobody can tell: the issuer does not answer.
func (s *keySet) changed(ctx context.Context, k key) (bool, error) {
	if err := s.await(ctx); err != nil {
		return false, unavailable(err)
	}

	s.mu.RLock()
	defer s.mu.RUnlock()
	if now, ok := s.keys[k.id]; ok && now.print != k.print {
		return true, nil
	}
	if s.failure != nil {
		return false, unavailable(s.failure)
	}

	return false, nil
}

// refetch fetches the keys now, or awaits the fetch that is under way.
func (s *keySet) refetch(ctx context.Context) error {
	if err := s.await(ctx); err != nil {
		return err
	}

	s.mu.RLock()
	defer s.mu.RUnlock()

	return s.failure
}

// await fetches the keys, or awaits the fetch that is under way. It returns at once
// when the last one is not long enough ago. The error is only that ctx has ended.
func (s *keySet) await(ctx context.Context) error {
	_, err := s.fetches.Do(ctx, s.url, s.refresh)
	return err
}

func (s *keySet) rested() bool {
	return s.tried.IsZero() || s.now().Sub(s.tried) >= KeysRetryAfter
}

// refresh fetches the keys if the last fetch is long enough ago. What came of it
// stands in s. It is for all who wait, and belongs into nobody's trace.
func (s *keySet) refresh(context.Context) (struct{}, error) {
	s.mu.Lock()
	due := s.rested()
	if due {
		s.tried = s.now()
	}
	s.mu.Unlock()
	if !due {
		return struct{}{}, nil
	}

	ctx, cancel := context.WithTimeout(context.Background(), keysWithin)
	defer cancel()
	keys, err := s.fetch(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
	if err == nil {
		s.keys, s.fetched = keys, s.now()
	}

	return struct{}{}, nil
}

func (s *keySet) fetch(ctx context.Context) (map[string]key, error) {
	a, err := s.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("key set: the issuer answered with status %d", a.status)
	}
	return parseKeys(a.body)
}

// answer is what the issuer said when it was asked for its keys.
type answer struct {
	status int
	body   []byte
	date   time.Time // of its clock; zero when it told none
}

func (s *keySet) ask(ctx context.Context) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Accept", "application/json")

	resp, err := s.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, keysAtMost))
	if err != nil {
		return answer{}, err
	}

	a := answer{status: resp.StatusCode, body: body}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.date = at
	}

	return a, nil
}

func unavailable(cause error) error {
	return careline.Because(careline.CodeUnavailable, careline.ReasonSessionUnchecked, cause)
}
