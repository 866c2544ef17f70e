-- The journal is the truth; every other table is what availability, look-up and the second lock
-- ask for. company_id stands first in every key: one company's rows are never met on the way to
-- another's. Row documents are rowid tables (a long row in an index tree costs an overflow page),
-- short rows are WITHOUT ROWID (one tree less to write).

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TABLE company (
    id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL CHECK (seq > 0),
    last_at INTEGER NOT NULL,
    head BLOB NOT NULL,
    next_order INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    company_id TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (company_id, seq)
) STRICT;

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TABLE touch (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (company_id, ref, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    company_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (company_id, kind, id)
) STRICT;

CREATE TABLE claim (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    inspector_id TEXT NOT NULL CHECK (inspector_id <> ''),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    lock_group INTEGER NOT NULL,
    order_number INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    lat_e7 INTEGER NOT NULL,
    lng_e7 INTEGER NOT NULL,
    has_place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (company_id, ref),
    CHECK (starts_at < ends_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_owner ON claim (company_id, owner);

-- Ordered by end, because what matters is what has not ended. A claim of at most a day that starts
-- before T ends before T plus a day, so a look at [S, T) reads the ends in (S, T + 1 day) and no
-- history before and no future after. The few longer ones have a short index of their own.
CREATE INDEX claim_time ON claim (company_id, inspector_id, ends_at, starts_at, lock_group);
CREATE INDEX claim_long ON claim (company_id, inspector_id, ends_at, starts_at, lock_group)
    WHERE ends_at - starts_at > 86400;

-- The second lock. The same words twice: SQLite has no trigger for both INSERT and UPDATE.
CREATE TRIGGER claim_insert_overlap BEFORE INSERT ON claim
BEGIN
    SELECT RAISE(ABORT, 'claims of one inspector overlap')
    WHERE EXISTS (SELECT 1 FROM claim INDEXED BY claim_time
                  WHERE company_id = NEW.company_id AND inspector_id = NEW.inspector_id
                    AND ends_at > NEW.starts_at AND ends_at < NEW.ends_at + 86400
                    AND starts_at < NEW.ends_at AND lock_group <> NEW.lock_group)
       OR EXISTS (SELECT 1 FROM claim INDEXED BY claim_long
                  WHERE company_id = NEW.company_id AND inspector_id = NEW.inspector_id
                    AND ends_at > NEW.starts_at AND ends_at - starts_at > 86400
                    AND starts_at < NEW.ends_at AND lock_group <> NEW.lock_group);
END;

CREATE TRIGGER claim_update_overlap
BEFORE UPDATE OF company_id, inspector_id, starts_at, ends_at, lock_group ON claim
BEGIN
    SELECT RAISE(ABORT, 'claims of one inspector overlap')
    WHERE EXISTS (SELECT 1 FROM claim INDEXED BY claim_time
                  WHERE company_id = NEW.company_id AND inspector_id = NEW.inspector_id
                    AND ends_at > NEW.starts_at AND ends_at < NEW.ends_at + 86400
                    AND starts_at < NEW.ends_at AND lock_group <> NEW.lock_group
                    AND NOT (company_id = OLD.company_id AND ref = OLD.ref))
       OR EXISTS (SELECT 1 FROM claim INDEXED BY claim_long
                  WHERE company_id = NEW.company_id AND inspector_id = NEW.inspector_id
                    AND ends_at > NEW.starts_at AND ends_at - starts_at > 86400
                    AND starts_at < NEW.ends_at AND lock_group <> NEW.lock_group
                    AND NOT (company_id = OLD.company_id AND ref = OLD.ref));
END;

CREATE TABLE hold (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    state TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (company_id, ref)
) STRICT, WITHOUT ROWID;

CREATE INDEX hold_state ON hold (company_id, state, ref);

CREATE TABLE absence (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    inspector_id TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (company_id, ref),
    UNIQUE (company_id, id)
) STRICT;

CREATE TABLE inspection (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    id TEXT NOT NULL,
    order_number INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    person INTEGER NOT NULL,
    external_ref TEXT NOT NULL,
    key_id TEXT NOT NULL,
    place_key INTEGER NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (company_id, ref),
    UNIQUE (company_id, id),
    UNIQUE (company_id, order_number)
) STRICT;

CREATE UNIQUE INDEX inspection_external ON inspection (company_id, key_id, external_ref)
    WHERE external_ref <> '';
CREATE INDEX inspection_place ON inspection (company_id, place_key, starts_at, ref)
    WHERE place_key <> 0;
CREATE INDEX inspection_time ON inspection (company_id, starts_at, ref);

CREATE TABLE conflict (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    claim_a INTEGER NOT NULL,
    claim_b INTEGER NOT NULL,
    inspector_id TEXT NOT NULL,
    state TEXT NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (company_id, ref)
) STRICT, WITHOUT ROWID;

CREATE INDEX conflict_state ON conflict (company_id, state, ref);

CREATE TABLE person (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (company_id, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    company_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    key_text TEXT NOT NULL,
    request BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (company_id, key_id, key_text)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    company_id TEXT NOT NULL,
    ref INTEGER NOT NULL CHECK (ref > 0),
    owner INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (company_id, ref)
) STRICT;

CREATE INDEX outbox_owner ON outbox (company_id, owner, ref);
CREATE INDEX outbox_state ON outbox (company_id, state, ref);

CREATE TABLE api_key (
    company_id TEXT NOT NULL,
    id TEXT NOT NULL,
    secret BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    brand TEXT NOT NULL,
    may_override INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    PRIMARY KEY (company_id, id)
) STRICT, WITHOUT ROWID;
