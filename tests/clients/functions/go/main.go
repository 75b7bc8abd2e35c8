// A function as it is written for Lambda in Go: answers with the event.
package main

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

func handler(ctx context.Context, event map[string]any) (any, error) {
	if event["raise"] != nil {
		return nil, errors.New("as told")
	}
	return event, nil
}

func main() {
	lambda.Start(handler)
}
