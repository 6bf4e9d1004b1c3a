package calls

import "perci.health/careline"

// Entry is somebody of the clinic's directory whom a clinician may bring into a call.
type Entry struct {
	ID       string // the same for as long as it is meant
	Name     string // as clinicians know it, such as "Interpreter, Polish"
	Role     careline.Role
	Number   careline.Phone
	Language string // BCP 47; empty when it does not matter
}
