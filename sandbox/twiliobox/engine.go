package twiliobox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// engine runs calls: it knows legs, phones and TwiML, and of HTTP only what it
// sends itself.
type engine struct {
	config   Config
	account  *account
	phones   *phonebook
	gremlin  *gremlin
	unproven *unproven
	rooms    *rooms
	turns    *turns
	bus      *bus
	postman  *postman
	studio   *studio
	exchange *exchange
	recorder *recorder
	patience endurance

	base    context.Context // of every webhook
	abort   context.CancelFunc
	running sync.WaitGroup // calls and deliveries

	mu      sync.Mutex
	legs    map[string]*leg
	order   []*leg // oldest first
	started int
	closing bool
}

// remembered is how many legs can still be looked at: older ones that have ended
// are forgotten, so that a box can run under load for days.
const remembered = 20_000

var (
	errClosed     = errors.New("the sandbox is closing")
	errEnded      = errors.New("the call has ended")
	errMoved      = errors.New("the leg is of another call now")
	errNotRinging = errors.New("the phone is not ringing")
	errNotInCall  = errors.New("the phone is not in a call")
)

// endurance is how long things last on the wall clock before the box gives up on
// them: sound and signalling are in real time at any pace.
type endurance struct {
	beat    time.Duration // between heartbeats of signalling; the Voice SDK waits 15 s
	socket  time.Duration // a browser that says nothing, not even to heartbeats
	browser time.Duration // a call whose browser has lost its connection, at least
	phone   time.Duration // a call whose phone page sends no sound: time to load it again
}

var usualEndurance = endurance{
	beat:    8 * time.Second,
	socket:  20 * time.Second,
	browser: 15 * time.Second,
	phone:   30 * time.Second,
}

func newEngine(c Config) (*engine, error) {
	studio, err := newStudio(c.MediaPort, c.Log)
	if err != nil {
		return nil, fmt.Errorf("twiliobox: %w", err)
	}

	base, abort := context.WithCancel(context.Background())
	bus := newBus()
	e := &engine{
		config:   c,
		account:  newAccount(c),
		phones:   &phonebook{script: map[string]Phone{}, attended: map[string]int{}},
		studio:   studio,
		patience: usualEndurance,
		gremlin:  &gremlin{seed: c.Seed},
		unproven: newUnproven(),
		turns:    &turns{},
		bus:      bus,
		postman:  &postman{authToken: c.AuthToken, bus: bus},
		base:     base,
		abort:    abort,
		legs:     map[string]*leg{},
	}
	e.exchange, e.rooms, e.recorder = newExchange(e), newRooms(e), newRecorder(e)
	return e, nil
}

// start puts a call on its own goroutine, beginning with the request for its
// first TwiML.
func (e *engine) start(parent *leg, first request) error {
	return e.launch(parent, func(c *call) { c.run(first) })
}

// launch puts a call on its own goroutine, which ends with run.
func (e *engine) launch(parent *leg, run func(*call)) error {
	c, err := e.prepare(parent)
	if err != nil {
		return err
	}
	return c.launch(func() { run(c) })
}

// prepare makes the call of a leg, which does not run yet.
func (e *engine) prepare(parent *leg) (*call, error) {
	client, err := e.client()
	if err != nil {
		return nil, err
	}
	c := &call{
		engine: e,
		parent: parent,
		clock:  newClock(e.config.Pace),
		client: client,
		inbox:  make(chan func()),
		over:   make(chan struct{}),
	}

	c.clock.passed = c.passed

	parent.held.Store(c)
	parent.callbacks, parent.created = &callbackQueue{call: c}, c.clock.now
	return c, nil
}

// launch puts a call on its own goroutine, which ends with run.
func (c *call) launch(run func()) error {
	e, parent := c.engine, c.parent
	e.mu.Lock()
	if e.closing {
		e.mu.Unlock()
		close(c.over) // nobody will take orders
		return errClosed
	}

	e.started++
	c.number = e.started
	e.running.Add(1)
	e.addLocked(parent) // in the same breath, so that close sees the call
	e.mu.Unlock()
	c.changed(parent, parent.status)
	go func() {
		defer e.running.Done()
		defer close(c.over)
		run()
	}()

	return nil
}

// client makes the HTTP client of one call: Twilio keeps cookies per call.
func (e *engine) client() (*http.Client, error) {
	client := http.Client{Transport: e.transport()}
	if e.config.HTTPClient != nil {
		client.Transport = e.config.HTTPClient.Transport
	}
	jar, err := newJar()
	if err != nil {
		return nil, err
	}
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, nil
}

// transport closes each connection after its answer, as Twilio's proxy does.
func (e *engine) transport() http.RoundTripper { return &http.Transport{DisableKeepAlives: true} }

func (e *engine) add(l *leg) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.addLocked(l)
}

func (e *engine) addLocked(l *leg) {
	if l.parentSID != "" {
		l.call().parent.dialled = append(l.call().parent.dialled, l)
	}
	e.legs[l.sid] = l
	e.order = append(e.order, l)
	if len(e.order) <= remembered {
		return
	}
	if i := slices.IndexFunc(e.order, func(l *leg) bool { return l.status.Final() }); i >= 0 {
		delete(e.legs, e.order[i].sid)
		e.order = slices.Delete(e.order, i, i+1)
	}
}

func (e *engine) leg(sid string) (*leg, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	l, ok := e.legs[sid]
	return l, ok
}

// views describes the legs that keep says yes to, newest first.
func (e *engine) views(keep func(*leg) bool) []legView {
	e.mu.Lock()
	defer e.mu.Unlock()
	var views []legView
	for _, l := range slices.Backward(e.order) {
		if keep(l) {
			views = append(views, l.view())
		}
	}
	return views
}

// live finds the newest leg at an address that has not ended.
func (e *engine) live(address string) (*leg, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range slices.Backward(e.order) {
		if l.to == address && l.toPhone() && !l.status.Final() {
			return l, true
		}
	}
	return nil, false
}

// hangUp ends a leg the way the party on it would.
func (e *engine) hangUp(l *leg) error {
	return l.order(func() error {
		if l.status.Final() {
			return errEnded
		}
		l.call().leave(l)
		return nil
	})
}

func (e *engine) close(ctx context.Context) error {
	e.mu.Lock()
	e.closing = true
	parents := slices.DeleteFunc(slices.Clone(e.order), func(l *leg) bool { return l.call().parent != l || l.status.Final() })
	e.mu.Unlock()
	for _, l := range parents {
		if err := e.hangUp(l); err != nil && !errors.Is(err, errEnded) {
			return err
		}
	}

	idle := make(chan struct{})
	go func() {
		e.running.Wait()
		close(idle)
	}()
	var late error
	select {
	case <-idle:
	case <-ctx.Done():
		e.abort()
		<-idle
		late = ctx.Err()
	}

	e.abort()
	e.exchange.close(ctx.Done())
	return errors.Join(late, e.studio.close(), e.recorder.tapes.close())
}
