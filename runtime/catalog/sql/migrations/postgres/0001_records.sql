-- One row for each key that the bucket ever held, as package files describes a
-- record. Text compares by its bytes, whatever the database's collation: that
-- is the order of the API's lists, and what lets an index serve a prefix.
CREATE TABLE bytepass.records (
    "space"          TEXT   COLLATE "C" NOT NULL,
    "key"            TEXT   COLLATE "C" NOT NULL,
    "rev"            BIGINT NOT NULL,
    "write"          BIGINT NOT NULL,
    "status"         TEXT   COLLATE "C" NOT NULL CHECK ("status" IN ('stored', 'rejected', 'deleted')),
    "id"             TEXT   COLLATE "C" NOT NULL,
    "userId"         TEXT   COLLATE "C" NOT NULL,
    "bucket"         TEXT   COLLATE "C" NOT NULL,
    "size"           BIGINT NOT NULL,
    "mimeType"       TEXT   COLLATE "C" NOT NULL,
    "etag"           TEXT   COLLATE "C" NOT NULL,
    "versionId"      TEXT   COLLATE "C" NOT NULL,
    "uploadedAt"     BIGINT NOT NULL,
    "metadata"       JSONB  NOT NULL,
    "name"           TEXT   COLLATE "C" NOT NULL,
    "checksumSHA256" TEXT   COLLATE "C" NOT NULL,
    "reason"         TEXT   COLLATE "C" NOT NULL,
    "deletedAt"      BIGINT NOT NULL,
    "expiresAt"      BIGINT NOT NULL,
    PRIMARY KEY ("space", "key")
);

COMMENT ON TABLE bytepass.records IS
    'What Bytepass knows of every key, deleted and rejected ones included. Bytepass alone writes it; read the view bytepass.files instead, which stays as it is when this table changes.';
COMMENT ON COLUMN bytepass.records."space" IS '"u/<owner>" or "g/<group>", escaped as in the object''s key: the object is <space>/<key>';
COMMENT ON COLUMN bytepass.records."rev" IS 'revision: grows with every write of the record';
COMMENT ON COLUMN bytepass.records."write" IS 'random name of the last write, by which a writer that lost its connection knows whether it was its own';
COMMENT ON COLUMN bytepass.records."status" IS 'stored, rejected, or deleted (a tombstone)';
COMMENT ON COLUMN bytepass.records."uploadedAt" IS 'milliseconds since 1970, as deletedAt and expiresAt; 0 for none';
COMMENT ON COLUMN bytepass.records."reason" IS 'why the file was rejected';
COMMENT ON COLUMN bytepass.records."expiresAt" IS 'when a tombstone can be forgotten';

-- One index for each view, over its records alone: a page reads only what it
-- returns, whatever else there is below the prefix.
CREATE INDEX records_stored   ON bytepass.records ("space", "key") WHERE "status" = 'stored';
CREATE INDEX records_trash    ON bytepass.records ("space", "key") WHERE "status" = 'deleted';
CREATE INDEX records_rejected ON bytepass.records ("space", "key") WHERE "status" = 'rejected';

-- Finds the tombstones that can be forgotten.
CREATE INDEX records_expiry ON bytepass.records ("expiresAt") WHERE "status" = 'deleted';

-- What people query: grant USAGE on the schema and SELECT on this view.
CREATE VIEW bytepass.files AS
SELECT "id", "key", "bucket", "size", "mimeType", "metadata",
       to_timestamp(NULLIF("uploadedAt", 0) / 1000.0) AS "uploadedAt",
       "versionId", NULLIF("userId", '') AS "userId", "space", "etag", "name", "checksumSHA256"
FROM bytepass.records
WHERE "status" = 'stored';

COMMENT ON VIEW bytepass.files IS
    'The files that are stored, one row each, read-only. A projection of the bucket: it may lag behind it by seconds, and "bytepass reconcile" rebuilds it.';
COMMENT ON COLUMN bytepass.files."id" IS 'stable for a key of a space, 32 hex digits';
COMMENT ON COLUMN bytepass.files."key" IS 'the path that the user chose, unique in its space; sorts by bytes';
COMMENT ON COLUMN bytepass.files."bucket" IS 'name of the bucket that holds the object';
COMMENT ON COLUMN bytepass.files."size" IS 'bytes';
COMMENT ON COLUMN bytepass.files."mimeType" IS 'the object''s Content-Type; empty if the store says none';
COMMENT ON COLUMN bytepass.files."metadata" IS 'what the uploader declared: an object of strings, {} for none';
COMMENT ON COLUMN bytepass.files."uploadedAt" IS 'when the store took the object, to the millisecond';
COMMENT ON COLUMN bytepass.files."versionId" IS 'the object''s version; empty if the bucket is not versioned';
COMMENT ON COLUMN bytepass.files."userId" IS 'owner of a person''s space; NULL in a group''s';
COMMENT ON COLUMN bytepass.files."space" IS '"u/<owner>" or "g/<group>", escaped as in the object''s key: the object is <space>/<key>';
COMMENT ON COLUMN bytepass.files."etag" IS 'the object''s ETag without quotes';
COMMENT ON COLUMN bytepass.files."name" IS 'display name; empty if none was declared';
COMMENT ON COLUMN bytepass.files."checksumSHA256" IS 'base64; empty if it is not known';

-- A view of one table can be written to unless something says otherwise.
CREATE FUNCTION bytepass.refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'bytepass.files is read-only: files change through the bucket'
        USING ERRCODE = 'read_only_sql_transaction', HINT = 'Use the API of Bytepass to upload or delete.';
END $$;
CREATE TRIGGER read_only INSTEAD OF INSERT OR UPDATE OR DELETE ON bytepass.files
    FOR EACH ROW EXECUTE FUNCTION bytepass.refuse_write();
