"""What a database itself says about its schema: every table, column, key, CHECK, index, trigger, function, policy and
right, by name, in its own words.

A reflection says less: it leaves out the WHERE of an index, CHECKs, DEFERRABLE, policies. `python -m
tests.library.migrations.catalogues` writes down again what only migrations make (`only-by-migration.<database>.txt`);
read the difference before it is committed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, text

from library import migrations
from library.database import Base, open_engine
from tests.services.postgres import OWNER, Postgres

Told = dict[str, str]
TOKENS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+|\S")
SQLITE = text("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
USUAL = "DELETE,INSERT,SELECT,UPDATE"  # what the house's role may do with a table
IN_PUBLIC = "n.nspname = 'public' AND c.relname <> 'alembic_version'"
POSTGRES = (
    f"""SELECT 'table ' || c.relname, concat_ws(' ', c.relpersistence,
          CASE WHEN c.relkind <> 'r' THEN pg_get_viewdef(c.oid) END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {IN_PUBLIC}""",
    f"""SELECT 'column ' || c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
          CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
          nullif(a.attgenerated, ''), nullif(a.attidentity, ''), nullif(o.collname, 'default'))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation o ON o.oid = a.attcollation
        WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND {IN_PUBLIC}""",
    f"""SELECT 'constraint ' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype NOT IN ('t', 'n') AND {IN_PUBLIC}""",
    f"""SELECT 'index ' || i.relname, concat_ws(' ', pg_get_indexdef(i.oid),
          CASE WHEN NOT x.indisvalid THEN 'INVALID' END)
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {IN_PUBLIC}""",
    f"""SELECT 'trigger ' || c.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid),
          CASE WHEN t.tgenabled <> 'O' THEN 'NOT ENABLED' END)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND {IN_PUBLIC}""",
    """SELECT 'function ' || p.proname, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p')""",
    f"""SELECT 'row security of ' || c.relname, concat_ws(' ', CASE WHEN relrowsecurity THEN 'on' END,
          CASE WHEN relforcerowsecurity THEN 'forced' END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (relrowsecurity OR relforcerowsecurity) AND {IN_PUBLIC}""",
    """SELECT 'policy ' || tablename || '.' || policyname, concat_ws(' ', permissive, cmd, 'TO', roles,
          'USING', qual, 'WITH CHECK', with_check)
        FROM pg_policies WHERE schemaname = 'public'""",
    f"""SELECT 'rights of ' || grantee || ' on ' || table_name, string_agg(privilege_type, ',' ORDER BY privilege_type)
        FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee <> '{OWNER}'
        GROUP BY grantee, table_name
        HAVING string_agg(privilege_type, ',' ORDER BY privilege_type) <> '{USUAL}'""",
)


def told(connection: Connection) -> Told:
    """The whole schema, as the catalogue of this database has it in this moment."""
    if connection.dialect.name == "postgresql":
        return {name: words(said) for query in POSTGRES for name, said in connection.execute(text(query))}
    found: Told = {}
    for kind, name, statement in connection.execute(SQLITE):
        if kind == "table" and name != "alembic_version":
            found |= dict(parts_of(name, statement))
        elif kind != "table":
            found[f"{kind} {name}"] = words(statement)
    return found


def parts_of(table: str, statement: str) -> Iterator[tuple[str, str]]:
    """The columns and constraints of a CREATE TABLE one by one, because a migrated table has them in another order;
    what stands behind them too.
    """
    tokens = tokens_of(statement)
    depth, part = 0, list[str]()
    for token in tokens[tokens.index("(") + 1 :]:
        depth += (token == "(") - (token == ")")
        if depth >= 0 and (token != "," or depth):
            part.append(token)
            continue
        kind, name = ("constraint", part[1]) if part[0] == "CONSTRAINT" else ("column", part[0])
        yield f"{kind} {table}.{name}", " ".join(part)
        part, depth = [], max(depth, 0)
    yield f"table {table}", " ".join(part)


def tokens_of(statement: str) -> list[str]:
    """The words and signs of a statement; names without quotes."""
    return [token.strip('"') if token.startswith('"') else token for token in TOKENS.findall(statement)]


def words(statement: str) -> str:
    """A statement with one space between all its tokens, however it was laid out."""
    return " ".join(tokens_of(statement))


@dataclass
class Schemas:
    """One kind of database, twice: as the models make it, and as the migrations do (`engine`, as the owner of its
    tables).
    """

    engine: Engine
    by_models: Told

    @property
    def written(self) -> Path:
        """Where it stands what only migrations make."""
        return Path(__file__).with_name(f"only-by-migration.{self.engine.dialect.name}.txt")

    def expected(self) -> Told:
        """What the migrated database has to say."""
        only = (line.partition(": ") for line in self.written.read_text().splitlines())
        return self.by_models | {name: said for name, _, said in only}

    def write(self) -> None:
        """Write down what only migrations make, as it is now."""
        with self.engine.connect() as connection:
            only = {name: said for name, said in told(connection).items() if name not in self.by_models}
        self.written.write_text("".join(f"{name}: {said}\n" for name, said in sorted(only.items())))


def made(modelled: str, migrated: str, house: str = "") -> Schemas:
    """Both schemas, in two empty databases. `house`: the second one as the house's own role sees it, where that is not
    the owner.
    """
    models, engine = open_engine(modelled), open_engine(migrated)
    with models.begin() as connection:
        Base.metadata.create_all(connection)
        by_models = told(connection)
    models.dispose()
    migrations.upgrade(house or migrated, owner=migrated)
    return Schemas(engine, by_models)


def on_sqlite(folder: Path) -> Schemas:
    """Both on SQLite."""
    return made(f"sqlite:///{folder}/modelled.db", f"sqlite:///{folder}/migrated.db")


def on_postgres(server: Postgres) -> Schemas:
    """Both on PostgreSQL, with two roles as in production."""
    names = ("schema_modelled", "schema_migrated")
    house = [server.database(name) for name in names][1]
    return made(*(server.url(name, OWNER) for name in names), house)


if __name__ == "__main__":
    with TemporaryDirectory() as folder, Postgres(durable=False) as server:
        for found in (on_sqlite(Path(folder)), on_postgres(server)):
            found.write()
            found.engine.dispose()
            print(f"written: {found.written}")
