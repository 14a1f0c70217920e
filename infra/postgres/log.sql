-- The embedded log: one order per topic in two tables (ARCHITECTURE 3, PROTOCOL 6). Valid on PostgreSQL 15 and 18.
-- Run once per database by an administrator, in one transaction; running it again changes nothing.
--
-- Roles (of the whole server, nobody logs in as them; login roles are made members):
--   duikou_log_owner     owns tables and functions; no running process has it
--   duikou_log_member    reads every record and appends by log_append: it can neither choose an offset or a time
--                        nor change or remove anything
--   duikou_log_registry  a member that also makes topics by log_create
-- This is ONE TRUST DOMAIN: members are not kept apart by topic, and whoever administers the server can rewrite all.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['duikou_log_owner', 'duikou_log_member', 'duikou_log_registry'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', name);
    END IF;
  END LOOP;
END $$;

GRANT USAGE, CREATE ON SCHEMA public TO duikou_log_owner;
GRANT USAGE ON SCHEMA public TO duikou_log_member, duikou_log_registry;
SET LOCAL ROLE duikou_log_owner;

CREATE TABLE IF NOT EXISTS log_topic (
  name text PRIMARY KEY,
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  next bigint NOT NULL DEFAULT 0 CHECK (next >= 0)
) WITH (fillfactor = 50);  -- one row is updated by every append: room for it on its own page

CREATE TABLE IF NOT EXISTS log_record (
  topic uuid NOT NULL REFERENCES log_topic (id),
  "offset" bigint NOT NULL,
  at bigint NOT NULL,      -- ms since 1970, the server's clock; it may run backwards
  key bytea,
  value bytea,
  headers bytea NOT NULL,  -- JSON [[name, base64]], in order, names may repeat; bytea because text refuses U+0000
  PRIMARY KEY (topic, "offset")
);

-- The clock of every append. A function of its own so that a test can make it run backwards.
CREATE OR REPLACE FUNCTION log_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
BEGIN ATOMIC SELECT clock_timestamp(); END;

-- Number and insert in one statement: the row lock of the topic is held until the commit, so offsets appear in order
-- and without gaps. Returns the first offset, or null if there is no such topic.
CREATE OR REPLACE FUNCTION log_append(topic_name text, keys bytea[], contents bytea[], heads bytea[]) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  WITH place AS (
    UPDATE log_topic SET next = next + cardinality(contents)
    WHERE name = topic_name
    RETURNING id, next - cardinality(contents) AS first
  ), written AS (
    INSERT INTO log_record (topic, "offset", at, key, value, headers)
    SELECT place.id, place.first + m.number - 1, floor(extract(epoch FROM log_clock()) * 1000), m.key, m.value, m.headers
    FROM place, unnest(keys, contents, heads) WITH ORDINALITY AS m (key, value, headers, number)
    RETURNING "offset"
  )
  SELECT min("offset") FROM written;
END;

CREATE OR REPLACE FUNCTION log_create(topic_name text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC INSERT INTO log_topic (name) VALUES (topic_name) ON CONFLICT (name) DO NOTHING; END;

-- Privileges keep the runtime roles from changing records; the triggers keep the owner from doing so by mistake.
-- ALWAYS: they fire for session_replication_role = replica too. A row trigger does not see TRUNCATE.
CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'records of a log are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER log_record_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON log_record
FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
ALTER TABLE log_record ENABLE ALWAYS TRIGGER log_record_keeps;
CREATE OR REPLACE TRIGGER log_topic_keeps BEFORE DELETE OR TRUNCATE ON log_topic
FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
ALTER TABLE log_topic ENABLE ALWAYS TRIGGER log_topic_keeps;

REVOKE ALL ON FUNCTION log_append, log_create, log_clock, log_refuse FROM PUBLIC;
GRANT SELECT ON log_topic, log_record TO duikou_log_member, duikou_log_registry;
GRANT EXECUTE ON FUNCTION log_append TO duikou_log_member, duikou_log_registry;
GRANT EXECUTE ON FUNCTION log_create TO duikou_log_registry;
RESET ROLE;
