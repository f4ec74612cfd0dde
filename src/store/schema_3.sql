-- People of one company are found by any of what says which company they are of.

-- Each as a hash, of a handoff that waited for others of its company.
CREATE TABLE burst_company(
  company     INTEGER NOT NULL,
  handoff_id  INTEGER NOT NULL REFERENCES handoff(id),
  PRIMARY KEY(company, handoff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX burst_company_of ON burst_company(handoff_id);
INSERT INTO burst_company SELECT company_key, id FROM handoff WHERE company_key IS NOT NULL AND status = 'waiting';
DROP INDEX handoff_company;
ALTER TABLE handoff DROP COLUMN company_key;

-- Columns say what they hold.
ALTER TABLE contact RENAME COLUMN mark TO content_hash;
ALTER TABLE handoff RENAME COLUMN email_key TO email_hash;
ALTER TABLE duplicate RENAME COLUMN email_key TO email_hash;

-- Times in which the SLA clock of an assignment stands still: by another name where nothing had reached the rep.
CREATE TABLE stopped(
  handoff_id INTEGER NOT NULL REFERENCES handoff(id),
  round      INTEGER NOT NULL,
  why        TEXT NOT NULL CHECK(why IN ('waiting', 'acknowledged', 'undelivered')),
  from_ms    INTEGER NOT NULL,
  until_ms   INTEGER CHECK(until_ms >= from_ms),  -- NULL: it lasts
  PRIMARY KEY(handoff_id, round, why, from_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO stopped SELECT handoff_id, round, CASE why WHEN 'untold' THEN 'undelivered' ELSE why END, from_ms, until_ms
  FROM pause;
DROP TABLE pause;
ALTER TABLE stopped RENAME TO pause;
CREATE UNIQUE INDEX pause_open ON pause(handoff_id, why) WHERE until_ms IS NULL;
