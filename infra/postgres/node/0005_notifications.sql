-- Which duty telephone was told of what: one row for each thing owed and level, so that nobody is told twice.
CREATE TABLE notification (
  item text NOT NULL, level text NOT NULL,
  seen bigint NOT NULL,            -- ms; when it was first seen to be owed
  next bigint NOT NULL,            -- ms; not before
  attempts integer NOT NULL DEFAULT 0,
  told bigint,                     -- ms
  PRIMARY KEY (item, level));
CREATE INDEX ON notification (next) WHERE told IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON notification TO duikou_node;
