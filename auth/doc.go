// Package auth knows who is signed in: it verifies the session tokens of
// Descope, the clinic's sign-in service, against the service's published keys.
//
// Sources: Descope, "Session Overview" (the claims of a session JWT), "JWT
// Templates" (where custom claims stand, and the two forms of iss); RFC 7519
// (JWT), RFC 7517 and RFC 7518 (keys), RFC 8725 (best current practices).
package auth
