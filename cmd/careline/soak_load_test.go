package main

import (
	"cmp"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"perci.health/careline/sandbox"
)

// storm is Twilio in front of several instances: a script of webhooks, made of
// chance before it begins, that is sent through a balancer until all of it was
// acknowledged.
type storm struct {
	t      *testing.T
	world  *sandbox.World
	public string // FUNCTIONS_URL, which the webhooks are signed for
	client *http.Client
	pace   *rate.Limiter
	calls  []*stormCall
	script []sending

	mu        sync.Mutex
	instances []string      // addresses; "" while one is known to be down
	turn      int           // whose it is
	changed   chan struct{} // closed when one comes up
	begun     int           // of the script
	done      int           // of the script
	held      chan struct{} // nil: the script goes on
	reached   []milestone
	lost      int // requests without an answer that counts
	repeated  int // reports sent to two at once
}

// stormCall is one call of the storm.
type stormCall struct {
	*placed
	decided chan struct{} // closed when the request was answered
	answer  string        // to it
	dialled bool
	arrived int // so many acknowledged reports were seen in the log, all there were
}

// sending is one turn of the script.
type sending struct {
	call  *stormCall
	r     *report
	first bool // the call's request, and not its repetition
	twice bool // to two instances at once
	at    int  // orders the script
}

// milestone is closed when so much of the script is done.
type milestone struct {
	at int
	ch chan struct{}
}

const (
	// stormCallers is how many webhooks are on their way at once.
	stormCallers = 24
	// crossed is across how many calls the reports of one are spread.
	crossed = 30
	// gust is how many webhooks come as fast as they can, before a pause that makes
	// up the pace: so there are always some under way when something happens.
	gust = 60
	// twilioWaits is how long Twilio waits for an answer (webhooks-connection-overrides, rt and tt).
	twilioWaits = 15 * time.Second
	// stormPause is between two tries of a webhook that nobody acknowledged.
	stormPause = 30 * time.Millisecond
)

// newStorm writes the script: of each call the request, and behind it the reports,
// crossed with each other and with those of the calls around it; some are doubled,
// some never come.
func newStorm(t *testing.T, world *sandbox.World, calls int, chance *rand.Rand) *storm {
	s := &storm{t: t, world: world, changed: make(chan struct{}), pace: rate.NewLimiter(rate.Limit(*soakRate), gust),
		client: &http.Client{Timeout: twilioWaits, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * stormCallers}}}
	t.Cleanup(s.client.CloseIdleConnections)
	const stride = 100 // a call's share of the order
	for n := range calls {
		c := &stormCall{placed: newPlaced(chance, world), decided: make(chan struct{})}
		// Notes are the app's, not Twilio's: the kill test sends them.
		c.reports = slices.DeleteFunc(c.reports, func(r *report) bool { return r.note != "" })
		s.calls = append(s.calls, c)
		s.script = append(s.script, sending{call: c, r: c.reports[0], first: true, at: n * stride})
		never := map[string]bool{}
		for _, r := range c.reports[1:] {
			if _, drawn := never[r.tells]; !drawn {
				never[r.tells] = chance.IntN(12) == 0 && !outcomeOf(r)
			}
			if !never[r.tells] {
				s.script = append(s.script, sending{call: c, r: r, twice: chance.IntN(10) == 0, at: n*stride + 1 + chance.IntN(crossed*stride)})
			}
		}
	}
	slices.SortStableFunc(s.script, func(a, b sending) int { return cmp.Compare(a.at, b.at) })
	return s
}

// outcomeOf is the one report that always comes: without any, careline would ask
// the carrier, who knows nothing of these calls.
func outcomeOf(r *report) bool {
	return r.form.Get("ParentCallSid") != "" && r.form.Get("CallStatus") != "initiated" &&
		r.form.Get("CallStatus") != "ringing" && r.form.Get("CallStatus") != "in-progress"
}

// run sends the script and returns when everything was acknowledged, or ctx ends.
// A report waits until its call was asked for; requests wait for nothing, and
// each stands before its reports, so there is always one that goes on.
func (s *storm) run(ctx context.Context) {
	next := make(chan sending)
	var sending sync.WaitGroup
	for range stormCallers {
		sending.Go(func() {
			for one := range next {
				s.play(ctx, one)
				s.count()
			}
		})
	}
	for n, one := range s.script {
		if n%gust == 0 && s.pace.WaitN(ctx, gust) != nil {
			break // ctx has ended
		}
		s.begin()
		next <- one
	}
	close(next)
	sending.Wait()
}

func (s *storm) play(ctx context.Context, one sending) {
	if one.first {
		one.call.answer = s.insist(ctx, one.call, one.r)
		one.call.dialled = strings.Contains(one.call.answer, "<Dial")
		close(one.call.decided)
		return
	}
	select {
	case <-one.call.decided:
	case <-ctx.Done():
		return
	}
	if !one.call.dialled && one.r.form.Get("ParentCallSid")+one.r.form.Get("DialCallSid")+one.r.form.Get("AnsweredBy") != "" {
		return // what was not dialled has no member's leg
	}
	var both sync.WaitGroup
	if one.twice {
		both.Go(func() { s.again(ctx, one) })
		s.mu.Lock()
		s.repeated++
		s.mu.Unlock()
	}
	s.again(ctx, one)
	both.Wait()
}

// again sends what is not a call's first request; a repetition of that must be
// answered as it was.
func (s *storm) again(ctx context.Context, one sending) {
	answer := s.insist(ctx, one.call, one.r)
	if one.r == one.call.reports[0] && answer != one.call.answer && ctx.Err() == nil {
		s.t.Errorf("call %s: its request was answered %s, and again %s", one.call.key, one.call.answer, answer)
	}
}

// insist sends a report to one instance after the other until one acknowledges it.
func (s *storm) insist(ctx context.Context, c *stormCall, r *report) (answer string) {
	for {
		address, ok := s.pick(ctx)
		if !ok {
			return ""
		}
		answer, acknowledged := s.send(ctx, c, r, address)
		if acknowledged {
			c.note(c.acknowledged, r.tells)
			return answer
		}
		s.mu.Lock()
		s.lost++
		s.mu.Unlock()
		select {
		case <-time.After(stormPause):
		case <-ctx.Done():
			return ""
		}
	}
}

// send is acknowledged by a whole answer 200 that does not say that the call was
// not kept.
func (s *storm) send(ctx context.Context, c *stormCall, r *report, address string) (answer string, acknowledged bool) {
	c.note(c.asked, r.tells)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+r.path, strings.NewReader(r.form.Encode()))
	if err != nil {
		s.t.Error(err)
		return "", false
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", signature(s.world.AuthToken, s.public+r.path, r.form))
	res, err := s.client.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode == http.StatusServiceUnavailable || strings.Contains(string(body), "could not be recorded") {
		return "", false
	}
	if res.StatusCode != http.StatusOK {
		s.t.Errorf("%s was answered %s: %s", r.path, res.Status, body)
	}
	return string(body), true
}

// pick is the next instance in turn that is up. It waits for one.
func (s *storm) pick(ctx context.Context) (address string, ok bool) {
	for {
		s.mu.Lock()
		for range s.instances {
			s.turn++
			if address := s.instances[s.turn%len(s.instances)]; address != "" {
				s.mu.Unlock()
				return address, true
			}
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return "", false
		}
	}
}

// set tells the balancer where an instance is; "" takes it out.
func (s *storm) set(instance int, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instances[instance] = address
	if address != "" {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// begin counts one turn of the script that is about to be played, when it may be.
func (s *storm) begin() {
	s.mu.Lock()
	for s.held != nil {
		held := s.held
		s.mu.Unlock()
		<-held
		s.mu.Lock()
	}
	s.begun++
	s.mu.Unlock()
}

// hold stops the script, until release, and returns when nothing of it is under way.
func (s *storm) hold() {
	s.t.Helper()
	s.mu.Lock()
	s.held = make(chan struct{})
	s.mu.Unlock()
	eventually(s.t, "the webhooks under way to end", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.done == s.begun
	})
}

func (s *storm) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		close(s.held)
	}
	s.held = nil
}

func (s *storm) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.reached = slices.DeleteFunc(s.reached, func(m milestone) bool {
		if s.done >= m.at {
			close(m.ch)
		}
		return s.done >= m.at
	})
}

// after is closed when so much of the script is done, at the latest all of it.
func (s *storm) after(at int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := milestone{min(at, len(s.script)), make(chan struct{})}
	if s.done >= m.at {
		close(m.ch)
		return m.ch
	}
	s.reached = append(s.reached, m)
	return m.ch
}

// progress is how much of the script is done, for the order of troubles.
func (s *storm) progress() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}
