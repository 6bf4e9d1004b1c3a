package twiliobox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/sandbox/twiliobox"
)

const api = "/2010-04-01/Accounts/" + account

func (w *world) rest(method, path, form string, into any) int {
	w.t.Helper()
	return w.restAs(account, authToken, method, api+path, form, into)
}

func (w *world) restAs(user, password, method, path, form string, into any) int {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(user, password)
	rec := httptest.NewRecorder()
	w.box.Handler().ServeHTTP(rec, r)
	if !strings.HasPrefix(rec.Header().Get("Twilio-Request-Id"), "RQ") || rec.Header().Get("Twilio-Concurrent-Requests") != "1" {
		w.t.Errorf("%s %s: headers %v", method, path, rec.Header())
	}
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return rec.Code
}

type callList struct {
	Calls            []map[string]any
	Page, Start, End int
	PageSize         int    `json:"page_size"`
	NextPageURI      string `json:"next_page_uri"`
	PreviousPageURI  string `json:"previous_page_uri"`
}

func TestRESTCalls(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		sids := map[string]bool{}
		var parent string
		for range 5 {
			parent = w.connect(map[string]string{"To": member})
			pass(time.Minute)
		}
		uri, pages := "/Calls.json?PageSize=3", 0
		for uri != "" {
			var list callList
			if code := w.restAs(account, authToken, "GET", api+strings.TrimPrefix(uri, api), "", &list); code != 200 {
				t.Fatal(code)
			}
			for _, c := range list.Calls {
				sids[c["sid"].(string)] = true
			}
			if (list.PreviousPageURI != "") != (pages > 0) || list.PageSize != 3 || list.Page != pages || list.Start != 3*pages {
				t.Errorf("page %d: %+v", pages, list)
			}
			uri, pages = list.NextPageURI, pages+1
		}
		if len(sids) != 10 || pages != 4 {
			t.Errorf("%d calls on %d pages, want 10 on 4", len(sids), pages)
		}
		var children callList
		w.rest("GET", "/Calls.json?ParentCallSid="+parent, "", &children)
		if len(children.Calls) != 1 {
			t.Fatalf("%d children", len(children.Calls))
		}
		child := children.Calls[0]
		for name, want := range map[string]any{
			"status": "completed", "direction": "outbound-dial", "duration": "12", "from": ours, "to": member,
			"parent_call_sid": parent, "price": nil, "answered_by": nil, "phone_number_sid": numberSID,
		} {
			if child[name] != want {
				t.Errorf("%s is %v, want %v", name, child[name], want)
			}
		}
		if _, err := time.Parse(time.RFC1123Z, child["start_time"].(string)); err != nil {
			t.Error(err)
		}
		day := time.Now().UTC().Format(time.DateOnly)
		tomorrow := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
		for query, want := range map[string]int{
			"Status=completed": 10, "Status=busy": 0, "To=%2B447700900142": 10, "From=%2B442079460001": 5, "StartTime=" + day: 10,
			"StartTime%3E=" + tomorrow: 0, "StartTime%3C=" + tomorrow: 10, "StartTime%3E=" + time.Now().Add(-90*time.Second).UTC().Format(time.RFC3339): 2,
		} {
			var list callList
			if code := w.rest("GET", "/Calls.json?"+query, "", &list); code != 200 || len(list.Calls) != want {
				t.Errorf("%s: %d, %d calls, want %d", query, code, len(list.Calls), want)
			}
		}
		var one map[string]any
		if code := w.restAs(apiKey, secret, "GET", api+"/Calls/"+parent+".json", "", &one); code != 200 || one["sid"] != parent {
			t.Errorf("with the API key: %d %v", code, one)
		}
	})
}

func TestRESTErrors(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		ended := w.connect(nil)
		pass(time.Minute)
		other := strings.TrimSuffix(api, "1") + "2"
		tests := []struct {
			name, user, password, method, path, form string
			status, code                             int
		}{
			{"no login", "", "", "GET", api + "/Calls.json", "", 401, 20003},
			{"wrong token", account, "x", "GET", api + "/Calls.json", "", 401, 20003},
			{"key with the auth token", apiKey, authToken, "GET", api + "/Calls.json", "", 401, 20003},
			{"another account", account, authToken, "GET", other + "/Calls.json", "", 404, 20404},
			{"unknown call", account, authToken, "GET", api + "/Calls/CA00000000000000000000000000000000.json", "", 404, 20404},
			{"no .json", account, authToken, "GET", api + "/Calls/" + ended, "", 404, 20404},
			{"not served", account, authToken, "GET", api + "/Messages.json", "", 404, 20404},
			{"ended", account, authToken, "POST", api + "/Calls/" + ended + ".json", "Status=completed", 400, 21220},
			{"status", account, authToken, "POST", api + "/Calls/" + ended + ".json", "Status=busy", 400, 20001},
			{"page token", account, authToken, "GET", api + "/Calls.json?PageToken=x", "", 400, 21481},
			{"page made up", account, authToken, "GET", api + "/Calls.json?Page=1", "", 400, 21481},
			{"page size", account, authToken, "GET", api + "/Calls.json?PageSize=0", "", 400, 20001},
			{"time", account, authToken, "GET", api + "/Calls.json?StartTime=today", "", 400, 20001},
			{"URL", account, authToken, "POST", api + "/Applications/" + appSID + ".json", "VoiceUrl=nowhere", 400, 21402},
			{"method", account, authToken, "POST", api + "/IncomingPhoneNumbers/" + numberSID + ".json", "VoiceMethod=PUT", 400, 21403},
			{"unknown application", account, authToken, "POST", api + "/Applications/AP00000000000000000000000000000009.json", "", 404, 20404},
		}
		for _, tt := range tests {
			var got struct {
				Code, Status int
				Message      string
				MoreInfo     string `json:"more_info"`
			}
			status := w.restAs(tt.user, tt.password, tt.method, tt.path, tt.form, &got)
			if status != tt.status || got.Status != tt.status || got.Code != tt.code || got.Message == "" || !strings.HasSuffix(got.MoreInfo, "/errors/"+jsonInt(tt.code)) {
				t.Errorf("%s: %d %+v, want %d %d", tt.name, status, got, tt.status, tt.code)
			}
		}
	})
}

func jsonInt(n int) string {
	raw, _ := json.Marshal(n) // an int always has a JSON form
	return string(raw)
}

func TestRESTUpdates(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/new"] = xmlPage(`<Response><Hangup/></Response>`)
		var app map[string]any
		w.rest("POST", "/Applications/"+appSID+".json", "VoiceUrl="+base+"/new&VoiceMethod=GET&FriendlyName=new", &app)
		if app["voice_url"] != base+"/new" || app["voice_method"] != "GET" || app["friendly_name"] != "new" || app["status_callback"] != base+"/parent" {
			t.Errorf("%v", app)
		}
		w.connect(nil)
		pass(time.Second)
		if got := w.one("/new"); got.method != "GET" || !got.signed || got.get("CallStatus") != "ringing" {
			t.Errorf("%s signed %v", got.method, got.signed)
		}
		var list struct {
			Numbers []map[string]any `json:"incoming_phone_numbers"`
		}
		w.rest("GET", "/IncomingPhoneNumbers.json?PhoneNumber=%2B442079460001", "", &list)
		if len(list.Numbers) != 1 || list.Numbers[0]["sid"] != numberSID || list.Numbers[0]["voice_url"] != base+"/incoming" {
			t.Errorf("%v", list)
		}
		var number map[string]any
		w.rest("POST", "/IncomingPhoneNumbers/"+numberSID+".json", "VoiceApplicationSid="+appSID, &number)
		if number["voice_application_sid"] != appSID {
			t.Errorf("%v", number)
		}
		w.do("POST", "/sandbox/v1/incoming", map[string]string{"from": member, "to": ours}, nil)
		pass(time.Second)
		if n := len(w.at("/new")); n != 2 {
			t.Errorf("%d requests to the application's URL", n)
		}
		if err := w.box.SetApplication(appSID, base+"/set", ""); err != nil {
			t.Error(err)
		}
		if err := w.box.SetNumber("PN00000000000000000000000000000009", base, ""); err == nil {
			t.Error("a number that does not exist was set")
		}
		w.rest("GET", "/Applications/"+appSID+".json", "", &app)
		if app["voice_url"] != base+"/set" || app["status_callback"] != nil {
			t.Errorf("%v", app)
		}
	})
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := twiliobox.New(twiliobox.Config{
		AccountSID: "AC1", Pace: -1,
		Applications: []twiliobox.Application{{SID: "x", VoiceURL: "/relative", VoiceMethod: "PUT"}},
		Numbers:      []twiliobox.Number{{SID: numberSID, PhoneNumber: "0207", StatusCallback: "http://a_b.example"}, {SID: numberSID, PhoneNumber: ours}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"AccountSID", "AuthToken", "APIKey", "APISecret", "Pace", "Applications[0]: SID", "absolute", "method", "E.164", "underscore", "twice"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestAfterCloseCallsAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, config())
		w.pages["/voice"] = xmlPage(dialTo("+447700900800", "", ""))
		sid := w.connect(nil)
		pass(5 * time.Second)
		w.close()
		if v := w.call(sid); v.Status != "completed" || v.Legs[1].Status != "canceled" {
			t.Errorf("%+v", v)
		}
		if n := len(w.at("/status")); n != 3 {
			t.Errorf("%d callbacks when closed", n)
		}
		code := w.do("POST", "/sandbox/v1/connect", map[string]any{"token": sign(t, claims(), secret, nil)}, nil)
		if code != http.StatusServiceUnavailable {
			t.Errorf("%d", code)
		}
	})
}
