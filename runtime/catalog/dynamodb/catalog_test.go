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

func TestConformance(t *testing.T) {
	client := dynamodbtest.Start(t)
	catalogtest.Run(t, func(t *testing.T, now func() time.Time) catalogtest.Engine {
		table := dynamodbtest.Table(t, client)
		return catalogtest.Engine{
			Catalog: engine.New(client, table, now),
			Other:   engine.New(client, table, now),
			Forget:  func(ctx context.Context) error { return removeExpired(ctx, client, table, now()) },
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
func TestAPageReadsWhatItReturns(t *testing.T) {
	client := dynamodbtest.Start(t)
	m := &metered{API: client}
	c := engine.New(m, dynamodbtest.Table(t, client), time.Now)
	for i := range 1500 {
		r := files.Record{Space: alice(t), Key: files.Key(fmt.Sprintf("dir/%04d", i)), Status: files.Deleted, ExpiresAt: time.Now().Add(time.Hour)}
		if i%100 == 99 {
			r.Status, r.ExpiresAt = files.Stored, time.Time{}
		}
		if err := c.Put(t.Context(), r, 0); err != nil {
			t.Fatal(err)
		}
	}
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
func TestAPageLargerThanOneAnswer(t *testing.T) {
	client := dynamodbtest.Start(t)
	m := &metered{API: client}
	c := engine.New(m, dynamodbtest.Table(t, client), time.Now)
	const records = 700
	for i := range records {
		r := files.Record{Space: alice(t), Key: files.Key(fmt.Sprintf("%04d", i)), Status: files.Stored, Metadata: map[string]string{"m": strings.Repeat("x", 1900)}}
		if err := c.Put(t.Context(), r, 0); err != nil {
			t.Fatal(err)
		}
	}
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

func TestErrorsNameTheTable(t *testing.T) {
	client := dynamodbtest.Start(t)
	c := engine.New(client, "missing", time.Now)
	if err := c.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("got %v", err)
	}
}
