package dynamodb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/bytepass/bytepass/runtime/catalog"
	"github.com/bytepass/bytepass/runtime/catalog/catalogtest"
	engine "github.com/bytepass/bytepass/runtime/catalog/dynamodb"
	"github.com/bytepass/bytepass/runtime/catalog/dynamodb/dynamodbtest"
	"github.com/bytepass/bytepass/runtime/files"
)

func alice(t *testing.T) files.Space {
	t.Helper()
	space, err := files.Person("alice")
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// One DynamoDB Local serves all tests: its start is what takes the time.
func TestCatalog(t *testing.T) {
	client := dynamodbtest.Start(t)
	t.Run("conformance", func(t *testing.T) {
		catalogtest.Run(t, func(t *testing.T, now func() time.Time) catalogtest.Engine {
			table := dynamodbtest.Table(t, client)
			return catalogtest.Engine{
				Catalog: engine.New(client, table, now),
				Other:   engine.New(client, table, now),
				Forget:  func(ctx context.Context) error { return removeExpired(ctx, client, table, now()) },
			}
		})
	})
	t.Run("a page reads what it returns", func(t *testing.T) { testCost(t, client) })
	t.Run("a page larger than one answer", func(t *testing.T) { testLargePage(t, client) })
	t.Run("errors name the table", func(t *testing.T) {
		if err := engine.New(client, "missing", time.Now).Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "missing") {
			t.Errorf("got %v", err)
		}
	})
}

// removeExpired does what time to live does on AWS, by the attribute alone.
func removeExpired(ctx context.Context, client *dynamodb.Client, table string, now time.Time) error {
	out, err := client.Scan(ctx, &dynamodb.ScanInput{
		TableName:                 &table,
		FilterExpression:          aws.String("expires <= :now"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":now": &types.AttributeValueMemberN{Value: fmt.Sprint(now.Unix())}},
	})
	if err != nil {
		return err
	}
	for _, it := range out.Items {
		key := map[string]types.AttributeValue{"space": it["space"], "key": it["key"]}
		if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key}); err != nil {
			return err
		}
	}
	return nil
}

// fill puts n records of alice's, eight at a time.
func fill(t *testing.T, c *engine.Catalog, n int, record func(i int) files.Record) {
	t.Helper()
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for i := range n {
		r := record(i)
		r.Space = alice(t)
		group.Go(func() error { return c.Put(ctx, r, 0) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// metered counts the items that queries read, which is what they cost.
type metered struct {
	engine.API
	read int
}

func (m *metered) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	out, err := m.API.Query(ctx, in, options...)
	if err == nil {
		m.read += int(out.ScannedCount)
	}
	return out, err
}

// A page reads what it returns and at most the two ends of its range, whatever
// was deleted below the prefix.
func testCost(t *testing.T, client *dynamodb.Client) {
	m := &metered{API: client}
	c := engine.New(m, dynamodbtest.Table(t, client), time.Now)
	fill(t, c, 1500, func(i int) files.Record {
		if i%100 == 99 {
			return files.Record{Key: files.Key(fmt.Sprintf("dir/%04d", i)), Status: files.Stored}
		}
		return files.Record{Key: files.Key(fmt.Sprintf("dir/%04d", i)), Status: files.Deleted, ExpiresAt: time.Now().Add(time.Hour)}
	})
	for _, q := range []catalog.Query{{Prefix: "dir/", Limit: 10}, {Prefix: "dir/", After: "dir/0499", Limit: 10}, {Limit: 5}, {Prefix: "dir/", Limit: 1000}} {
		q.Space, q.View, m.read = alice(t), catalog.Stored, 0
		page, err := c.List(t.Context(), q)
		if err != nil || len(page) == 0 {
			t.Fatalf("%d records, %v", len(page), err)
		}
		if m.read > len(page)+2 {
			t.Errorf("%+v: %d items read for %d records", q, m.read, len(page))
		}
	}
}

// A page of large records is more than DynamoDB gives in one answer (1 MB), and
// is complete nevertheless.
func testLargePage(t *testing.T, client *dynamodb.Client) {
	c := engine.New(client, dynamodbtest.Table(t, client), time.Now)
	const records = 700
	fill(t, c, records, func(i int) files.Record {
		return files.Record{Key: files.Key(fmt.Sprintf("%04d", i)), Status: files.Stored, Metadata: map[string]string{"m": strings.Repeat("x", 1900)}}
	})
	page, err := c.List(t.Context(), catalog.Query{Space: alice(t), View: catalog.Stored, Limit: 1000})
	if err != nil || len(page) != records {
		t.Errorf("%d records, %v; want %d", len(page), err, records)
	}
	visited := 0
	err = c.Walk(t.Context(), func(files.Record, catalog.Revision) error { visited++; return nil })
	if err != nil || visited != records {
		t.Errorf("%d records visited, %v; want %d", visited, err, records)
	}
}
