package twilio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// ring is how long somebody's telephone rings who is brought into a room.
const ring = 30 * time.Second

// Conferences ask Twilio about rooms, and change them. A room is named by its SID, or,
// until that is known, by the key of its call. What is asked for here is asked once,
// unless it is the same however often it is asked: an error of code unavailable says
// that nobody knows whether it was done; one of code not-found, that the leg or the room
// is not there any more; any other, that it was refused.
type Conferences struct {
	Client    *Client
	PublicURL string // base of the callback URLs handed to Twilio
	Overrides string // of their connection
	// TimeLimit is after which Twilio ends the leg of somebody who was added, whatever
	// becomes of us; whole seconds, 0: after Twilio's own four hours.
	TimeLimit time.Duration
}

func (c Conferences) callback(path, query string) string {
	s := server{Webhooks: Webhooks{PublicURL: c.PublicURL, Overrides: c.Overrides}}
	return s.callbackURL(path, query)
}

// Move takes a leg out of its Dial into the room of a call, as the party of that label
// (Twilio, voice/api/call-resource, "Update a Call resource").
func (c Conferences) Move(ctx context.Context, call, leg, label string) error {
	query := ofCall(call) + "&" + PartyParameter + "=" + label
	_, err := c.Client.do(ctx, http.MethodPost, "/Calls/"+leg+".json", url.Values{
		"Url":    {c.callback(PathConference, query)},
		"Method": {http.MethodPost},
	})
	return inPhrase(err, "move the leg")
}

// Add dials somebody into a room (Twilio, voice/api/conference-participant-resource,
// "Create a Participant"), and returns the SID of their leg.
func (c Conferences) Add(ctx context.Context, room string, who calls.Invitation) (leg string, err error) {
	query := ofCall(who.Call)
	to := who.Who.To.E164()
	if who.Who.Identity != "" {
		to = clientPrefix + who.Who.Identity + query
	}
	form := url.Values{
		"From":                          {who.From.E164()},
		"To":                            {to},
		"Label":                         {who.Who.Label},
		"Timeout":                       {strconv.Itoa(int(ring / time.Second))},
		"EarlyMedia":                    {"false"},
		"Beep":                          {"onEnter"},
		"StartConferenceOnEnter":        {"true"},
		"EndConferenceOnExit":           {"false"},
		"JitterBufferSize":              {"small"},
		"StatusCallback":                {c.callback(PathCallStatus, query+"&"+PartyParameter+"="+who.Who.Label)},
		"StatusCallbackEvent":           {"initiated", "ringing", "answered", "completed"},
		"ConferenceStatusCallback":      {c.callback(PathConferenceStatus, query)},
		"ConferenceStatusCallbackEvent": {"start", "end", "join", "leave", "mute", "hold", "modify"},
	}
	if c.TimeLimit > 0 {
		form.Set("TimeLimit", strconv.Itoa(int(c.TimeLimit/time.Second)))
	}

	body, err := c.Client.do(ctx, http.MethodPost, "/Conferences/"+room+"/Participants.json", form)
	if err != nil {
		return "", inPhrase(err, "dial into the room")
	}

	var made struct {
		Leg string `json:"call_sid"`
	}
	err = decode(body, &made)
	return made.Leg, err
}

// In are those who are in the room of a call now, or are dialled into it; none, and no
// room, of one that is not open.
func (c Conferences) In(ctx context.Context, call string) (room string, all []calls.InRoom, err error) {
	var found struct {
		Conferences []struct {
			SID string `json:"sid"`
		} `json:"conferences"`
	}
	for _, status := range [...]string{"in-progress", "init"} {
		err = c.Client.get(ctx, "/Conferences.json", url.Values{"FriendlyName": {call}, "Status": {status}}, &found)
		if err != nil || len(found.Conferences) > 0 {
			break
		}
	}
	if err != nil || len(found.Conferences) == 0 {
		return "", nil, inPhrase(err, "look for the room")
	}

	room = found.Conferences[0].SID
	var told struct {
		Participants []struct {
			Leg   string `json:"call_sid"`
			Label string `json:"label"`
			Hold  bool   `json:"hold"`
			Muted bool   `json:"muted"`
		} `json:"participants"`
	}
	if err := c.Client.get(ctx, "/Conferences/"+room+"/Participants.json", url.Values{"PageSize": {"50"}}, &told); err != nil {
		return "", nil, inPhrase(err, "look who is in the room")
	}
	for _, p := range told.Participants {
		all = append(all, calls.InRoom{
			Leg:   p.Leg,
			Label: p.Label,
			Held:  p.Hold,
			Muted: p.Muted,
		})
	}
	return room, all, nil
}

// Hold puts somebody on hold or takes them off it. They hear Twilio's own music: a
// HoldUrl of ours would leave them in silence while careline is down.
func (c Conferences) Hold(ctx context.Context, room, leg string, on bool) error {
	return c.update(ctx, participant(room, leg), url.Values{"Hold": {strconv.FormatBool(on)}})
}

// Mute mutes somebody or unmutes them.
func (c Conferences) Mute(ctx context.Context, room, leg string, on bool) error {
	return c.update(ctx, participant(room, leg), url.Values{"Muted": {strconv.FormatBool(on)}})
}

// Tell says a sentence to one in a room: calls.SaidStay or calls.SaidRecorded.
func (c Conferences) Tell(ctx context.Context, room, leg, what string) error {
	return c.update(ctx, participant(room, leg), url.Values{
		"AnnounceUrl":    {c.callback(PathSaid, "?"+saidParam+"="+what)},
		"AnnounceMethod": {http.MethodPost},
	})
}

// Remove ends somebody's part in a room, and their leg. Who is not there is out.
func (c Conferences) Remove(ctx context.Context, room, leg string) error {
	_, err := c.Client.do(ctx, http.MethodDelete, participant(room, leg), nil)
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		return nil
	}
	return inPhrase(err, "remove a participant")
}

// End ends a room for all who are in it.
func (c Conferences) End(ctx context.Context, room string) error {
	return c.update(ctx, "/Conferences/"+room+".json", url.Values{"Status": {"completed"}})
}

// HangUp ends a leg, whatever it is doing.
func (c Conferences) HangUp(ctx context.Context, leg string) error {
	return c.update(ctx, "/Calls/"+leg+".json", url.Values{"Status": {"completed"}})
}

func (c Conferences) update(ctx context.Context, path string, fields url.Values) error {
	return inPhrase(c.Client.update(ctx, path, fields), "change the room")
}

func participant(room, leg string) string {
	return "/Conferences/" + room + "/Participants/" + leg + ".json"
}

// Leg is how a leg of a call stands, as the events that its reports would have told;
// over: nothing follows. One that Twilio does not know is an error of code not-found.
func (c Conferences) Leg(ctx context.Context, leg string) (events []careline.CallEvent, over bool, err error) {
	r, err := c.Client.FetchCall(ctx, leg)
	if err != nil || !r.settled() {
		return nil, false, err
	}
	if r.ParentSID == "" && r.Direction != careline.DirectionAPI {
		return []careline.CallEvent{r.clinicianLeg()}, true, nil
	}
	return r.dialledLeg(), true, nil
}

func inPhrase(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
