package fhir_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"

	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// A client makes a resource once, however often it is asked to, and finds it again.
func ExampleClient_Create() {
	box, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(box.Handler())
	defer server.Close()

	client, err := fhir.New(fhir.Config{BaseURL: server.URL + "/fhir/R4"})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	body := []byte(`{"resourceType":"Communication","status":"in-progress","identifier":[{"system":"https://www.twilio.com/","value":"CA00000000000000000000000000000001"}]}`)
	var ids []string
	for range 2 {
		made, err := client.Create(ctx, "Communication", body, "identifier=https://www.twilio.com/|CA00000000000000000000000000000001")
		if err != nil {
			fmt.Println(err)
			return
		}
		ids = append(ids, made.ID)
	}

	found, err := client.Search(ctx, "Communication", url.Values{"identifier": {"https://www.twilio.com/|CA00000000000000000000000000000001"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(found), "found, made once:", ids[0] == ids[1] && found[0].Resource.ID == ids[0])

	if err := box.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 found, made once: true
}
