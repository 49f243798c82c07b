package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/files"
)

// Index is the name of the table's index.
const Index = "views"

// API is what the catalog calls of DynamoDB; *dynamodb.Client is one.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// Catalog is a catalog.Catalog in a DynamoDB table.
type Catalog struct {
	client API
	table  string
	now    func() time.Time
}

var _ catalog.Catalog = (*Catalog)(nil)

// New returns the catalog in a table of the schema that the package describes.
// now is the clock that tombstones expire by.
func New(client API, table string, now func() time.Time) *Catalog {
	return &Catalog{client: client, table: table, now: now}
}

// Ping implements catalog.Catalog by reading an item that cannot exist.
func (c *Catalog) Ping(ctx context.Context) error {
	_, err := c.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &c.table,
		Key:       item{"space": text("ping"), "key": text("ping")},
	})
	return c.wrap("ping", err)
}

// Get implements catalog.Catalog.
func (c *Catalog) Get(ctx context.Context, space files.Space, key files.Key) (files.Record, catalog.Revision, error) {
	out, err := c.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &c.table,
		Key:            primaryKey(space, key),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil || len(out.Item) == 0 {
		return files.Record{}, 0, c.wrap("get", err)
	}
	r, rev, err := decode(out.Item)
	return r, rev, c.wrap("get", err)
}

// Put implements catalog.Catalog. When the answer to a write that succeeded is
// lost, the SDK sends it again and this returns ErrConflict: as for every
// conflict, the remedy is to read again.
func (c *Catalog) Put(ctx context.Context, r files.Record, was catalog.Revision) error {
	it, err := encode(r, was.Next(c.now()))
	if err != nil {
		return c.wrap("put", err)
	}
	in := &dynamodb.PutItemInput{
		TableName:                &c.table,
		Item:                     it,
		ConditionExpression:      aws.String("attribute_not_exists(#rev)"),
		ExpressionAttributeNames: map[string]string{"#rev": "rev"},
	}
	if was != 0 {
		in.ConditionExpression = aws.String("#rev = :was")
		in.ExpressionAttributeValues = item{":was": number(int64(was))}
	}
	_, err = c.client.PutItem(ctx, in)
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return catalog.ErrConflict
	}
	return c.wrap("put", err)
}

// List implements catalog.Catalog.
func (c *Catalog) List(ctx context.Context, q catalog.Query) ([]files.Record, error) {
	bounds, err := q.Bounds()
	if err != nil || bounds.None {
		return nil, err
	}
	in := c.query(q, bounds)
	var page []files.Record
	for {
		// Two more than are missing: the ends of the range may not be asked for.
		in.Limit = aws.Int32(int32(q.Limit - len(page) + 2))
		out, err := c.client.Query(ctx, in)
		if err != nil {
			return nil, c.wrap("list", err)
		}
		for _, it := range out.Items {
			r, _, err := decode(it)
			if err != nil {
				return nil, c.wrap("list", err)
			}
			if !bounds.Contains(string(r.Key)) || r.Expired(c.now()) {
				continue
			}
			if page = append(page, r); len(page) == q.Limit {
				return page, nil
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return page, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// query asks for the range of b. BETWEEN includes both its ends, and DynamoDB
// refuses an empty key and a range whose ends are the wrong way round; Bounds
// gives no such range.
func (c *Catalog) query(q catalog.Query, b catalog.Bounds) *dynamodb.QueryInput {
	condition, names := "#view = :view", map[string]string{"#view": "view"}
	values := item{":view": text(partition(q.View, q.Space))}
	if b.Low != "" {
		names["#key"], values[":low"] = "key", text(b.Low)
		if b.High != "" {
			condition += " AND #key BETWEEN :low AND :high"
			values[":high"] = text(b.High)
		} else {
			condition += " AND #key >= :low"
		}
	}
	return &dynamodb.QueryInput{
		TableName:                 &c.table,
		IndexName:                 aws.String(Index),
		KeyConditionExpression:    &condition,
		ExpressionAttributeNames:  names,
		ExpressionAttributeValues: values,
	}
}

// Walk implements catalog.Catalog. It reads the whole table, consistently.
func (c *Catalog) Walk(ctx context.Context, visit func(files.Record, catalog.Revision) error) error {
	in := &dynamodb.ScanInput{TableName: &c.table, ConsistentRead: aws.Bool(true)}
	for {
		out, err := c.client.Scan(ctx, in)
		if err != nil {
			return c.wrap("walk", err)
		}
		for _, it := range out.Items {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, rev, err := decode(it)
			if err != nil {
				return c.wrap("walk", err)
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

func (c *Catalog) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("catalog: %s in table %s: %w", what, c.table, err)
}
