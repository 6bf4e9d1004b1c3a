package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// status of a GET; 0 when nobody answers.
func statusAt(t *testing.T, address string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// Operators look at an address of their own, the public at another; both end
// together.
func TestOperatorsAskElsewhere(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"ADMIN_PORT": "0"})
	own := regexp.MustCompile(`"serving operators","address":"(127\.0\.0\.1:\d+)"`)
	var admin string
	eventually(t, "the operators' address to be told", func() bool {
		if m := own.FindStringSubmatch(s.log.String()); m != nil {
			admin = "http://" + m[1]
		}
		return admin != ""
	})
	for path, want := range map[string][2]int{"/healthz": {200, 200}, "/metrics": {404, 200}, "/readyz": {404, 200}, "/": {200, 404}, "/bff_clinical/v1/appointments": {401, 404}} {
		if got := [2]int{statusAt(t, s.url+path), statusAt(t, admin+path)}; got != want {
			t.Errorf("%s: public and operators' %v, want %v", path, got, want)
		}
	}
	s.stop()
	if got := [2]int{statusAt(t, s.url+"/healthz"), statusAt(t, admin+"/healthz")}; got != [2]int{} {
		t.Errorf("after the end: %v", got)
	}
}

// A page of another site can have a name of its own lead to this machine: it learns
// nothing there.
func TestOnlyFromHere(t *testing.T) {
	t.Parallel()
	here, everywhere := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9090}, &net.TCPAddr{IP: net.IPv4zero, Port: 9090}
	told := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, test := range []struct {
		address *net.TCPAddr
		host    string
		status  int
	}{
		{here, "127.0.0.1:9090", http.StatusOK},
		{here, "localhost:9090", http.StatusOK},
		{here, "LOCALHOST", http.StatusOK},
		{here, "[::1]:9090", http.StatusOK},
		{here, "evil.example:9090", http.StatusMisdirectedRequest},
		{here, "localhost.evil.example", http.StatusMisdirectedRequest},
		{here, "", http.StatusMisdirectedRequest},
		{everywhere, "careline.internal:9090", http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Host = test.host
		w := httptest.NewRecorder()
		onlyFromHere(test.address, told).ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%v asked as %q: %d", test.address, test.host, w.Code)
		}
	}
}

// An address that is taken is told at the start, by the setting's name.
func TestServeSaysThatTheOperatorsAddressIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	ln, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = serve(t.Context(), config{admin: taken.Addr().String()}, ln, new(lockedBuffer))
	if err == nil || !strings.Contains(err.Error(), "choose another ADMIN_PORT") {
		t.Errorf("it began: %v", err)
	}
}
