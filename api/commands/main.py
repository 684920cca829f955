"""`hoclieu`: the command line. What is heavy (a web server, the typesetting of the demonstration) is imported by the
command that needs it.
"""

import json
from typing import Annotated

import typer

from api.commands import (
    auditing,
    backup,
    bench,
    deposits,
    doctor,
    fixity,
    importing,
    indexing,
    migrating,
    people,
    reading,
    restoring,
    searching,
)
from api.commands.telling import opened

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hoclieu, the digital library of schools.",
)
app.add_typer(people.app, name="user")
app.add_typer(bench.app, name="bench")
app.add_typer(auditing.app, name="audit")
app.add_typer(indexing.app, name="index")
app.add_typer(fixity.app, name="fixity")
app.add_typer(backup.app, name="backup")
app.add_typer(deposits.app, name="deposit")
app.command("import")(importing.import_files)
app.command("read")(reading.read)
app.command("search")(searching.search)
app.command("doctor")(doctor.doctor)
app.command("migrate")(migrating.migrate)
app.command("restore")(restoring.restore)


@app.command()
def serve(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Without its own worker, as always in production.")
    ] = False,
) -> None:
    """Answer requests; in embedded mode with its own worker."""
    from api.commands import serving

    serving.serve(own_worker=not no_worker)


@app.command()
def work(until_parent_dies: Annotated[bool, typer.Option("--until-parent-dies", hidden=True)] = False) -> None:
    """Do what is due: read deposits, keep the index."""
    from api.commands import working

    working.work(until_parent_dies)


@app.command()
def demo(port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8080) -> None:
    """Start on a throwaway folder with made-up schools, people, books and loans; it is gone when you stop it."""
    from api.commands import demo as demonstration

    demonstration.demo(port)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from api.app import create_app

    with opened() as house:
        print(json.dumps(create_app(house).openapi(), ensure_ascii=False, indent=1))


def run() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    run()
