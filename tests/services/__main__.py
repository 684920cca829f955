"""`make services`: the real servers of a province on this machine, until Ctrl-C; prints the settings with which a house
uses them.
"""

import contextlib
import importlib
import pkgutil
import signal
from collections.abc import Iterator

import pytest

import tests.services
from tests.services.machinery import Server


def kinds() -> Iterator[type[Server]]:
    """One server for each setting that one can serve, in the order of their files."""
    served = set()
    for module in sorted(pkgutil.iter_modules(tests.services.__path__), key=lambda one: one.name):
        if module.name == "__main__":
            continue
        for kind in vars(importlib.import_module(f"tests.services.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, Server) and kind.setting and kind.setting not in served:
                served.add(kind.setting)
                yield kind


def main() -> None:
    """Start, print, wait."""
    with contextlib.ExitStack() as running:
        for kind in kinds():
            try:
                server = running.enter_context(kind())
            except (pytest.skip.Exception, pytest.fail.Exception) as absent:
                print(f"# {kind.name}: {absent}", flush=True)
                continue
            for name, value in server.settings().items():
                print(f"export {name}={value}", flush=True)
        print("# running until Ctrl-C", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
