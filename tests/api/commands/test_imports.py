"""A command and the worker start without the web: old machines start them often."""

import subprocess
import sys

import pytest

WEB = {"fastapi", "starlette", "uvicorn", "jinja2"}
ENGINES = {"elasticsearch", "minio", "psycopg"}  # of the province; a school starts without them


@pytest.mark.parametrize("module", ["api.commands.main", "api.commands.working"])
def test_a_command_and_the_worker_import_neither_the_web_nor_an_engine_that_is_not_theirs(module: str) -> None:
    asked = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "sqlalchemy" in imported
    assert imported & (WEB | ENGINES) == set()
