-- The second version. A run looks only at what is due or has changed, and no machine reads another one's clock.

-- A handoff that a rep has, or that is watched after its acceptance, is looked at when it or its contact changed, when
-- somebody acted, and at the moment from which on time alone may have changed it.
ALTER TABLE handoff ADD COLUMN look_ms INTEGER;     -- that moment; 0: at once; NULL: nobody looks at it
ALTER TABLE handoff ADD COLUMN acts INTEGER;        -- hash of what had been done at the last look
UPDATE handoff SET look_ms = 0 WHERE status IN ('assigned', 'touched') OR watch_ms IS NOT NULL;
CREATE INDEX handoff_look ON handoff(look_ms) WHERE look_ms IS NOT NULL;
CREATE INDEX handoff_looked ON handoff(looked_ms) WHERE look_ms IS NOT NULL;
DROP INDEX handoff_open;
CREATE INDEX handoff_status ON handoff(status, owner);

-- Readings of a steady clock can be compared only with readings of the same one: this machine since it was started.
-- `settled` is no clock: what was sent then has arrived or is lost.
ALTER TABLE effect ADD COLUMN clock TEXT;           -- of sent_up_ms and unseen_up_ms; NULL: not known
-- What a query asks for is a column, not a part of a body.
ALTER TABLE effect ADD COLUMN sets_owner INTEGER NOT NULL DEFAULT 0 CHECK(sets_owner IN (0, 1));
DROP TRIGGER effect_final;
UPDATE effect SET sets_owner = 1 WHERE kind = 'update' AND body ->> 'owner' IS NOT NULL;
CREATE TRIGGER effect_final BEFORE UPDATE ON effect WHEN OLD.state IN ('done', 'cancelled') AND NOT (
  OLD.handoff_id IN (SELECT handoff_id FROM forgotten) AND NEW.state = OLD.state AND NEW.attempt = OLD.attempt
  AND NEW.unsure = OLD.unsure AND NEW.remote_id IS OLD.remote_id AND NEW.done_ms IS OLD.done_ms)
BEGIN SELECT RAISE(ABORT, 'an effect that is done or cancelled is final'); END;

-- In the order of delivery, so that a wave reads as many as it sends.
CREATE INDEX effect_crm ON effect(apart, next_ms, id)
  WHERE state IN ('planned', 'unknown') AND kind IN ('update', 'task');
CREATE INDEX effect_chat ON effect(apart, next_ms, id)
  WHERE state IN ('planned', 'unknown') AND kind IN ('message', 'reply', 'mark');

-- `window` is a reserved word elsewhere.
ALTER TABLE turn RENAME COLUMN window TO window_start;
