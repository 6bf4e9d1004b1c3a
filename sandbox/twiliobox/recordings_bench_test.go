package twiliobox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkRecordedCalls holds ten calls at once for four seconds, and four seconds
// more while all are recorded on two channels. The processor's time is that of all
// sides, the browsers in this process too; ratio is what recording makes of it.
func BenchmarkRecordedCalls(b *testing.B) {
	const calls, length = 10, 4 * time.Second
	var plain, recorded time.Duration
	for b.Loop() {
		e := newExchangeOf(b, calls)
		plain += spent(b, length)
		for _, c := range e.calls {
			e.record(c.sid)
		}
		recorded += spent(b, length)
		e.close()
	}

	b.ReportMetric(plain.Seconds()/(float64(b.N)*calls*length.Seconds()), "plain-cpu-s/call-s")
	b.ReportMetric(recorded.Seconds()/(float64(b.N)*calls*length.Seconds()), "recorded-cpu-s/call-s")
	b.ReportMetric(recorded.Seconds()/plain.Seconds(), "ratio")
}

// spent is the processor's time that passes in a while.
func spent(b *testing.B, length time.Duration) time.Duration {
	b.Helper()
	before := processorTime(b)
	<-time.After(length)
	return processorTime(b) - before
}

func (e *exchangeOf) record(call string) {
	e.b.Helper()
	r := httptest.NewRequest("POST", api+"/Calls/"+call+"/Recordings.json", strings.NewReader("RecordingChannels=dual"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(account, authToken)
	rec := httptest.NewRecorder()
	e.box.Handler().ServeHTTP(rec, r)
	if rec.Code != http.StatusCreated {
		e.b.Fatalf("record: %d %s", rec.Code, rec.Body)
	}
}
