package api

import (
	"context"
	"math/rand/v2"
	"net/http"

	"perci.health/careline"
)

// visit is one request on its way through the service: its context, the
// ResponseWriter of its answer, and what its log line tells. It is all one, since
// every request has each of them.
type visit struct {
	context.Context
	http.ResponseWriter

	id        [1]string // as a header has it
	status    int       // 0 until the header is written
	bytes     int64
	left      bool               // the client was gone before the answer was whole
	clinician careline.Clinician // on whose behalf; zero until the session is checked
	visitor   careline.Visitor   // the same of a route that asks for another role, or for none
}

type visitKey struct{}

// Value implements context.Context.
func (v *visit) Value(key any) any {
	if _, ok := key.(visitKey); ok {
		return v
	}
	return v.Context.Value(key)
}

// WriteHeader implements http.ResponseWriter.
func (v *visit) WriteHeader(status int) {
	if v.status == 0 && status >= http.StatusOK {
		v.status = status
	}
	v.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (v *visit) Write(b []byte) (int, error) {
	if v.status == 0 {
		v.status = http.StatusOK
	}
	n, err := v.ResponseWriter.Write(b)
	v.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (v *visit) Unwrap() http.ResponseWriter { return v.ResponseWriter }

// gone marks an answer whose client left.
func (v *visit) gone() {
	if v != nil {
		v.left = true
	}
}

// newID is a request's id, and the incident's if it fails: 64 random bits, told
// to the client and written to the log. It protects nothing.
func newID() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	n := rand.Uint64()
	for i := range b {
		b[i] = digits[n&15]
		n >>= 4
	}
	return string(b[:])
}
