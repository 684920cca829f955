"""`hoclieu migrate`: what a release needs before its processes start, once."""

from api.commands.telling import Json, opened, tell
from library import logs, migrations


def migrate(as_json: Json = False) -> None:
    """Bring the schema up to date and make the place for files; others who start meanwhile wait, twice is harmless."""
    logs.set_up("migrate")
    with opened(migrate=True) as house:
        house.files.prepare()
        revision = migrations.current(house.engine)
        tell(
            {"revision": revision, "files": "ready"},
            f"✓ schema at revision {revision}, place for files ready",
            as_json=as_json,
        )
        house.engine.dispose()
