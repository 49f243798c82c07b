-- Which of several servers does what one is enough for. A row is a promise of
-- its holder to stop before it expires, by this database's clock.
CREATE TABLE bytepass.leases (
    "name"    TEXT COLLATE "C" PRIMARY KEY,
    "holder"  TEXT COLLATE "C" NOT NULL,
    "expires" TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE bytepass.leases IS
    'Which server leads. A row may be deleted at any time: the servers agree on a new leader.';
COMMENT ON COLUMN bytepass.leases."name" IS 'what the leader does';
COMMENT ON COLUMN bytepass.leases."holder" IS 'random name of the server that leads';
COMMENT ON COLUMN bytepass.leases."expires" IS 'when another may take it, unless it is renewed';
