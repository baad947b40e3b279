"""The commands ``check``, ``template`` and ``decide``: words in, words and exit codes out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opdat_analytics.cli.program import Exports, Processed, Raw, app, home_of, say, several

if TYPE_CHECKING:
    from opdat_analytics.answers.check import Checked

_LISTED = 20


@app.command()
def check(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The workbook.")],
    copy_to: Annotated[Path | None, typer.Option(help="Write a marked copy for the sender, as xlsx.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """What would be taken from a workbook, and what not and why; nothing is stored.

    Exit codes: 0 all taken; 3 some held; 4 refused.
    """
    from opdat_analytics import store
    from opdat_analytics.answers.check import as_json as as_record
    from opdat_analytics.answers.check import check as run_check

    checked = run_check(file, home_of(ctx, raw, processed, exports))
    if copy_to is not None:
        from opdat_analytics.answers.marked import marked_copy

        if copy_to.suffix.lower() != ".xlsx" or copy_to.resolve() == file.resolve():
            raise typer.BadParameter("name another file that ends in .xlsx for --copy-to")
        store.write_whole(copy_to, marked_copy(checked))
    if as_json:
        say(json.dumps(as_record(checked), ensure_ascii=False, indent=1))
    else:
        _tell(checked)
    raise typer.Exit(checked.exit_code)


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="outcomes, activities, programmes or targets.")],
    language: Annotated[str, typer.Option(help="en, es, fr or pt.")] = "en",
    to: Annotated[Path | None, typer.Option(help="The file; opdat_KIND_LANGUAGE.xlsx here if not named.")] = None,
) -> None:
    """Write a blank workbook to report with; filled in and put below data/raw it needs no declaration."""
    from opdat_analytics import store
    from opdat_analytics.answers.template import template as drawn

    data = drawn(kind, language)
    path = to or Path(f"opdat_{kind}_{language}.xlsx")
    store.write_whole(path, data)
    say(f"Template: {path}")


@app.command()
def decide(
    ctx: typer.Context,
    xlsx: Annotated[Path | None, typer.Option(help="Write the held cells as a workbook to rule in.")] = None,
    apply: Annotated[Path | None, typer.Option(help="Write what was ruled in it into the declarations.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the workbook: en, es, fr or pt; that of the files if not named.")
    ] = None,
    raw: Raw = None,
    processed: Processed = None,
    exports: Exports = None,
) -> None:
    """Rule in a workbook on what is held, and on what files say differently."""
    from opdat_analytics import store
    from opdat_analytics.answers.apply import apply_decisions
    from opdat_analytics.answers.decide import decisions_workbook
    from opdat_analytics.answers.words import words

    home = home_of(ctx, raw, processed, exports)
    if (xlsx is None) == (apply is None):
        raise typer.BadParameter("name --xlsx to write the workbook, or --apply to apply it")
    if xlsx is not None:
        store.write_whole(xlsx, decisions_workbook(home, language))
        say(f"Decisions: {xlsx}")
    if apply is not None:
        done = apply_decisions(apply, home, date.today())
        for source, count in done.written.items():
            say(f"Written: {count} {'ruling' if count == 1 else 'rulings'} to {source}/source.toml")
        for problem in done.refused:
            typer.echo(f"{words(done.language)['refused']['label']}: {problem}", err=True)
        raise typer.Exit(1 if done.refused else 0)


def _tell(checked: Checked) -> None:
    by = f" ({checked.by})" if checked.by else ""
    facts = sum(map(len, checked.facts.values()))
    counts = ((len(checked.figures), "figure"), (facts, "other row"))
    rows = " and ".join(several(n, noun) for n, noun in counts if n) or "nothing"
    say(f"{checked.path.name}: {checked.kind}{by}; {'refused' if checked.read.stopped else rows + ' taken'}.")
    held = checked.held.to_dict("records")
    for issue in held[:_LISTED]:
        where = "!".join(part for part in (issue["sheet"], issue["cell"]) if isinstance(part, str))
        word = "Stopped" if issue["severity"] == "stop" else "Held"
        say(f"  {word}: {where + ': ' if where else ''}{issue['message']}")
    if len(held) > _LISTED:
        say(f"  … and {len(held) - _LISTED} more; --copy-to writes a copy in which each is marked")
