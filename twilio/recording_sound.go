package twilio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// Sound is the sound of a recording as it comes from Twilio: mp3, two channels if it has
// two. part is a value of the header Range (RFC 9110, section 14.2), empty for all of it.
// Whoever reads it closes it; ctx ends it.
//
// The error has the reason not-ready while there is no sound yet, which Twilio answers
// with 404; whoever knows that it was there knows that it is gone. It is of code rejected
// for an answer that is no sound, as a page of XML is.
func (c *Client) Sound(ctx context.Context, sid, part string) (calls.Sound, error) {
	if !isSID(sidRecording, sid) {
		return calls.Sound{}, notARecording()
	}

	answer, err := c.sound(ctx, sid, url.Values{"RequestedChannels": {"2"}}, part)
	if err == nil && answer.StatusCode == http.StatusBadRequest { // 16113: it has one channel
		_ = answer.Body.Close() // nothing in it is wanted
		answer, err = c.sound(ctx, sid, nil, part)
	}
	if err != nil {
		return calls.Sound{}, err
	}
	return soundOf(answer)
}

func (c *Client) sound(ctx context.Context, sid string, query url.Values, part string) (*http.Response, error) {
	u := c.resource("/Recordings/" + sid + ".mp3")
	u.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("request to twilio: %w", err)
	}

	c.signIn(request)
	request.Header.Set("Accept", "audio/mpeg")
	request.Header.Set("Accept-Encoding", "identity") // a part is one of the sound, not of what packs it
	if part != "" {
		request.Header.Set("Range", part)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, unreachable(err)
	}
	return answer, nil
}

// soundOf takes an answer for sound only if it is one.
func soundOf(answer *http.Response) (s calls.Sound, err error) {
	taken := false
	defer func() {
		if !taken {
			_ = answer.Body.Close() // nothing in it is wanted
		}
	}()

	switch answer.StatusCode {
	case http.StatusOK, http.StatusPartialContent:
	case http.StatusRequestedRangeNotSatisfiable:
		return calls.Sound{Beyond: true, Part: answer.Header.Get("Content-Range")}, nil
	default:
		return s, silent(answer)
	}

	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "audio/") {
		return s, noSound("what came is no sound")
	}
	part := ""
	if answer.StatusCode == http.StatusPartialContent {
		if part = answer.Header.Get("Content-Range"); part == "" {
			return s, noSound("it is not said which part came")
		}
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(answer.Body, first); err != nil {
		return s, noSound("nothing came")
	}

	taken = true
	s = calls.Sound{
		Type:   kind,
		Length: answer.ContentLength,
		Part:   part,
		Body:   opened{io.MultiReader(bytes.NewReader(first), answer.Body), answer.Body},
	}
	return s, nil
}

// opened is a body of which the first byte was read.
type opened struct {
	io.Reader
	io.Closer
}

// silent is why an answer holds no sound.
func silent(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxComplaint))
	if err != nil {
		return unreachable(err)
	}
	e := apiError(answer, body)
	if e.Status == http.StatusNotFound {
		return careline.Because(careline.CodeConflict, careline.ReasonNotReady, nil)
	}
	if e.passing() {
		return fmt.Errorf("fetch the sound of a recording: %w", e)
	}
	return noSound(e.Error())
}

// maxComplaint bounds what is read of an answer that is no sound.
const maxComplaint = 64 << 10

func noSound(why string) error {
	return careline.NewError(careline.CodeRejected, "Twilio did not give the sound of this recording. Please tell your IT team.", errors.New(why))
}
