"""The front end meets the house only through the OpenAPI document; its types must be those of today."""

import json
import subprocess
from pathlib import Path

from api.app import create_app
from library.house import open_house
from library.settings import Settings
from tests.stage.project import PROJECT


def test_the_types_of_the_front_end_are_up_to_date(tmp_path: Path) -> None:
    app = create_app(open_house(Settings(home=tmp_path / "var")))
    (tmp_path / "openapi.json").write_text(json.dumps(app.openapi()))
    tool = PROJECT / "frontend" / "node_modules" / ".bin" / "openapi-typescript"
    subprocess.run(
        [tool, tmp_path / "openapi.json", "-o", tmp_path / "types.ts"],
        check=True,
        capture_output=True,
        cwd=PROJECT / "frontend",
    )
    committed = (PROJECT / "frontend" / "src" / "app" / "api-types.ts").read_text()
    assert (tmp_path / "types.ts").read_text() == committed, "run `make types`"
