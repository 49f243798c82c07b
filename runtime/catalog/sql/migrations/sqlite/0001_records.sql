-- One row for each key that the bucket ever held, as package files describes a
-- record. Names are those of the API's fields. Times are milliseconds since
-- 1970, 0 for none; metadata is a JSON object of strings; etag, versionId and
-- the like are empty where the bucket says nothing.
CREATE TABLE records (
    "space"          TEXT   NOT NULL, -- "u/<owner>" or "g/<group>"
    "key"            TEXT   NOT NULL,
    "rev"            BIGINT NOT NULL, -- grows with every write
    "status"         TEXT   NOT NULL CHECK ("status" IN ('stored', 'rejected', 'deleted')),
    "id"             TEXT   NOT NULL,
    "userId"         TEXT   NOT NULL, -- empty in a group's space
    "bucket"         TEXT   NOT NULL,
    "size"           BIGINT NOT NULL, -- bytes
    "mimeType"       TEXT   NOT NULL,
    "etag"           TEXT   NOT NULL,
    "versionId"      TEXT   NOT NULL,
    "uploadedAt"     BIGINT NOT NULL,
    "metadata"       TEXT   NOT NULL,
    "name"           TEXT   NOT NULL,
    "checksumSHA256" TEXT   NOT NULL,
    "reason"         TEXT   NOT NULL, -- why it was rejected
    "deletedAt"      BIGINT NOT NULL,
    "expiresAt"      BIGINT NOT NULL, -- of a tombstone
    PRIMARY KEY ("space", "key")
);

-- One index for each view, over its records alone: a page reads only what it
-- returns, whatever else there is below the prefix.
CREATE INDEX records_stored   ON records ("space", "key") WHERE "status" = 'stored';
CREATE INDEX records_trash    ON records ("space", "key") WHERE "status" = 'deleted';
CREATE INDEX records_rejected ON records ("space", "key") WHERE "status" = 'rejected';

-- Finds the tombstones that can be forgotten.
CREATE INDEX records_expiry ON records ("expiresAt") WHERE "status" = 'deleted';
