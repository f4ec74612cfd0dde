"""What a second implementation reads in calendars as people's programs export them.

compare.py FOLDER keeps its packages in FOLDER and prints a JSON list of {name, ics, days, spans}: a calendar, and when it keeps
somebody in Berlin from work in 2026. Exit 3 when the packages cannot be had.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
from datetime import date, datetime, time, timedelta, timezone

PACKAGES = [
    "click==8.5.1",
    "icalendar==7.3.2",
    "python-dateutil==2.9.0.post0",
    "recurring-ical-events==3.8.2",
    "six==1.17.0",
    "typing_extensions==4.16.0",
    "tzdata==2026.6",
    "x-wr-timezone==2.0.1",
]
SEED, CALENDARS = 1973, 200
STYLES = ["google", "outlook", "exchange", "apple", "nextcloud"]
# The name of Windows, the offsets of winter and summer, and when summer and winter begin.
ZONES = {
    "Europe/Berlin": ("W. Europe Standard Time", "+0100", "+0200", ("-1SU", 3, "02"), ("-1SU", 10, "03")),
    "Europe/Lisbon": ("GMT Standard Time", "+0000", "+0100", ("-1SU", 3, "01"), ("-1SU", 10, "02")),
    "America/New_York": ("Eastern Standard Time", "-0500", "-0400", ("2SU", 3, "02"), ("1SU", 11, "02")),
    "Asia/Tokyo": ("Tokyo Standard Time", "+0900", None, None, None),
}


def enter(folder):
    """Runs this script again with the packages."""
    python = pathlib.Path(folder, "bin", "python")
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, stdout=sys.stderr)
        pip = [python, "-m", "pip", "install", "-q", "--no-deps", "--retries", "1", "--timeout", "10"]
        subprocess.run([*pip, "--disable-pip-version-check", *PACKAGES], check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    # The zones of the package, not those of whatever machine this is.
    os.execve(python, [python, __file__], {**os.environ, "PYTHONTZPATH": ""})


def zone_lines(name, written, style):
    _, winter, summer, spring, autumn = ZONES[name]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{written}"]
    if style in ("google", "nextcloud"):
        lines.append(f"X-LIC-LOCATION:{name}")
    year = "1601" if style in ("outlook", "exchange") else "1970"

    def part(kind, before, after, begins):
        rule = [f"RRULE:FREQ=YEARLY;BYDAY={begins[0]};BYMONTH={begins[1]}"] if begins else []
        month, hour = (begins[1], begins[2]) if begins else (1, "00")
        # A Sunday that the rule names, as the RFC asks; Microsoft writes the first of January.
        days = [date(2001 if year == "1601" else int(year), month, 1) + timedelta(n) for n in range(31)]
        sundays = [day for day in days if day.weekday() == 6 and day.month == month]
        nth = {"-1SU": -1, "1SU": 0, "2SU": 1}[begins[0]] if begins else 0
        start = f"{year}0101" if year == "1601" else f"{sundays[nth]:%Y%m%d}"
        lines.extend([f"BEGIN:{kind}", f"DTSTART:{start}T{hour}0000", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"])
        lines.extend([*rule, f"END:{kind}"])

    part("STANDARD", summer or winter, winter, autumn)
    if summer:
        part("DAYLIGHT", winter, summer, spring)
    return [*lines, "END:VTIMEZONE"]


class Maker:
    def __init__(self, rng, style):
        self.rng, self.style = rng, style
        self.zone = rng.choice(list(ZONES))
        windows = style in ("outlook", "exchange")
        self.written = ZONES[self.zone][0] if windows else self.zone
        self.quoted = f'"{self.written}"' if windows and rng.random() < 0.5 else self.written

    def calendar(self):
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{self.style}//EN"]
        if self.style == "google":
            lines.append(f"X-WR-TIMEZONE:{self.zone}")
        if self.style in ("outlook", "exchange"):
            lines.append("METHOD:PUBLISH")
        lines += zone_lines(self.zone, self.written, self.style)
        for number in range(self.rng.randint(2, 7)):
            lines += self.events(f"{number}@{self.style}.example")
        return "\r\n".join(fold(line) for line in [*lines, "END:VCALENDAR", ""])

    def stamp(self, name, at):
        if not isinstance(at, datetime):
            return f"{name};VALUE=DATE:{at:%Y%m%d}"
        return f"{name};TZID={self.quoted}:{at:%Y%m%dT%H%M%S}"

    def events(self, uid):
        rng = self.rng
        whole = rng.random() < 0.4
        # Not in the hour that a zone skips or repeats: see `second.rs`.
        start = date(2025, 9, 1) + timedelta(rng.randrange(450))
        if not whole:
            start = datetime.combine(start, time(rng.choice([0, 5, 8, 9, 11, 14, 17, 21, 23]), rng.choice([0, 15, 30])))
        length = timedelta(days=rng.randint(1, 9)) if whole else timedelta(minutes=rng.choice([15, 30, 60, 90, 480, 1800]))
        if rng.random() < 0.4:
            return self.event(uid, start, length, [])
        # The DTEND of a series gives a real length in the RFC, and one on the clocks in the library: no change falls within one.
        if not whole:
            length = min(length, timedelta(hours=8 if 5 <= start.hour < 15 else 0.5))
        rule, occurrences = self.series(start)
        further, excluded, replaced = [], [], []
        if len(occurrences) > 3:
            picked = rng.sample(occurrences[:40], min(len(occurrences[:40]), 4))
            excluded, replaced = picked[: rng.randint(0, 2)], picked[2 : 2 + rng.randint(0, 2)]
        if excluded and self.style == "exchange" and not whole:
            written = ",".join(f"{at:%Y%m%dT%H%M%S}" for at in excluded)
            further.append(f"EXDATE;TZID={self.quoted}:{written}")
        else:
            further += [self.stamp("EXDATE", at) for at in excluded]
        lines = self.event(uid, start, length, [rule, *further])
        for at in replaced:
            moved = at + timedelta(days=rng.choice([-1, 0, 1, 3]))
            moved += timedelta(0) if whole else timedelta(minutes=rng.choice([0, 30]))
            lines += self.event(uid, moved, length, [self.stamp("RECURRENCE-ID", at)])
        return lines

    def event(self, uid, start, length, further):
        rng = self.rng
        lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20251101T080000Z", "SUMMARY:" + "Überstunden\\, und " * 8]
        is_single = not further
        if is_single and isinstance(start, datetime) and self.style == "google":
            lines += [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + length:%Y%m%dT%H%M%SZ}"]
        elif self.style == "nextcloud" and rng.random() < 0.5:
            minutes = length // timedelta(minutes=1)
            written = f"PT{minutes}M" if isinstance(start, datetime) else f"P{length.days}D"
            lines += [self.stamp("DTSTART", start), f"DURATION:{written}"]
        else:
            lines += [self.stamp("DTSTART", start), self.stamp("DTEND", start + length)]
        lines += further
        if rng.random() < 0.15:
            lines.append("STATUS:CANCELLED")
        if rng.random() < 0.2:
            lines.append("TRANSP:TRANSPARENT")
            lines += ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"] if self.style in ("outlook", "exchange") else []
        return [*lines, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM", "END:VEVENT"]

    def series(self, start):
        """A rule that `start` is the first occurrence of, as the RFC asks, and its occurrences."""
        from dateutil.rrule import rrulestr

        rng = self.rng
        day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][start.weekday()]
        nth = (start.day - 1) // 7 + 1
        rule = rng.choice(
            [
                f"FREQ=DAILY;INTERVAL={rng.randint(1, 5)}",
                f"FREQ=WEEKLY;BYDAY={day}",
                f"FREQ=WEEKLY;INTERVAL=2;BYDAY={','.join(sorted({day, 'MO', 'TH'}))};WKST={rng.choice(['SU', 'MO'])}",
                f"FREQ=MONTHLY;BYMONTHDAY={start.day}",
                f"FREQ=MONTHLY;BYDAY={nth}{day}",
                f"FREQ=MONTHLY;BYDAY={day};BYSETPOS={min(nth, 4)}" if nth < 5 else f"FREQ=MONTHLY;BYDAY=-1{day}",
                f"FREQ=YEARLY;BYMONTH={start.month};BYMONTHDAY={start.day}",
            ]
        )
        moment = start if isinstance(start, datetime) else datetime.combine(start, time())
        ahead = rrulestr(rule, dtstart=moment).between(moment, datetime(2027, 3, 1), inc=True)
        ends = rng.random()
        if ends < 0.35:
            count = rng.randint(1, 30)
            rule, ahead = f"{rule};COUNT={count}", ahead[:count]
        elif ends < 0.7:
            from zoneinfo import ZoneInfo

            ahead = ahead[: rng.randint(1, 30)]
            last = ahead[-1].replace(tzinfo=ZoneInfo(self.zone)).astimezone(timezone.utc)
            until = f"{last:%Y%m%dT%H%M%SZ}" if isinstance(start, datetime) else f"{ahead[-1]:%Y%m%d}"
            rule = f"{rule};UNTIL={until}"
        occurrences = ahead if isinstance(start, datetime) else [at.date() for at in ahead]
        return f"RRULE:{rule}", occurrences


def fold(line):
    """In lines of 75 octets at most, no character cut."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])


def busy(text):
    """The days and the spans of time, in UTC, that keep from work."""
    import icalendar
    import recurring_ical_events
    from zoneinfo import ZoneInfo

    berlin, days, spans = ZoneInfo("Europe/Berlin"), set(), set()
    first, after = date(2026, 1, 1), date(2027, 1, 1)
    opening, closing = (datetime.combine(at, time(), berlin) for at in (first, after))
    calendar = icalendar.Calendar.from_ical(text)
    for event in recurring_ical_events.of(calendar).between(date(2025, 11, 1), date(2027, 2, 28)):
        if event.get("STATUS") == "CANCELLED" or event.get("TRANSP") == "TRANSPARENT":
            continue
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        if not isinstance(start, datetime):
            days |= {start + timedelta(n) for n in range((end - start).days)}
        elif start < closing and opening < end:
            spans.add(tuple(f"{at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}" for at in (start, end)))
    return {"days": sorted(str(at) for at in days if first <= at < after), "spans": sorted(spans)}


def main():
    rng = random.Random(SEED)
    compared = []
    for number in range(CALENDARS):
        style = STYLES[number % len(STYLES)]
        text = Maker(rng, style).calendar()
        compared.append({"name": f"{style} {number}", "ics": text, **busy(text)})
    json.dump(compared, sys.stdout)


if len(sys.argv) > 1:
    enter(sys.argv[1])
main()
