// Package twiliobox is a local Twilio: one http.Handler that takes calls as the
// Voice SDK places them, asks an application for TwiML, runs it against
// simulated phones, reports progress with signed webhooks and serves the part of
// the REST API 2010-04-01 that goes with it.
//
// It knows no application. Whatever it does is what Twilio's documentation says
// Twilio does (voice/twiml, voice/api/call-resource, usage/security,
// usage/webhooks/webhooks-connection-overrides, iam/access-tokens); where that
// is silent the comment at the place says which way was taken.
//
// A call is placed by the Voice SDK, by somebody who dials one of the account's
// numbers, or by the REST API (POST Calls.json): that rings the number first, then
// asks for TwiML, and reports on a leg of Direction outbound-api without a parent.
//
// Who dials one of the account's numbers, such as a member who calls back, does so
// by POST /sandbox/v1/incoming {"from", "to"}, both E.164 (from may be anonymous);
// the answer is 201 {"callSid"}. The number's Voice URL is asked, what its TwiML says
// is in the transcript of GET /sandbox/v1/calls/{callSid}, and its status callback
// is told of the end, also after POST /sandbox/v1/calls/{callSid}/hangup. A number of
// the account that is dialled rings no phone: a call arrives there in the same way, and
// the leg that dialled follows it. A number that has been given a script is a phone.
//
// Without answerOnBridge a caller is answered when a dialled telephone rings, or when a
// dialled client accepts; never before, whatever Twilio's own timing is. A client that
// is registered nowhere is no answer at once.
//
// TwiML that cannot be had or run is asked of the fallback URL, where one is set, with
// ErrorUrl and ErrorCode; what only the sandbox refuses has no code. What is accepted
// without effect says so by a notice without a code.
//
// # Member phones
//
// Only numbers that Ofcom set aside for drama are answered: +447700900000-999,
// +442079460000-999 and +441614960000-999. What a phone does follows from the last three digits of
// its number, read as the SIP response it gives, until the sandbox is told
// otherwise (PUT /sandbox/v1/phones/{number}):
//
//	404      failed     unknown number, SIP 404
//	480      failed     temporarily unavailable, SIP 480
//	486      busy       SIP 486
//	487      no-answer  rings until the Dial gives up
//	503      failed     carrier failure, SIP 503
//	603      decline    rings 3 s, then refused by hand: busy, SIP 603
//	700-709  voicemail  a machine answers after 12 s and records for 20 s
//	800-809  manual     rings until somebody answers or declines it
//	others   answer     rings 3 s, talks 12 s, hangs up
//
// Any other number fails with SIP 404: nothing outside is ever dialled.
//
// A phone can have a page in a browser. While one attends it
// (GET /sandbox/v1/phones/{number}/events?attend=true) a phone whose outcome is
// answer leaves that to the person. A page that answers with an SDP offer is the
// phone's sound, and may take the sound over again after it was loaded anew; a
// page that sends nothing for 30 s has hung up.
//
// A call that POST /sandbox/v1/connect places has no browser; with {"voice"} its caller
// says what a phone of that voice does.
//
// # Browser phones
//
// GET /signal is the WebSocket that the Voice SDK for JavaScript connects to. Its
// protocol is documented nowhere; what is done here follows the source of
// @twilio/voice-sdk 2.18: JSON objects {type, payload, version} in text frames,
// and a line feed as heartbeat each way.
//
//	browser: listen (token) · register · invite · answer · reject · hangup · reinvite · dtmf · message
//	gateway: connected · ready · offline · ringing · answer · invite · cancel · hangup · ack · error · close
//
// An invite places a call for the token's application as POST /sandbox/v1/connect
// does, with sound. ringing brings the SDP answer when the dialled phone rings
// (early media: the ringback tone), else answer does. A call outlives its
// connection by the SDK's reconnectTimeout, 15 s at least: a new connection finds
// it by the token that answer gave. The same browser, by its DTLS fingerprint,
// keeps its sound; another takes the call over and gets an answer to its offer.
// reinvite restarts ICE. A Client noun rings in every browser registered for its
// identity whose token has incoming.allow; one that registers later joins. A token that
// names nobody is Anonymous, and is never rung. Faults.Frozen has browsers hang: they
// ring, and are told of no call.
//
// The edge that a browser asks for is in the host name, voice-js.<edge>.twilio.com or
// <edge>.localhost, or in the query, edge=<edge>; roaming is ashburn.
//
// A message of the browser goes to whoever has subscribed to its leg (POST
// Calls/{sid}/UserDefinedMessageSubscriptions.json), POST Calls/{sid}/
// UserDefinedMessages.json sends one there. A type but user-defined-message is refused
// with 31210, more than 10 KB with 31212.
//
// A call that ends is a hangup: without an error when it just ended, whatever
// became of the dialled leg; with 31005 when the application failed, 31486 or
// 31603 when it was rejected, 31209 when it is not known.
//
// Sound comes from package media, over one UDP port.
//
// # Redirects
//
// POST Calls/{sid}.json with Url or Twiml has a live leg run that. A child is taken out
// of its Dial alive, whose action is asked at once, and is a call of its own from then
// on; a parent's children are hung up, and the action's answer is not heeded. Whether
// the child's statusCallback goes on, and what DialCallStatus the action is told, nobody
// has asked Twilio: PUT /sandbox/v1/unproven {"reportsAfterRedirect", "dialCallStatus"}
// chooses. What was not answered is refused with 21220; a Dial's child that rings ends
// by Status=completed alone. Faults.Redirect spoils redirects and their answers.
//
// # Rooms
//
// A Dial of a Conference leads into a room: everybody hears everybody else, with real
// sound as soon as a browser is in it. A room has its name for as long as it is open. It
// begins when two are in and one of them may start it; until then one hears the document
// of waitUrl, nothing when that is empty, or music. Who is on hold hears that of HoldUrl,
// or music, and is heard by nobody. Such documents, and those of AnnounceUrl, may hold
// Say, Play, Pause and Redirect: anything else is 13238, and keeps out who was to wait
// by it. They are run once, unless they lead to themselves; a recording in place of one
// is heard over and over, except as an announcement. Conferences and their Participants
// are steered by REST; one who is added there is dialled by a leg of Direction
// outbound-api, one a second as all calls that the REST API places, and the name of a
// room that there is not makes it. Ending a room by REST hangs up everybody; when one
// leaves whose leaving ends it the others' Dials go on. What is reported, in order, goes
// where the first who came wanted it; Faults.Next can lose, delay, double and cross
// these reports by their names, crossing by reorder with after. GET /sandbox/v1/rooms
// shows the rooms and who is in them, held, muted. Not simulated: record of a
// Conference, speaker events, jitter buffers but the small one.
//
// # Keys
//
// A Gather waits for keys: those pressed in a browser or on a phone's page, by
// POST /sandbox/v1/phones/{number}/digits, or on any leg, a caller's too, by
// POST /sandbox/v1/calls/{callSid}/digits {"digits"}. A phone's script may have
// keys (presses) that are pressed by themselves a second after a Gather has begun,
// also in the page of a Number's url; a voicemail presses none.
//
// # Recordings
//
// Recordings are begun by POST /Calls/{sid}/Recordings.json, by Start or by a
// Dial's record attribute, and hang on the parent leg whichever leg is named. On
// the first channel is what that leg says, on the second what it hears. What is
// recorded is real: while a browser is at either end, what passes on the wall
// clock, a lost page being a silence; without one, what phones that answer by
// themselves say in the time that the call's clock shows, the same at any pace. So
// a fast call has a recording of its own length without anybody waiting for it.
// A minute of sound is a megabyte on disk, in a folder of the system's for
// temporary files, which Close removes; the newest 2000 recordings are kept.
//
// The sound is served once it was processed, a second after the end, as WAV: also
// under .mp3, for which there is no encoder here, and its Content-Type says so.
// GET /sandbox/v1/recordings and /recordings/{sid} tell what no fetch does, that one
// is paused, and /recordings/{sid}/sound gives the sound without a login; PUT
// /sandbox/v1/recordings/{sid} {"ageDays": 400} makes one older. In a room without
// any browser the others are not heard. Faults of recordings are Faults.Recordings, of
// their encryption too, and Faults.Next for their callbacks.
//
// # Time
//
// Each call has its own clock. Config.Pace scales waiting only; what a call
// reports (Timestamp, CallDuration) is what it would be at pace 1. Webhooks take
// the time they take, at any pace; so do sound and signalling.
//
// # Layout
//
// The call engine (engine.go, call.go, leg.go, interpreter.go, dial*.go) knows
// legs and TwiML and no incoming HTTP; rest.go, console.go and the phone*.go
// serve HTTP and know no TwiML. signal*.go is the gateway: connections
// (signal_socket.go), what they ask (signal_session.go, signal_outgoing.go,
// signal_incoming.go, signal_reconnect.go, usermessages.go) and the call as a browser
// sees it (signal_call.go). The engine knows it as the party of a leg; trunk.go is the
// party at a number of the account. line.go is the
// sound of a leg, plug.go the browser on it, robot.go the phone that nobody
// holds, studio.go the gateway of package media. deck.go records a leg onto the
// tapes (tape.go) of its recordings (recording.go), which recorder.go keeps. room*.go
// and participants*.go are rooms: who comes and goes on the goroutine of the leg's own
// call, under the rooms' one lock; roomscript.go is what one hears who waits;
// redirect*.go gives a leg a call of its own; restconference*.go serves both.
package twiliobox
