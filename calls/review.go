package calls

import (
	"context"

	"perci.health/careline"
)

// ReviewPage is how many calls a page of a review has at most.
const ReviewPage = 50

// Review tells reviewers of which calls something was recorded, from the log: it keeps a
// call for as long as there is sound of it.
type Review struct {
	Log interface {
		// CallsAsked are calls by when they were asked for, the newest first.
		CallsAsked(ctx context.Context, q careline.AskedFor, limit int) ([]careline.Asked, error)
	}
}

// Reviewed is a call with what was recorded of it.
type Reviewed struct {
	Audited  Audited
	Recorded RecordingList
}

// ReviewedPage is a part of the calls that were recorded, the newest first.
type ReviewedPage struct {
	Calls []Reviewed
	Next  careline.AskedPlace // where the next page begins (AskedFor.After); zero: there is none
}

// Page is the next calls of which something was recorded, also of those of which it is
// deleted by now. Whether who asks is a reviewer is for the caller to know.
func (r Review) Page(ctx context.Context, asked careline.AskedFor) (page ReviewedPage, err error) {
	asked.Recorded = true
	found, err := r.Log.CallsAsked(ctx, asked, ReviewPage+1) // the one more tells whether there is a next page
	if err != nil {
		return page, err
	}
	if len(found) > ReviewPage {
		found = found[:ReviewPage]
		page.Next = found[ReviewPage-1].Place
	}

	for _, one := range found {
		k := known(one.Events)
		if len(k.all) == 0 {
			continue
		}
		page.Calls = append(page.Calls, Reviewed{
			Audited:  audited(one),
			Recorded: k.listed(careline.Visitor{Reviewer: true}),
		})
	}
	return page, nil
}
