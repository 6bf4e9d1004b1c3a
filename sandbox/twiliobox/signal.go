package twiliobox

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// exchange is the signalling gateway that browsers with the Voice SDK speak to:
// their connections, the calls they are on and the calls that ring at them.
type exchange struct {
	engine *engine

	mu      sync.Mutex
	sockets map[*socket]struct{}
	calls   map[string]*clientCall // by CA sid, and by the browser's own until that is known
	rings   map[string]*ringing    // by CA sid
	down    bool                   // the network to it is
	closing bool
	running sync.WaitGroup // sockets, and the making and closing of offers
}

var _ http.Handler = (*exchange)(nil)

func newExchange(e *engine) *exchange {
	return &exchange{
		engine:  e,
		sockets: map[*socket]struct{}{},
		calls:   map[string]*clientCall{},
		rings:   map[string]*ringing{},
	}
}

// ServeHTTP takes a WebSocket of a browser whose page is on this machine, or of
// a program.
func (x *exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r.Header.Get("Origin")) {
		http.Error(w, "the sandbox's signalling is for pages on this machine: open the page as http://localhost or http://127.0.0.1", http.StatusForbidden)
		return
	}
	at, ok := edgeOf(r)
	if !ok {
		http.Error(w, "Twilio has no such edge", http.StatusNotFound)
		return
	}
	if !x.enter() {
		http.Error(w, "the sandbox's signalling is switched off or closing", http.StatusServiceUnavailable)
		return
	}
	defer x.running.Done()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // the origin has been checked
	if err != nil {
		return // it has answered
	}

	conn.SetReadLimit(messageLimit)
	s := &socket{
		exchange: x,
		edge:     at,
		conn:     conn,
		out:      make(chan []byte, waiting),
		gone:     make(chan struct{}),
	}
	if !x.add(s) {
		s.drop()
		return
	}

	s.serve(r.Context())
	x.remove(s)
}

// fromHere says whether an Origin is absent or this machine's.
func fromHere(origin string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}

func (x *exchange) enter() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.down || x.closing {
		return false
	}
	x.running.Add(1)
	return true
}

func (x *exchange) add(s *socket) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.down || x.closing {
		return false
	}
	x.sockets[s] = struct{}{}
	return true
}

// remove forgets a connection. Its calls wait for the browser to come back; what
// rings there rings in vain.
func (x *exchange) remove(s *socket) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.sockets, s)
	for _, c := range x.calls {
		if c.socket == s {
			c.lost(s.grace)
		}
	}
	for _, r := range x.rings {
		r.forget(s)
	}
}

// setDown drops every connection and refuses new ones, or ends that.
func (x *exchange) setDown(down bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.down = down
	if !down {
		return
	}
	for s := range x.sockets {
		go s.drop()
	}
}

func (x *exchange) isDown() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.down
}

// close says goodbye to every browser and waits for theirs; those that have not
// said it when hurry is closed are dropped.
func (x *exchange) close(hurry <-chan struct{}) {
	x.mu.Lock()
	x.closing = true
	for s := range x.sockets {
		s.send("close", nil)
		s.finish()
	}
	x.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		x.running.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return
	case <-hurry:
	}

	x.mu.Lock()
	for s := range x.sockets {
		go s.drop()
	}
	x.mu.Unlock()
	<-idle
}

// ready says whether a browser can be rung: registered, with a token that is
// still good and allows it, and not about to place a call itself. The caller
// holds mu.
func (s *socket) ready(identity string) bool {
	if !s.registered || s.grants.identity != identity || !s.grants.incoming || !s.grants.expires.After(time.Now()) {
		return false
	}
	for _, c := range s.exchange.calls {
		if c.socket == s && !c.open {
			return false
		}
	}
	return true
}

// reachable says whether somebody is registered under an identity.
func (x *exchange) reachable(identity string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for s := range x.sockets {
		if s.ready(identity) {
			return true
		}
	}
	return false
}
