// Package credential holds what proves who somebody is: secrets that print nowhere,
// and the bearer tokens of requests.
package credential
