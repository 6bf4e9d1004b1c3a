// Package media is the sound of the sandbox's telephone network: it stands
// where Twilio's media servers stand, between a browser that speaks WebRTC and
// a telephone that is not there.
//
//	browser ⇄ (ICE, DTLS-SRTP, one UDP port) ⇄ Peer ──▶ Handlers   what the browser says
//	                                            ▲
//	                                       Play(Source)            what the browser hears
//
// Of more than two who talk a Mixer makes what each of them hears.
//
// A Gateway is an ICE-lite agent (RFC 8445 section 2.5) on one UDP port, as
// Twilio's are: browsers send no candidates in the Voice SDK's signalling and
// are found by their checks. Sound is G.711 mu-law at 8 kHz (PCMU) in frames of
// 20 ms, and keys are telephone-events (RFC 4733); nothing else is negotiated.
package media
