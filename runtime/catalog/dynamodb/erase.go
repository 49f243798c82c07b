package dynamodb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

var _ catalog.Eraser = (*Catalog)(nil)

// Records implements catalog.Eraser. It reads the space's partition of the
// table, consistently; it needs dynamodb:Query on the table.
func (c *Catalog) Records(ctx context.Context, space files.Space, prefix string, visit func(files.Record, catalog.Revision) error) error {
	bounds, err := catalog.PrefixBounds(space, prefix, "")
	if err != nil || bounds.None {
		return err
	}
	in := &dynamodb.QueryInput{
		TableName: &c.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#space = :space"),
		ExpressionAttributeNames:  map[string]string{"#space": "space"},
		ExpressionAttributeValues: item{":space": text(space.String())},
	}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("#space = :space AND begins_with(#key, :prefix)")
		in.ExpressionAttributeNames["#key"], in.ExpressionAttributeValues[":prefix"] = "key", text(prefix)
	}
	for {
		out, err := c.client.Query(ctx, in)
		if err != nil {
			return c.wrap("records", err)
		}
		for _, it := range out.Items {
			r, rev, err := decode(it)
			if err != nil {
				return c.wrap("records", err)
			}
			if err := visit(r, rev); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Erase implements catalog.Eraser; it needs dynamodb:DeleteItem on the table.
func (c *Catalog) Erase(ctx context.Context, space files.Space, key files.Key, was catalog.Revision) error {
	_, err := c.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &c.table, Key: primaryKey(space, key),
		ConditionExpression:       aws.String("attribute_not_exists(#rev) OR #rev = :was"),
		ExpressionAttributeNames:  map[string]string{"#rev": "rev"},
		ExpressionAttributeValues: item{":was": number(int64(was))},
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return catalog.ErrConflict
	}
	return c.wrap("erase", err)
}
