//! What comes of each write and look-up: every answer that a network can give, and what must hold of every attempt.

use handoff::connector::Keyed;
use handoff::model::{Delivery, LookUp, Write};

use crate::engine::Run;
use crate::world::{MINUTE, SECOND, World, time};

impl Run {
    pub(crate) fn send(&self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let mut answers = Vec::new();
        for keyed in writes {
            if self.pass_by("send").is_err() {
                if !answers.is_empty() {
                    self.sim.world.borrow_mut().counters.add("kills inside a send");
                }
                return answers;
            }
            if self.is_out_of_time() {
                answers.push(Delivery::NotSent { why: "the run's time is over".to_owned() });
                continue;
            }
            self.check_before_send(keyed);
            if writes.len() > 1 {
                self.may_panic("bugs over what is sent");
            }
            let Some(answer) = self.answer(keyed) else { return answers };
            self.forget_if_certain(keyed.key, &answer);
            self.note(|| format!("send {} {}: {answer:?}", keyed.write.kind().name(), keyed.key));
            answers.push(answer);
        }
        answers
    }

    /// Of an attempt that certainly did not happen, and none before it may have, nobody will see the bytes.
    fn forget_if_certain(&self, key: &str, answer: &Delivery) {
        let is_certain = matches!(
            answer,
            Delivery::NotSent { .. }
                | Delivery::Throttled { .. }
                | Delivery::Forbidden { .. }
                | Delivery::Refused { .. }
                | Delivery::Unauthorized { .. }
        );
        if is_certain && self.sim.planned(key).is_some_and(|(_, _, unsure)| !unsure) {
            self.sim.world.borrow_mut().bodies.remove(key);
        }
    }

    /// One request and what comes of it; `None`: no answer to this one nor to those behind it.
    fn answer(&self, keyed: &Keyed<'_>) -> Option<Delivery> {
        let began = self.began;
        let world = &mut *self.sim.world.borrow_mut();
        world.sends += 1;
        let shown_from = world.shown_from(began);
        if world.absent.remove(keyed.key) {
            world.counters.add("sent again after an absence");
        }
        let why = || "simulated".to_owned();
        let contact = keyed.write.contact();
        if keyed.write.kind().is_crm() && world.person(contact).is_none() {
            return Some(Delivery::Refused { why: "there is no such contact".to_owned() });
        }
        if world.maintenance_until > world.now {
            return Some(Delivery::NotSent { why: "maintenance".to_owned() });
        }
        if world.unauthorized_until > world.now {
            world.counters.add("answers: unauthorized");
            return Some(Delivery::Unauthorized { why: why() });
        }
        if matches!(keyed.write, Write::Message(_))
            && let Some(after) = world.loses_answer.take()
        {
            world.apply(keyed.key, keyed.write, world.now + after);
            return Some(Delivery::Unknown { why: why() });
        }
        let draw = if world.faults.has("net") && !world.is_quiet { world.network.below(1_000) } else { 999 };
        let is_late = world.faults.has("late") && (220..250).contains(&draw);
        let applied = |world: &mut World| world.apply(keyed.key, keyed.write, shown_from);
        let (counter, answer) = match draw {
            0..50 => ("answers: not sent", Some(Delivery::NotSent { why: why() })),
            50..90 => {
                let until = world.now + world.network.between(SECOND, 3 * MINUTE);
                ("answers: throttled", Some(Delivery::Throttled { until: Some(time(until)), why: why() }))
            }
            90..140 => {
                applied(world);
                ("answers: lost, applied", Some(Delivery::Unknown { why: why() }))
            }
            140..170 => ("answers: 5xx, not applied", Some(Delivery::Unknown { why: why() })),
            170..190 => {
                applied(world);
                ("answers: 5xx, applied", Some(Delivery::Unknown { why: why() }))
            }
            190..205 => {
                applied(world);
                ("answers: garbage, applied", Some(Delivery::Done { remote_id: String::new() }))
            }
            205..212 => ("answers: garbage, not applied", Some(Delivery::Done { remote_id: String::new() })),
            212..215 => {
                applied(world);
                ("answers: none", None)
            }
            215..217 => ("answers: none", None),
            252..254 => ("answers: forbidden", Some(Delivery::Forbidden { why: why() })),
            217..220 => ("answers: refused", Some(Delivery::Refused { why: why() })),
            220..250 if is_late => {
                world.apply_late(keyed.key, keyed.write, shown_from);
                ("applied late", Some(Delivery::Unknown { why: why() }))
            }
            250..252 => {
                world.unauthorized_until = world.now + world.network.between(SECOND, 4 * MINUTE);
                ("answers: unauthorized", Some(Delivery::Unauthorized { why: why() }))
            }
            _ => {
                let remote_id = applied(world);
                return Some(Delivery::Done { remote_id });
            }
        };
        world.counters.add(counter);
        answer
    }

    pub(crate) fn look_up(&self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        let mut answers = Vec::new();
        for keyed in writes {
            if self.pass_by("look up").is_err() {
                return answers;
            }
            if writes.len() > 1 {
                self.may_panic("bugs over what is looked for");
            }
            let world = &mut *self.sim.world.borrow_mut();
            let is_certain = match keyed.write {
                Write::Update(_) | Write::Mark(_) => true,
                Write::Task(_) => world.faults.has_unique_key,
                Write::Message(_) | Write::Reply(_) => false,
            };
            let fails = world.faults.has("net") && !world.is_quiet && world.network.per_mille(80);
            let (counter, answer) = if fails {
                ("look-ups: failed", LookUp::Failed { why: "simulated".to_owned() })
            } else if let Some(object) = world.objects.get(keyed.key)
                && (is_certain || object.shown_from <= world.now)
            {
                ("look-ups: found", LookUp::Found { remote_id: object.id.clone() })
            } else {
                if world.objects.contains_key(keyed.key) {
                    world.counters.add("look-ups: stale");
                }
                world.absent.insert(keyed.key.to_owned());
                if is_certain {
                    ("look-ups: absent", LookUp::Absent)
                } else {
                    ("look-ups: unseen", LookUp::Unseen)
                }
            };
            world.counters.add(counter);
            world.note(|| format!("look up {} {}: {answer:?}", keyed.write.kind().name(), keyed.key));
            answers.push(answer);
        }
        answers
    }

    /// What must hold of every attempt, whatever becomes of it.
    fn check_before_send(&self, keyed: &Keyed<'_>) {
        let body = serde_json::to_string(keyed.write).unwrap();
        let planned = self.sim.planned(keyed.key);
        let is_early = matches!(keyed.write, Write::Message(_) | Write::Reply(_))
            && self.sim.has_task_to_come(keyed.key);
        let has_begun = keyed.key.ends_with("u1") && self.sim.has_begun_beyond(keyed.key);
        let world = &mut *self.sim.world.borrow_mut();
        if self.knows_unread(world, keyed.write.contact()) {
            world.violate(|| {
                format!("{} is sent while nobody can tell whether its contact opted out", keyed.key)
            });
        }
        if is_early {
            world.violate(|| format!("{} is sent before its task", keyed.key));
        }
        let may_have_happened = planned.as_ref().is_some_and(|(_, _, unsure)| *unsure);
        let before = world.bodies.insert(keyed.key.to_owned(), body.clone());
        // What certainly did not happen may still be planned otherwise.
        if may_have_happened
            && before.is_some_and(|before| before != body)
            && !world.forgot
            && !world.is_restored
        {
            world.violate(|| format!("{} is sent with other bytes than before", keyed.key));
        }
        match planned {
            None => world.violate(|| format!("{} is sent and is not in the database", keyed.key)),
            Some((state, attempt, unsure)) => {
                if attempt == 0 || state == "planned" {
                    world.violate(|| format!("{} is sent before the database says so", keyed.key));
                }
                if let Write::Update(update) = keyed.write
                    && update.owner.is_some()
                    && let Some(handoff) = keyed.key.strip_suffix("u1")
                    && !world.objects.contains_key(&format!("{handoff}t1"))
                    && !unsure
                {
                    self.check_second_look(world, &update.contact, update.owner.as_deref(), has_begun);
                }
            }
        }
    }

    /// Before its owner can have been written, a contact is read again: what was so when the run began is respected. A
    /// refused owner that is sent again, when what follows has been tried, may find that the contact is gone by a refusal.
    fn check_second_look(&self, world: &mut World, contact: &str, owner: Option<&str>, has_begun: bool) {
        let began = self.began;
        let Some(person) = world.people.iter().find(|person| person.id == contact) else { return };
        let person = person.clone();
        if !has_begun && person.gone.is_some_and(|gone| gone < began) {
            world.violate(|| format!("contact {contact} was deleted before this run and is handed off"));
        }
        if person.opted_out.is_some_and(|at| at < began) {
            world.violate(|| format!("contact {contact} opted out before this run and is handed off"));
        }
        if !person.is_poison && person.is_unread_since_before(began) {
            world.violate(|| format!("contact {contact} may have opted out and is handed off"));
        }
        if let Some((at, by_hand)) = &person.owned
            && *at < began
            && owner != Some(by_hand.as_str())
        {
            world.violate(|| {
                format!("contact {contact} was taken by {by_hand} before this run; {owner:?} gets it")
            });
        }
    }
}
