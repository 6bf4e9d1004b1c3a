package twiliobox

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// account is what can be configured at Twilio: applications and numbers.
type account struct {
	made         time.Time
	mu           sync.Mutex
	applications []applicationRecord
	numbers      []numberRecord
	countries    map[string]permission // by ISO 3166-1 alpha-2 code
}

type applicationRecord struct {
	Application
	created, updated time.Time
}

type numberRecord struct {
	Number
	created, updated time.Time
}

var errNotFound = errors.New("not found")

func newAccount(c Config) *account {
	now := time.Now().UTC()
	a := &account{made: now, countries: permissions(c.Countries)}
	for _, app := range c.Applications {
		a.applications = append(a.applications, applicationRecord{app, now, now})
	}
	for _, n := range c.Numbers {
		a.numbers = append(a.numbers, numberRecord{n, now, now})
	}
	return a
}

func (a *account) listApplications() []applicationRecord {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.applications)
}

func (a *account) listNumbers() []numberRecord {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.numbers)
}

func (a *account) application(sid string) (applicationRecord, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.applications, func(r applicationRecord) bool { return r.SID == sid })
	if i < 0 {
		return applicationRecord{}, false
	}
	return a.applications[i], true
}

// number finds one by PN sid or by phone number.
func (a *account) number(key string) (numberRecord, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.numbers, func(r numberRecord) bool { return r.SID == key || r.PhoneNumber == key })
	if i < 0 {
		return numberRecord{}, false
	}
	return a.numbers[i], true
}

// updateApplication changes nothing when the changed application is not usable.
func (a *account) updateApplication(sid string, change func(*Application)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.applications {
		if a.applications[i].SID != sid {
			continue
		}
		changed := a.applications[i].Application
		change(&changed)
		faults := checkHooks("application", changed.hooks()...)
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
		a.applications[i].Application, a.applications[i].updated = changed, time.Now().UTC()
		return nil
	}

	return fmt.Errorf("application %s: %w", sid, errNotFound)
}

// updateNumber changes nothing when the changed number is not usable.
func (a *account) updateNumber(sid string, change func(*Number)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.numbers {
		if a.numbers[i].SID != sid {
			continue
		}
		changed := a.numbers[i].Number
		change(&changed)
		faults := checkHooks("number", changed.hooks()...)
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
		a.numbers[i].Number, a.numbers[i].updated = changed, time.Now().UTC()
		return nil
	}

	return fmt.Errorf("number %s: %w", sid, errNotFound)
}
