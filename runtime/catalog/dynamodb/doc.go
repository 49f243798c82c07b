// Package dynamodb keeps the catalog in one DynamoDB table.
//
// The table has the partition key "space" (S, such as u/alice) and the sort key
// "key" (S), one index named "views" with the partition key "view" (S), the sort
// key "key" and all attributes projected, and time to live on "expires" (N,
// seconds since 1970). An item is a record under the names of the API's fields;
// besides:
//
//	rev         N  the revision, which every write is conditional on
//	view        S  "<stored|trash|rejected>#<space>": the listing that the record is in
//	metadata    S  a JSON object of strings
//	uploadedAt, deletedAt, expiresAt
//	            N  milliseconds since 1970
//	expires     N  of a tombstone only: when DynamoDB may remove it
//
// Attributes that would be empty are absent. Since a record that is deleted
// moves to another partition of the index, a page reads only what it returns.
// There is no local index, so DynamoDB can split the partition of an owner who
// has many files (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html).
//
// A role needs, on the table: dynamodb:GetItem for Get and Ping,
// dynamodb:PutItem for Put, dynamodb:Scan for Walk; and on the index
// (table/…/index/views) dynamodb:Query for List. An administrator's Records and
// Erase need dynamodb:Query and dynamodb:DeleteItem on the table.
package dynamodb
