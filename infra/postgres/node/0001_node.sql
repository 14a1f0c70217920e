-- One node's database: what it said (ledger), what the log said (replica), and what it makes of both (disposable).
CREATE TABLE ledger (              -- own events: sealed in the statement that appends them (L1)
  originator_id text NOT NULL,     -- the stream; the library calls it an aggregate
  originator_version bigint NOT NULL,  -- our events in that stream
  topic text NOT NULL,             -- event type, never a Python path
  state bytea NOT NULL,            -- the signed envelope bytes
  signature bytea NOT NULL,
  keyid text NOT NULL,
  id text NOT NULL CONSTRAINT ledger_id UNIQUE,
  ledger text NOT NULL,            -- channel/source
  epoch integer NOT NULL,
  sequence bigint NOT NULL,
  digest text NOT NULL,
  CONSTRAINT ledger_stream PRIMARY KEY (originator_id, originator_version),
  CONSTRAINT ledger_number UNIQUE (ledger, epoch, sequence));
CREATE TABLE claim (               -- content ids and document numbers of our own, once each
  ledger text NOT NULL, what text NOT NULL, id text NOT NULL,
  CONSTRAINT claim_once PRIMARY KEY (ledger, what));
CREATE TABLE replica (             -- the log, verbatim
  topic text NOT NULL, "offset" bigint NOT NULL, at bigint NOT NULL,
  key bytea, value bytea, headers bytea NOT NULL,
  PRIMARY KEY (topic, "offset"));
CREATE TABLE verdict (             -- can be judged again from replica at any time
  topic text NOT NULL, "offset" bigint NOT NULL,
  result text NOT NULL, code text, law text NOT NULL, at bigint NOT NULL, hash bytea NOT NULL, keyid text NOT NULL,
  late boolean NOT NULL, disputed boolean NOT NULL,
  stream text, type text, event_id text, digest text NOT NULL,
  PRIMARY KEY (topic, "offset"));
CREATE INDEX ON verdict (stream, "offset") WHERE result = 'effective';
CREATE INDEX ON verdict (event_id) WHERE result IN ('effective', 'void');
CREATE TABLE topic_state (         -- what we remember of a topic, and why nobody reads it any more
  topic text PRIMARY KEY, topic_id text, stopped text);
CREATE TABLE relay_position (
  ledger text PRIMARY KEY, topic text NOT NULL, topic_id text NOT NULL, "offset" bigint NOT NULL,
  epoch integer NOT NULL, sequence bigint NOT NULL, digest text NOT NULL);
CREATE TABLE view_row (
  view text NOT NULL, generation integer NOT NULL, key text NOT NULL, row jsonb NOT NULL,
  PRIMARY KEY (view, generation, key));
CREATE TABLE view_position (
  view text NOT NULL, generation integer NOT NULL, topic text NOT NULL, "offset" bigint NOT NULL,
  PRIMARY KEY (view, generation, topic));
CREATE TABLE view_pointer (
  view text PRIMARY KEY, version integer NOT NULL, generation integer NOT NULL);

-- A row trigger does not see TRUNCATE, and privileges do not bind the owner: both, for both tables.
CREATE FUNCTION history_keeps() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER ledger_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger EXECUTE FUNCTION history_keeps();
CREATE TRIGGER replica_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON replica EXECUTE FUNCTION history_keeps();
CREATE TRIGGER claim_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON claim EXECUTE FUNCTION history_keeps();
ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_keeps;
ALTER TABLE replica ENABLE ALWAYS TRIGGER replica_keeps;
ALTER TABLE claim ENABLE ALWAYS TRIGGER claim_keeps;

GRANT SELECT, INSERT ON ledger, claim, replica TO duikou_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON verdict, topic_state, relay_position, view_row, view_position, view_pointer
  TO duikou_node;
