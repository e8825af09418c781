-- What readers filter by and choose from: values of a filter, each once an event that stands.
CREATE TABLE tags (
	event  TEXT NOT NULL,
	filter TEXT NOT NULL, -- flag, class or list of one of the ships; source that the evidence quotes
	value  TEXT NOT NULL,
	PRIMARY KEY (event, filter, value)
);

CREATE INDEX tags_value ON tags (filter, value, event);

-- How long an event lasted, or has lasted at its watermark, in milliseconds. It and the tags of events that are there already
-- are filled by the program.
ALTER TABLE events ADD COLUMN lasts BIGINT NOT NULL DEFAULT 0;
