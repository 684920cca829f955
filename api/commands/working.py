"""`hoclieu work`."""

import signal

from api.commands.telling import opened
from ingest.worker import Worker, watch_parent
from library import logs, migrations


def work(until_parent_dies: bool = False) -> None:
    """Do what is due: read deposits, keep the index."""
    logs.set_up("work")
    with opened(migrate=False if until_parent_dies else None) as house:
        if house.settings.in_production:
            migrations.refuse_older(house.engine)
        worker = Worker(house)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        signal.signal(signal.SIGINT, lambda *_: worker.stop())
        if until_parent_dies:
            watch_parent()
        worker.run()
