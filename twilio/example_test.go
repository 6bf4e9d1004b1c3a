package twilio_test

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline/credential"
	"perci.health/careline/twilio"
)

// A call is answered with TwiML that dials a number, and says when nobody could be
// reached.
func ExampleResponse() {
	twiml := twilio.Response(
		twilio.Dial{
			CallerID: "+442079460001",
			OnBridge: true,
			Timeout:  30 * time.Second,
			Nouns:    []twilio.Noun{twilio.Number{E164: "+447700900142"}},
		},
		twilio.Say{Text: "Nobody could be reached."},
		twilio.Hangup{},
	)

	fmt.Println(string(twiml))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Dial callerId="+442079460001" answerOnBridge="true" timeout="30"><Number>+447700900142</Number></Dial><Say>Nobody could be reached.</Say><Hangup/></Response>
}

// A status callback becomes an event of the call that its leg belongs to.
func ExampleEvent() {
	form, err := twilio.ParseForm([]byte("CallSid=CA00000000000000000000000000000002" +
		"&ParentCallSid=CA00000000000000000000000000000001" +
		"&CallStatus=ringing&SequenceNumber=1&Timestamp=Mon%2C+1+Jun+2026+10%3A15%3A42+%2B0000"))
	if err != nil {
		fmt.Println(err)
		return
	}

	event, err := twilio.Event(twilio.SubjectCallStatus, form)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event.Kind, event.Status, event.At.UTC().Format(time.TimeOnly))
	fmt.Println("call", event.Call)
	fmt.Println("leg ", event.Leg)
	// Output:
	// progress ringing 10:15:42
	// call CA00000000000000000000000000000001
	// leg  CA00000000000000000000000000000002
}

// An app signs in to Twilio's Voice SDK with a token that lets it call out through
// one TwiML App.
func ExampleMinter_Mint() {
	minter := twilio.Minter{
		AccountSID:     "AC00000000000000000000000000000001",
		APIKey:         "SK00000000000000000000000000000001",
		APISecret:      credential.NewSecret("the key's secret"),
		ApplicationSID: "AP00000000000000000000000000000001",
		TTL:            time.Hour,
	}
	token, err := minter.Mint("16c702b5-ef5a-5832-b2cf-1f5c0b2c65d4")
	if err != nil {
		fmt.Println(err)
		return
	}

	var claims struct {
		jwt.RegisteredClaims
		Grants struct {
			Identity string `json:"identity"`
		} `json:"grants"`
	}
	if _, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return []byte("the key's secret"), nil }); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Issuer, claims.Grants.Identity)
	// Output:
	// SK00000000000000000000000000000001 16c702b5-ef5a-5832-b2cf-1f5c0b2c65d4
}
