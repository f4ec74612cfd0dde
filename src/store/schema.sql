-- The first schema. Constraints and triggers are there so that a bug in the program hits a wall, not the CRM.

CREATE TABLE meta(
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which fields a contact's values stand for, in order. A new set of fields is a new layout.
CREATE TABLE layout(
  id     INTEGER PRIMARY KEY,
  fields TEXT NOT NULL UNIQUE CHECK(json_valid(fields))
) STRICT;

CREATE TABLE contact(
  id          INTEGER PRIMARY KEY,
  crm_id      TEXT NOT NULL UNIQUE CHECK(length(crm_id) BETWEEN 1 AND 128),
  layout_id   INTEGER NOT NULL REFERENCES layout(id),
  content     TEXT NOT NULL,                     -- JSON array of raw values, in the order of the layout
  mark        INTEGER NOT NULL,                  -- hash of content and layout: the same mark is the same contact
  modified_ms INTEGER,                           -- as the CRM says
  changed_ms  INTEGER NOT NULL,                  -- when handoff first read this content
  forgotten_ms INTEGER                           -- erased by `handoff forget`, and not read again since
) STRICT;

CREATE TABLE verdict(
  contact_id   INTEGER PRIMARY KEY REFERENCES contact(id) ON DELETE CASCADE,
  due_ms       INTEGER,                          -- when to evaluate (again); NULL: not before it changes
  kind         TEXT CHECK(kind IN ('disqualified', 'not_yet', 'outside_icp', 'qualified')),
  name         TEXT,                             -- of the disqualifier or the tier
  evaluated_ms INTEGER,
  crossed_ms   INTEGER,                          -- crossed while cooling down: handed off when that is over
  cooldown_ms  INTEGER,                          -- no new handoff before
  CHECK((kind IS NULL) = (evaluated_ms IS NULL))
) STRICT;
CREATE INDEX verdict_due ON verdict(due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE handoff(
  id          INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE CHECK(length(key) = 26 AND key NOT GLOB '*[^a-z2-7]*'),
  contact_id  INTEGER NOT NULL REFERENCES contact(id),
  ordinal     INTEGER NOT NULL CHECK(ordinal >= 1),
  tier        TEXT NOT NULL,
  priority    TEXT NOT NULL CHECK(priority IN ('low', 'medium', 'high')),
  sla         TEXT CHECK(sla IS NULL OR json_valid(sla)),     -- the policy as it was at the start
  score       REAL,
  fit         REAL,
  why         TEXT NOT NULL CHECK(json_valid(why)),           -- the conditions that held, with the values seen
  rules_hash  TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  status      TEXT NOT NULL CHECK(status IN
                ('held', 'waiting', 'assigned', 'touched', 'accepted', 'rejected', 'recycled', 'converted', 'lost', 'stale', 'cancelled')),
  note        TEXT,                              -- why it waits, or how it ended
  next_ms     INTEGER,                           -- waiting: not before
  round       INTEGER NOT NULL DEFAULT 0,        -- counts assignments
  owner       TEXT,
  team        TEXT,
  route       TEXT,
  assigned_ms INTEGER,
  due_ms      INTEGER,
  held_before INTEGER NOT NULL DEFAULT 0,        -- outcome conditions that held already at the assignment (bits)
  touched_ms  INTEGER,                           -- the first touch
  lapsed_ms   INTEGER,                           -- the rep's touch expired then: only what is newer counts
  sign_ms     INTEGER,                           -- the last sign that the rep acted
  accepted_ms INTEGER,
  watch_ms    INTEGER,                           -- accepted: what comes of it is looked for until then
  looked_ms   INTEGER,                           -- when that was done last
  closed_ms   INTEGER,
  reason      TEXT,
  email_key   INTEGER,                           -- hash of the contact's e-mail: another record with it is the same lead
  company_key INTEGER,                           -- hash of the company, while [bursts] says so
  group_id    INTEGER REFERENCES handoff(id),    -- the first of those that are one task
  group_ms    INTEGER,                           -- until then the group waits for others
  UNIQUE(contact_id, ordinal),
  CHECK(status NOT IN ('assigned', 'touched') OR (owner IS NOT NULL AND assigned_ms IS NOT NULL AND round >= 1)),
  CHECK((status IN ('held', 'waiting', 'assigned', 'touched')) = (closed_ms IS NULL)),
  CHECK(status <> 'touched' OR touched_ms IS NOT NULL),
  CHECK(status <> 'accepted' OR accepted_ms IS NOT NULL),
  CHECK(watch_ms IS NULL OR status = 'accepted')
) STRICT;
CREATE UNIQUE INDEX handoff_one_open ON handoff(contact_id) WHERE status IN ('held', 'waiting', 'assigned', 'touched');
CREATE INDEX handoff_email ON handoff(email_key) WHERE email_key IS NOT NULL;
CREATE INDEX handoff_company ON handoff(company_key) WHERE company_key IS NOT NULL AND status = 'waiting';
CREATE INDEX handoff_group ON handoff(group_id) WHERE group_id IS NOT NULL;
CREATE INDEX handoff_watched ON handoff(watch_ms) WHERE watch_ms IS NOT NULL;
CREATE INDEX handoff_open ON handoff(status, next_ms) WHERE status IN ('held', 'waiting', 'assigned', 'touched');

-- When owners work, as it was when they got a handoff; the same calendar is kept once.
CREATE TABLE calendar(
  id   INTEGER PRIMARY KEY,
  body TEXT NOT NULL UNIQUE CHECK(json_valid(body))
) STRICT;

-- A contact that is the same lead as another: linked, not handed off.
CREATE TABLE duplicate(
  contact_id INTEGER PRIMARY KEY REFERENCES contact(id) ON DELETE CASCADE,
  of_id      INTEGER NOT NULL REFERENCES contact(id),
  email_key  INTEGER NOT NULL,                   -- under which they were found to be one
  at_ms      INTEGER NOT NULL,
  CHECK(contact_id <> of_id)
) STRICT;
CREATE INDEX duplicate_of ON duplicate(of_id);

CREATE TABLE assignment(
  handoff_id  INTEGER NOT NULL REFERENCES handoff(id),
  round       INTEGER NOT NULL CHECK(round >= 1),
  rep         TEXT NOT NULL,
  found       TEXT,                              -- the contact's owner when this was decided: who is set later, is respected
  route       TEXT NOT NULL,
  team        TEXT,
  why         TEXT NOT NULL,
  passed_over TEXT NOT NULL CHECK(json_valid(passed_over)),
  turn        INTEGER NOT NULL CHECK(turn IN (0, 1)),          -- took a turn of the team, which was not given back
  at_ms       INTEGER NOT NULL,
  calendar_id INTEGER REFERENCES calendar(id),   -- with an SLA: what its times are counted on
  ended_ms    INTEGER,
  ended_how   TEXT CHECK(ended_how IN ('lapsed', 'rejected')),
  PRIMARY KEY(handoff_id, round),
  CHECK((ended_ms IS NULL) = (ended_how IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_rep ON assignment(rep, at_ms);

-- What says which company an assigned contact is of, each as a hash.
CREATE TABLE assignment_company(
  company     INTEGER NOT NULL,
  handoff_id  INTEGER NOT NULL,
  round       INTEGER NOT NULL,
  PRIMARY KEY(company, handoff_id, round),
  FOREIGN KEY(handoff_id, round) REFERENCES assignment(handoff_id, round) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_company_of ON assignment_company(handoff_id, round);

-- Where each member stands in a team's rotation; src/model/turn.rs says what the numbers mean.
CREATE TABLE turn(
  team    TEXT NOT NULL,
  rep     TEXT NOT NULL,
  owed    INTEGER NOT NULL,
  last    INTEGER NOT NULL CHECK(last >= 0),
  back    INTEGER NOT NULL CHECK(back >= 0),
  back_at INTEGER,
  window  INTEGER NOT NULL CHECK(window >= 0),
  weight  INTEGER NOT NULL CHECK(weight >= 0),
  total   INTEGER NOT NULL CHECK(total >= weight),
  turns   INTEGER NOT NULL CHECK(turns >= 0),
  PRIMARY KEY(team, rep)
) STRICT, WITHOUT ROWID;

CREATE TABLE step(
  handoff_id INTEGER NOT NULL REFERENCES handoff(id),
  round      INTEGER NOT NULL,
  n          INTEGER NOT NULL CHECK(n >= 1),
  at_ms      INTEGER NOT NULL,
  action     TEXT NOT NULL CHECK(json_valid(action)),
  state      TEXT NOT NULL CHECK(state IN ('planned', 'done', 'skipped', 'cancelled')),
  done_ms    INTEGER,
  PRIMARY KEY(handoff_id, round, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX step_due ON step(at_ms) WHERE state = 'planned';

-- Times in which the SLA clock of an assignment stands still.
CREATE TABLE pause(
  handoff_id INTEGER NOT NULL REFERENCES handoff(id),
  round      INTEGER NOT NULL,
  why        TEXT NOT NULL CHECK(why IN ('waiting', 'acknowledged', 'untold')),
  from_ms    INTEGER NOT NULL,
  until_ms   INTEGER CHECK(until_ms >= from_ms),  -- NULL: it lasts
  PRIMARY KEY(handoff_id, round, why, from_ms)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX pause_open ON pause(handoff_id, why) WHERE until_ms IS NULL;

-- Escalations that somebody muted for a while: the steps of open handoffs whose contact meets the condition are put off.
CREATE TABLE silence(
  id        INTEGER PRIMARY KEY,
  condition TEXT NOT NULL,                       -- as somebody typed it
  reason    TEXT NOT NULL CHECK(length(trim(reason)) > 0),
  author    TEXT NOT NULL CHECK(length(trim(author)) > 0),
  from_ms   INTEGER NOT NULL,
  until_ms  INTEGER NOT NULL CHECK(until_ms > from_ms),
  ended_ms  INTEGER,                             -- before its time
  ended_by  TEXT,
  CHECK((ended_ms IS NULL) = (ended_by IS NULL))
) STRICT;

CREATE TABLE effect(
  id         INTEGER PRIMARY KEY,
  handoff_id INTEGER NOT NULL REFERENCES handoff(id),
  seq        INTEGER NOT NULL,                   -- delivered in this order within a handoff
  kind       TEXT NOT NULL CHECK(kind IN ('update', 'task', 'message', 'reply', 'mark')),
  key        TEXT NOT NULL UNIQUE,               -- goes into the remote object
  body       TEXT NOT NULL CHECK(json_valid(body)),           -- frozen: a retry sends the same
  state      TEXT NOT NULL CHECK(state IN ('planned', 'in_flight', 'unknown', 'done', 'failed', 'cancelled')),
  attempt    INTEGER NOT NULL DEFAULT 0 CHECK(attempt >= 0),
  unsure     INTEGER NOT NULL DEFAULT 0 CHECK(unsure IN (0, 1)),  -- an attempt may have happened: look before sending
  next_ms    INTEGER NOT NULL,
  sent_ms    INTEGER,
  sent_up_ms INTEGER,                            -- by the machine's uptime, which nobody sets
  unseen_up_ms INTEGER,                          -- when it was looked for and not seen, by the same
  apart      INTEGER NOT NULL DEFAULT 0 CHECK(apart IN (0, 1)),   -- a bug showed over it: sent by itself
  done_ms    INTEGER,
  remote_id  TEXT,
  error      TEXT CHECK(length(error) <= 500),
  UNIQUE(handoff_id, seq),
  CHECK((state = 'done') = (remote_id IS NOT NULL AND done_ms IS NOT NULL)),
  CHECK(state NOT IN ('in_flight', 'unknown', 'done') OR attempt > 0),
  CHECK(state <> 'unknown' OR unsure = 1)
) STRICT;
CREATE INDEX effect_todo ON effect(next_ms) WHERE state IN ('planned', 'in_flight', 'unknown');
CREATE INDEX effect_failed ON effect(handoff_id) WHERE state = 'failed';

CREATE TABLE event(
  id         INTEGER PRIMARY KEY,
  handoff_id INTEGER NOT NULL REFERENCES handoff(id),
  at_ms      INTEGER NOT NULL,
  what       TEXT NOT NULL,
  who        TEXT,
  how        TEXT
) STRICT;
CREATE INDEX event_handoff ON event(handoff_id, id);

CREATE TABLE quarantine(
  place    TEXT PRIMARY KEY,
  reason   TEXT NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the CRM said by itself: these are to be read. They are in no hurry to be right; the walk finds them too.
CREATE TABLE hint(
  id      INTEGER PRIMARY KEY,
  contact TEXT NOT NULL UNIQUE                   -- by its id in the CRM
) STRICT;

CREATE TABLE cursor(
  stream   TEXT PRIMARY KEY,
  position TEXT NOT NULL,
  moved_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run(
  id          INTEGER PRIMARY KEY,
  command     TEXT NOT NULL,
  started_ms  INTEGER NOT NULL,
  finished_ms INTEGER NOT NULL,
  good        INTEGER NOT NULL CHECK(good IN (0, 1)),
  summary     TEXT NOT NULL CHECK(json_valid(summary))
) STRICT;

-- Erasing a person is the one exception to what is frozen below: what was said of it goes, what happened stays. Handoffs of
-- the same group may name the person.
CREATE VIEW forgotten AS
  SELECT h.id AS handoff_id FROM handoff h JOIN contact c ON c.id = h.contact_id WHERE c.forgotten_ms IS NOT NULL
  UNION SELECT o.id FROM handoff h JOIN contact c ON c.id = h.contact_id JOIN handoff o ON o.group_id = h.group_id
  WHERE c.forgotten_ms IS NOT NULL;

CREATE TRIGGER effect_final BEFORE UPDATE ON effect WHEN OLD.state IN ('done', 'cancelled') AND NOT (
  OLD.handoff_id IN (SELECT handoff_id FROM forgotten) AND NEW.state = OLD.state AND NEW.attempt = OLD.attempt
  AND NEW.unsure = OLD.unsure AND NEW.remote_id IS OLD.remote_id AND NEW.done_ms IS OLD.done_ms)
BEGIN SELECT RAISE(ABORT, 'an effect that is done or cancelled is final'); END;

CREATE TRIGGER effect_frozen BEFORE UPDATE OF key, kind, seq, handoff_id ON effect
BEGIN SELECT RAISE(ABORT, 'a planned effect is frozen'); END;

CREATE TRIGGER effect_body_frozen BEFORE UPDATE OF body ON effect
WHEN NEW.state NOT IN ('done', 'cancelled') OR OLD.handoff_id NOT IN (SELECT handoff_id FROM forgotten)
BEGIN SELECT RAISE(ABORT, 'a planned effect is frozen'); END;

CREATE TRIGGER effect_legal BEFORE UPDATE OF state ON effect WHEN NOT (
     (OLD.state = 'planned'   AND NEW.state IN ('planned', 'in_flight', 'cancelled'))
  OR (OLD.state = 'in_flight' AND NEW.state IN ('done', 'planned', 'unknown', 'failed'))
  OR (OLD.state = 'unknown'   AND NEW.state IN ('unknown', 'in_flight', 'done', 'failed'))
  OR (OLD.state = 'failed'    AND NEW.state IN ('planned', 'unknown', 'cancelled'))
  OR (NEW.state = 'cancelled' AND OLD.handoff_id IN (SELECT handoff_id FROM forgotten)))
BEGIN SELECT RAISE(ABORT, 'illegal change of an effect''s state'); END;

CREATE TRIGGER effect_look_first BEFORE UPDATE OF state ON effect WHEN OLD.unsure = 1 AND NEW.state = 'planned'
BEGIN SELECT RAISE(ABORT, 'an attempt that may have happened cannot be planned afresh'); END;

CREATE TRIGGER effect_not_forgotten BEFORE DELETE ON effect WHEN OLD.state NOT IN ('planned', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'an effect that was tried is kept'); END;

CREATE TRIGGER handoff_frozen BEFORE UPDATE OF key, contact_id, ordinal, created_ms, rules_hash ON handoff
BEGIN SELECT RAISE(ABORT, 'what a handoff was decided on is frozen'); END;

CREATE TRIGGER handoff_why_frozen BEFORE UPDATE OF why ON handoff
WHEN NEW.why <> '[]' OR OLD.id NOT IN (SELECT handoff_id FROM forgotten)
BEGIN SELECT RAISE(ABORT, 'what a handoff was decided on is frozen'); END;

CREATE TRIGGER handoff_legal BEFORE UPDATE OF status ON handoff WHEN NOT (
     OLD.status = NEW.status
  OR (OLD.status = 'held'     AND NEW.status IN ('waiting', 'cancelled'))
  OR (OLD.status = 'waiting'  AND NEW.status IN ('assigned', 'cancelled'))
  OR (OLD.status = 'assigned' AND NEW.status IN ('waiting', 'touched', 'accepted', 'rejected', 'recycled', 'converted', 'lost', 'stale', 'cancelled'))
  OR (OLD.status = 'touched'  AND NEW.status IN ('assigned', 'accepted', 'rejected', 'recycled', 'converted', 'lost', 'stale', 'cancelled'))
  OR (OLD.status = 'accepted' AND NEW.status IN ('recycled', 'converted', 'lost')))
BEGIN SELECT RAISE(ABORT, 'illegal change of a handoff''s status'); END;

CREATE TRIGGER step_legal BEFORE UPDATE OF state ON step WHEN OLD.state <> 'planned'
BEGIN SELECT RAISE(ABORT, 'a step happens once'); END;

CREATE TRIGGER event_kept BEFORE UPDATE ON event WHEN NOT (
  OLD.handoff_id IN (SELECT handoff_id FROM forgotten) AND NEW.how IS NULL AND NEW.handoff_id = OLD.handoff_id
  AND NEW.at_ms = OLD.at_ms AND NEW.what = OLD.what)
BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END;
