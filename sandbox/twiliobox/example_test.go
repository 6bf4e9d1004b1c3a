package twiliobox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"perci.health/careline/sandbox/twiliobox"
)

// An application's call is placed at the box, rings a phone that answers and talks,
// and ends; the application is told by status callbacks as Twilio would tell it.
func Example() {
	ended := make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/status" {
			fmt.Println("status:", r.FormValue("CallStatus"))
			if r.FormValue("CallStatus") == "completed" {
				close(ended)
			}
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		if _, err := io.WriteString(w, `<Response><Say>Hello.</Say><Hangup/></Response>`); err != nil {
			fmt.Println(err)
		}
	}))
	defer app.Close()

	box, err := twiliobox.New(twiliobox.Config{
		AccountSID: "AC00000000000000000000000000000001",
		AuthToken:  "the account's token",
		APIKey:     "SK00000000000000000000000000000001",
		APISecret:  "the key's secret",
		Numbers:    []twiliobox.Number{{SID: "PN00000000000000000000000000000001", PhoneNumber: "+442079460001"}},
		Pace:       0.01, // a hundred times faster than real calls
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	twilio := httptest.NewServer(box.Handler())
	defer twilio.Close()

	form := url.Values{
		"From":                {"+442079460001"},
		"To":                  {"+447700900142"},
		"Url":                 {app.URL + "/voice"},
		"StatusCallback":      {app.URL + "/status"},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"},
	}
	request, err := http.NewRequest(http.MethodPost, twilio.URL+"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls.json", strings.NewReader(form.Encode()))
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth("SK00000000000000000000000000000001", "the key's secret")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("placed:", answer.StatusCode)
	if err := answer.Body.Close(); err != nil {
		fmt.Println(err)
	}

	<-ended
	if err := box.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// placed: 201
	// status: initiated
	// status: ringing
	// status: in-progress
	// status: completed
}

// A webhook bears the signature that Twilio would give it.
func ExampleSignature() {
	// From Twilio's documentation, usage/security.
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"},
		"Caller":  {"+14158675310"},
		"Digits":  {"1234"},
		"From":    {"+14158675310"},
		"To":      {"+18005551212"},
	}

	fmt.Println(twiliobox.Signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form))
	// Output:
	// L/OH5YylLD5NRKLltdqwSvS0BnU=
}
