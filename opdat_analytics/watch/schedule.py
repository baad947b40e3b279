"""Entries for schedulers, ready to be installed: systemd, cron, Windows Task Scheduler, a GitHub Actions workflow."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from opdat_analytics import vocab
from opdat_analytics.model import OpdatError, UnknownName

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
_LONG = {"Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday"}


@dataclass(frozen=True)
class Job:
    """What is to be run: the project's folder, its program ``opdat``, and the time of day as hours and minutes."""

    folder: Path
    program: Path
    hour: int
    minute: int


def entry(scheduler: str, folder: Path, program: Path, at: str = "06:15") -> str:
    """The entry of one scheduler for ``opdat run`` on working days.

    Parameters
    ----------
    scheduler
        ``systemd``, ``cron``, ``windows`` or ``github``.
    folder
        The project's folder.
    program
        Its program ``opdat``.
    at
        Time of day, as 06:15.

    Returns
    -------
    str
        The text, with comments that say where it goes.

    Raises
    ------
    UnknownName
        If there is no such scheduler, or ``at`` is no time of day.
    OpdatError
        If a path cannot be written in an entry.
    """
    if scheduler not in SCHEDULERS:
        near = vocab.suggest(scheduler, SCHEDULERS)
        raise UnknownName(
            f"There is no entry for “{scheduler}”; there are: {', '.join(SCHEDULERS)}."
            + (f" Did you mean “{near}”?" if near else "")
        )
    time = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if time is None:
        raise UnknownName(f"“{at}” is no time of day; write it as 06:15.")
    for path in (folder, program):
        if any(ord(letter) < 32 for letter in str(path)):
            raise OpdatError(f"The path {str(path)!r} has a line break or another control character in it. Move it.")
    return SCHEDULERS[scheduler](Job(folder, program, int(time[1]), int(time[2])))


def _systemd(job: Job) -> str:
    return f"""# ~/.config/systemd/user/opdat.service  (or /etc/systemd/system, with User=)
[Unit]
Description=Refresh the record of justice-sector assistance

[Service]
Type=oneshot
WorkingDirectory={_unit(str(job.folder), quoted=False)}
ExecStart={_unit(str(job.program))} run --log {_unit(str(job.folder / "log" / "opdat.jsonl"))}
# 6: another refresh was running; the next one will do.
SuccessExitStatus=6

# ~/.config/systemd/user/opdat.timer
[Unit]
Description=Refresh the record of justice-sector assistance on working days

[Timer]
OnCalendar={DAYS[0]}..{DAYS[-1]} {job.hour:02d}:{job.minute:02d}
Persistent=true

[Install]
WantedBy=timers.target

# Then: systemctl --user daemon-reload && systemctl --user enable --now opdat.timer
"""


def _unit(text: str, *, quoted: bool = True) -> str:
    """A value in a unit file: % begins a specifier there, and words are split at spaces."""
    text = text.replace("%", "%%")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"' if quoted else text


def _cron(job: Job) -> str:
    command = (
        f"cd {shlex.quote(str(job.folder))} && mkdir -p log && "
        f"{{ {shlex.quote(str(job.program))} run --log log/opdat.jsonl > log/last.txt 2>&1 "
        "|| [ $? -eq 6 ] || cat log/last.txt; }"
    )
    # cron ends a command at a bare %.
    return f"""# Add this line with: crontab -e. cron mails what is printed, which is nothing unless a person is needed.
{job.minute} {job.hour} * * 1-5 {command.replace("%", chr(92) + "%")}
"""


def _windows(job: Job) -> str:
    days = "".join(f"<{_LONG[day]} />" for day in DAYS)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Save as opdat.xml, then: schtasks /Create /TN opdat /XML opdat.xml -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Refresh the record of justice-sector assistance</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-05T{job.hour:02d}:{job.minute:02d}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByWeek><DaysOfWeek>{days}</DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT2H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(str(job.program))}</Command>
      <Arguments>run --log log\\opdat.jsonl</Arguments>
      <WorkingDirectory>{escape(str(job.folder))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def _github(job: Job) -> str:
    return f"""# .github/workflows/refresh.yml; times are in UTC
name: refresh
on:
  schedule:
    - cron: "{job.minute} {job.hour} * * 1-5"
  workflow_dispatch:
permissions:
  contents: read
concurrency: refresh
jobs:
  refresh:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      # The publication of the last run, so that only what changed is read and told.
      - uses: actions/cache@v4
        with:
          path: data/processed
          key: processed-${{{{ github.run_id }}}}
          restore-keys: processed-
      - run: make run
      - run: .venv/bin/opdat status
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: exports
          path: exports
"""


SCHEDULERS: Mapping[str, Callable[[Job], str]] = {
    "systemd": _systemd, "cron": _cron, "windows": _windows, "github": _github,
}  # fmt: skip
"""What writes the entry of each scheduler."""
