package pubsubbox

import (
	"cloud.google.com/go/pubsub/v2/pstest"
)

// startFake runs Google's in-process fake. It panics when it cannot listen, as
// pstest does.
func startFake(address string) server { return pstest.NewServerWithAddress(address) }
