"""The worker's hand that keeps the index: it takes works that are due, writes their present state and shows several
with one commit.
"""

import contextlib
import time
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from ingest.worker.hand import AWAY_SECONDS, Claim, Claims, Stopped
from library.catalogue.models import Work
from library.clock import now
from library.database import reading_session, transaction, work_queue
from library.database.work_queue import Lease, LeaseLost
from library.failpoints import reach
from library.house import House
from search.engines import build_beside, index_of, tuning_of
from search.index import Index, IndexAway, IndexLost
from search.indexing import Standing, next_change, standing, write_work
from search.rebuilding import Pace, Progress, rebuild

log = structlog.get_logger()
MOST, LONGEST = 50, 2.0  # works and seconds between two commits: a withdrawal waits no longer behind others


class Written(NamedTuple):
    """A work whose documents wait for the commit."""

    work: Work
    lease: Lease
    revision: int


@dataclass
class IndexKeeper:
    """Brings the index up to the works' present state, and rebuilds one that was lost; until then the catalogue stands
    in for it.

    Only one worker of an embedded house can hold the index; others wait here, as all do while the engine is away.
    """

    claims: Claims
    index: Index | None = None
    looked_at: float = 0.0  # when the index was last compared with the database
    alone: int = 0  # so many works are written one by one, because something in a batch broke

    @property
    def house(self) -> House:
        """Whose index."""
        return self.claims.house

    def turn(self) -> bool:
        """Open the index when it is not open, look now and then whether it still holds what it ought to, and write what
        is due.
        """
        try:
            self.index = self.index or self.open()
            if self.index is None:
                self.claims.stopping.wait(AWAY_SECONDS)  # another worker holds it, or fills a new one
                return False
            if time.monotonic() - self.looked_at >= self.house.settings.index_look_seconds:
                self.refuse_lost(self.index)
            return self.write_due(self.index)
        except IndexAway as away:
            log.warning("index-away", reason=str(away)[:200])
            self.close()
            self.claims.stopping.wait(AWAY_SECONDS)
            return False
        except BaseException:
            self.claims.give_back(*self.mine())
            self.close()
            raise

    def open(self) -> Index | None:
        """The index for writing, after a lost one was rebuilt; None while another worker holds it, or rebuilds it.
        Raises IndexAway.

        One that is lost is not opened for writing, for that would make an empty one, and readers would believe it.
        """
        reader = index_of(self.house.settings)
        try:
            self.refuse_lost(reader)
            return index_of(self.house.settings, writing=True)
        except BlockingIOError:
            return None
        except IndexLost as lost:
            log.warning("index-lost", reason=str(lost)[:200], doing="filling it again from the database")
            return index_of(self.house.settings, writing=True) if self.rebuild() else None
        finally:
            reader.close()

    def refuse_lost(self, index: Index) -> None:
        """Raises IndexLost when the database knows of works that the index does not hold: at a second look, too, for
        another worker may have followed a deletion between the two counts of the first.
        """
        self.looked_at = time.monotonic()
        found = self.stands(index)
        if found.lost and (found := self.stands(index)).lost:
            raise IndexLost(f"{found.held} of {found.believed} works are in the index")

    def stands(self, index: Index) -> Standing:
        """What the database believes and what the index holds."""
        with reading_session(self.house.engine) as session:
            return standing(session, index)

    def rebuild(self) -> bool:
        """Fill a new index and put it in the place of the lost one; returns whether it is there."""
        try:
            beside = build_beside(self.house.settings.index, tuning=tuning_of(self.house.settings))
            try:
                rebuild(self.house.engine, beside, Pace(None), self.go_on)
            finally:
                beside.close()
        except (BlockingIOError, Stopped):
            return False
        log.info("index-rebuilt")
        return True

    def go_on(self, _progress: Progress) -> None:
        """Raises Stopped in the middle of a rebuild; the next worker goes on from there."""
        if self.claims.stopping.is_set():
            raise Stopped

    def close(self) -> None:
        """Give it back, if there is one."""
        index, self.index = self.index, None
        if index is not None:
            index.close()

    def write_due(self, index: Index) -> bool:
        """What is due, in the order in which it became due; returns whether there was anything.

        When one of several works cannot be written, all are given back and tried one by one, so that only the bad one
        is counted as failed. While the engine is away nobody is to blame, and all are given back too.
        """
        batch: list[Written] = []
        try:
            self.write_some(index, batch)
            if batch:
                reach("index-written")
                index.commit()
                reach("index-committed")
        except (IndexAway, BlockingIOError) as error:
            self.claims.give_back(*self.mine())
            raise IndexAway(str(error)) from error
        except Exception as error:
            self.broken(index, error)
            return True
        self.finish(batch)
        return bool(batch)

    def write_some(self, index: Index, batch: list[Written]) -> None:
        """Claim and write one after the other until nothing is due, or it is time for a commit."""
        most, end = (1 if self.alone else MOST), time.monotonic() + LONGEST  # each for itself after something broke
        self.alone = max(0, self.alone - 1)
        while len(batch) < most and time.monotonic() < end and not self.claims.stopping.is_set():
            claim = self.claims.take(Work)
            if claim is None:
                return
            if claim.lease.attempt > 1:  # its last try broke, or its worker died: it takes no other with it
                most = 1
                if batch:
                    self.claims.give_back(claim)
                    return
            with reading_session(self.house.engine) as session:
                batch.append(Written(claim.row, claim.lease, write_work(session, index, claim.row.id, at=now())))

    def finish(self, batch: list[Written]) -> None:
        """Say so on the rows, and come back at the next change of their audiences."""
        with transaction(self.house.engine) as session:
            for work, lease, revision in batch:
                with contextlib.suppress(LeaseLost):
                    # a change that commits just now is not overlooked
                    newer = session.get_one(Work, work.id, with_for_update=True).revision > revision
                    later = now() if newer else next_change(session, work.id, after=now())
                    work_queue.finish(session, lease, next_at=later, indexed_revision=revision)
        self.claims.let_go(*self.mine())

    def broken(self, index: Index, error: Exception) -> None:
        """Something could not be written. Raises IndexAway when it is the index itself that is broken."""
        mine = self.mine()
        try:
            index.forget()
        except Exception as worse:
            self.claims.give_back(*mine)
            raise IndexAway(f"{error}; {worse}") from worse
        if len(mine) > 1:
            log.warning("batch-broken", works=len(mine), error=str(error)[:200])
            self.alone = len(mine)
            self.claims.give_back(*mine)
            return
        for claim in mine:
            self.claims.failed(claim, error)
        self.claims.let_go(*mine)

    def mine(self) -> list[Claim[Work]]:
        """The works in hand."""
        return [claim for claim in list(self.claims.held.values()) if claim.lease.model is Work]
