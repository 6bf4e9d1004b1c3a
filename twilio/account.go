package twilio

import "perci.health/careline"

// OfAccount reports why a form is not about the account of that SID: an error of
// code invalid when it names none, of code forbidden when it names another. One
// signature token may serve several accounts, and a topic several publishers, so
// neither a signature nor a push says whose report it is.
func OfAccount(account string, f Form) error {
	named, once := f.one("AccountSid")
	switch {
	case !once || !isSID(sidAccount, named):
		return notReport("AccountSid is missing or malformed")
	case account == "" || string(named) != account:
		return careline.NewError(careline.CodeForbidden, "The report's AccountSid is not ours.", nil)
	}
	return nil
}
