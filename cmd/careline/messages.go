package main

import (
	"context"
	"fmt"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

// forward names the consumer that sends to Pub/Sub what Google could not take at
// once. It is in the database: never change it.
const forward = "pubsub"

// The attributes of a message on the topic, as the consumers that were there
// before careline know them.
const (
	attributeType    = "type"
	attributeSubtype = "subtype"
	attributeSource  = "source"
	attributeVersion = "version"

	messageType    = "appointment"
	messageSource  = "api"
	messageVersion = "1.0"
)

// messageAttributes are those of a message of ours; subtype is a twilio.Subject.
func messageAttributes(subtype string) map[string]string {
	return map[string]string{attributeType: messageType, attributeSubtype: subtype, attributeSource: messageSource, attributeVersion: messageVersion}
}

// readMessage understands a message on the topic. An error of code invalid says
// why it cannot be: the message is kept as a stray then.
func readMessage(attributes map[string]string, data []byte) (careline.CallEvent, error) {
	if got := attributes[attributeType]; got != messageType {
		return careline.CallEvent{}, unreadable(fmt.Errorf("its type is %q, not %q", got, messageType))
	}
	if got := attributes[attributeVersion]; got != messageVersion {
		return careline.CallEvent{}, unreadable(fmt.Errorf("its version is %q, not %q", got, messageVersion))
	}
	form, err := twilio.FormFromJSON(data)
	if err != nil {
		return careline.CallEvent{}, err
	}
	return twilio.Event(twilio.Subject(attributes[attributeSubtype]), form)
}

func unreadable(why error) error {
	return careline.NewError(careline.CodeInvalid, "This message is of no kind that is known here.", why)
}

// readStray understands a message that an earlier version, or the sender, spoilt.
func readStray(_ context.Context, m careline.Stray) (careline.CallEvent, error) {
	return readMessage(m.Attributes, m.Data)
}
