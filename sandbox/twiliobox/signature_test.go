package twiliobox_test

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"perci.health/careline/sandbox/twiliobox"
)

// The vectors were computed with Twilio's Node library; V1 and V2 are also the
// examples of Twilio's usage/security page.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Token, URL, Signature string
		Params                      map[string]any
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 14 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{}
			for name, value := range v.Params {
				switch value := value.(type) {
				case string:
					form.Add(name, value)
				case []any:
					for _, one := range value {
						form.Add(name, one.(string))
					}
				}
			}
			if got := twiliobox.Signature(v.Token, v.URL, form); got != v.Signature {
				t.Errorf("got %s, want %s", got, v.Signature)
			}
		})
	}
}
