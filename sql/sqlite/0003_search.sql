-- Where the words of orders stand (docs/adr/0010). A block is a run of orders by ref; a part holds
-- some of its words, from `word` to where the next part begins, with the orders that have them. Parts
-- are short enough to stay in their page. Orders after the last block are in no part: a search reads
-- them as they are, so that a booking writes nothing here.
CREATE TABLE search_block (
    company_id TEXT NOT NULL,
    last INTEGER NOT NULL CHECK (last > 0),
    first INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (company_id, last),
    CHECK (first <= last)
) STRICT, WITHOUT ROWID;

CREATE TABLE search_part (
    company_id TEXT NOT NULL,
    block INTEGER NOT NULL,
    word TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (company_id, block, word)
) STRICT, WITHOUT ROWID;

-- Most orders are confirmed, and a list of them is the list by time; of the others, few, lists are
-- found here.
CREATE INDEX inspection_status ON inspection (company_id, status, starts_at, ref)
    WHERE status <> 'confirmed';
