-- Times are milliseconds since 1970 in UTC, 0 where there is none; dates are YYYY-MM-DD.

-- What the store holds as a whole, in one row. Its lock makes writers wait for each other.
CREATE TABLE meta (
	one       BIGINT PRIMARY KEY CHECK (one = 1),
	seq       BIGINT NOT NULL, -- number of the newest change
	epoch     BIGINT NOT NULL,
	watermark BIGINT NOT NULL,
	as_of     BIGINT NOT NULL,
	config    TEXT NOT NULL,
	software  TEXT NOT NULL
);

INSERT INTO meta VALUES (1, 0, 0, 0, 0, '', '');

-- Every version of every event that ever stood.
CREATE TABLE versions (
	id      TEXT NOT NULL,
	version BIGINT NOT NULL,
	epoch   BIGINT NOT NULL, -- of the last owner who said so
	seq     BIGINT NOT NULL,
	body    TEXT NOT NULL,   -- the event's JSON, byte for byte
	PRIMARY KEY (id, version, epoch)
);

CREATE UNIQUE INDEX versions_seq ON versions (seq);

-- The version that stands, with what queries ask for.
CREATE TABLE events (
	id          TEXT PRIMARY KEY,
	version     BIGINT NOT NULL,
	epoch       BIGINT NOT NULL,
	kind        TEXT NOT NULL,
	rank        BIGINT NOT NULL, -- the kind's place in the canonical order
	status      TEXT NOT NULL,
	starts      BIGINT NOT NULL,
	until       BIGINT NOT NULL, -- the end; the start where there is none; the end of time while open
	lon         DOUBLE PRECISION NOT NULL,
	lat         DOUBLE PRECISION NOT NULL,
	place       TEXT NOT NULL,   -- lower case
	probability DOUBLE PRECISION NOT NULL,
	search      TEXT NOT NULL    -- what a reader may search for, lower case
);

CREATE INDEX events_order ON events (starts, rank, id);

CREATE INDEX events_kind ON events (kind, starts, rank, id);

CREATE INDEX events_until ON events (until);

CREATE INDEX events_place ON events (place, starts);

-- The ships of the version that stands.
CREATE TABLE ships (
	event TEXT NOT NULL,
	mmsi  BIGINT NOT NULL,
	imo   BIGINT NOT NULL -- 0 where it is not known
);

CREATE INDEX ships_event ON ships (event);

CREATE INDEX ships_mmsi ON ships (mmsi, event);

CREATE INDEX ships_imo ON ships (imo, event);

-- Every row of the estimate that was ever the newest of its day.
CREATE TABLE vintages (
	basis TEXT NOT NULL,
	date  TEXT NOT NULL,
	as_of BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	body  TEXT NOT NULL, -- the row's JSON
	PRIMARY KEY (basis, date, as_of, epoch)
);

-- Which of them is the newest, and how its number came about.
CREATE TABLE days (
	basis   TEXT NOT NULL,
	date    TEXT NOT NULL,
	as_of   BIGINT NOT NULL,
	epoch   BIGINT NOT NULL,
	account TEXT NOT NULL, -- JSON, empty where there is no number
	PRIMARY KEY (basis, date)
);

-- Whatever else a page shows, whole and by name: the newest of each.
CREATE TABLE documents (
	name  TEXT PRIMARY KEY,
	epoch BIGINT NOT NULL,
	as_of BIGINT NOT NULL,
	body  TEXT NOT NULL
);
