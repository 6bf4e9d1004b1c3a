package twiliobox_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/twiliobox"
)

// Accounts and keys are for the account's own token: the key is a Standard one.
func TestRESTAccountAndKeys(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		var told map[string]any
		if status := w.rest("GET", ".json", "", &told); status != 200 || told["sid"] != account || told["status"] != "active" || told["type"] != "Full" || told["auth_token"] != authToken {
			t.Errorf("%d %v", status, told)
		}
		if status := w.rest("GET", "/Keys/"+apiKey+".json", "", &told); status != 200 || told["sid"] != apiKey {
			t.Errorf("%d %v", status, told)
		}
		if status := w.rest("GET", "/Keys/SK00000000000000000000000000000009.json", "", nil); status != 404 {
			t.Error(status)
		}
		for _, path := range []string{".json", "/Keys/" + apiKey + ".json"} {
			told = nil
			if status := w.restAs(apiKey, secret, "GET", api+path, "", &told); status != 401 || told["code"] != 20003.0 {
				t.Errorf("%s as a Standard key: %d %v", path, status, told)
			}
		}
		if status := w.restAs(account, authToken, "GET", "/2010-04-01/Accounts/AC00000000000000000000000000000009.json", "", nil); status != 404 {
			t.Error(status)
		}
	})
}

func TestRESTDialingPermissions(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		see := func(country string) (got struct {
			ISO     string `json:"iso_code"`
			Low     bool   `json:"low_risk_numbers_enabled"`
			Special bool   `json:"high_risk_special_numbers_enabled"`
			Fraud   bool   `json:"high_risk_tollfraud_numbers_enabled"`
		}) {
			t.Helper()
			if status := w.restAs(apiKey, secret, "GET", "/v1/DialingPermissions/Countries/"+country, "", &got); status != 200 || got.ISO != country {
				t.Errorf("%s: %d %+v", country, status, got)
			}
			return got
		}
		if gb, fr := see("GB"), see("FR"); !gb.Low || gb.Special || gb.Fraud || fr.Low {
			t.Errorf("%+v %+v", gb, fr)
		}
		update := func(text string) int {
			return w.restAs(account, authToken, "POST", "/v1/DialingPermissions/BulkCountryUpdates", url.Values{"UpdateRequest": {text}}.Encode(), nil)
		}
		if status := update(`[{"iso_code":"FR","low_risk_numbers_enabled":"true","high_risk_special_numbers_enabled":"true"},{"iso_code":"GB"}]`); status != 200 {
			t.Error(status)
		}
		if gb, fr := see("GB"), see("FR"); gb.Low || !fr.Low || !fr.Special || fr.Fraud {
			t.Errorf("%+v %+v", gb, fr)
		}
		for _, text := range []string{"", `{}`, `[{"iso_code":"ZZ"}]`, `[{"iso_code":"GB","low_risk_numbers_enabled":"yes"}]`, `[{"iso_code":"GB","low_risk_numbers_enabled":true}]`} {
			if status := update(text); status != 400 {
				t.Errorf("%s: %d", text, status)
			}
		}
		if status := w.restAs(account, authToken, "GET", "/v1/DialingPermissions/Countries/ZZ", "", nil); status != 404 {
			t.Error(status)
		}
		if status := w.restAs(account, "x", "GET", "/v1/DialingPermissions/Countries/GB", "", nil); status != 401 {
			t.Error(status)
		}
	})
}

func TestRESTSetupFields(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		fields := func(path, form string, names ...string) []any {
			t.Helper()
			var told map[string]any
			if status := w.rest("POST", path, form, &told); status != 200 {
				t.Fatalf("%s: %d %v", path, status, told)
			}
			var values []any
			for _, name := range names {
				values = append(values, told[name])
			}
			return values
		}
		number, app := "/IncomingPhoneNumbers/"+numberSID+".json", "/Applications/"+appSID+".json"
		steps := []struct {
			got  []any
			want []any
		}{
			{fields(app, "PublicApplicationConnectEnabled=true", "public_application_connect_enabled"), []any{true}},
			{fields(app, "FriendlyName=x", "public_application_connect_enabled"), []any{true}},
			{fields(app, "PublicApplicationConnectEnabled=false", "public_application_connect_enabled"), []any{false}},
			{fields(number, "VoiceApplicationSid="+appSID, "voice_application_sid", "trunk_sid"), []any{appSID, nil}},
			{fields(number, "TrunkSid=TK1", "voice_application_sid", "trunk_sid"), []any{nil, "TK1"}},
			{fields(number, "VoiceApplicationSid="+appSID, "voice_application_sid", "trunk_sid"), []any{appSID, nil}},
			{fields(number, "VoiceApplicationSid=", "voice_application_sid", "trunk_sid"), []any{nil, nil}},
		}
		for _, step := range steps {
			if diff := cmp.Diff(step.want, step.got); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// The API can be told to fail, once for each status.
func TestRESTFaults(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		if status := w.do("PUT", "/sandbox/v1/faults", twiliobox.Faults{REST: []int{401, 403, 429, 0, 503}}, nil); status != 200 {
			t.Fatal(status)
		}
		for _, want := range [][2]int{{401, 20003}, {403, 20003}, {429, 20429}, {200, 0}, {503, 20500}, {200, 0}} {
			var got struct{ Code int }
			if status := w.rest("GET", "/Calls.json", "", &got); status != want[0] || got.Code != want[1] {
				t.Errorf("%d %d, want %v", status, got.Code, want)
			}
		}
		if status := w.do("PUT", "/sandbox/v1/faults", twiliobox.Faults{REST: []int{200}}, nil); status != 400 {
			t.Errorf("a success was taken as a fault: %d", status)
		}
	})
	if _, err := twiliobox.New(twiliobox.Config{Countries: []string{"ZZ"}}); err == nil {
		t.Error("a country that the box does not know was taken")
	}
}
