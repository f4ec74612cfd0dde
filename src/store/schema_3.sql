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
