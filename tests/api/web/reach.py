"""Which refusals a function can reach, read from the source: names and attributes are followed through the imports,
methods by the class that a parameter says, or where only one class has one of that name. What stands in decorators is
not reached.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

FLOORS = ("api", "ingest", "search", "library")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """The house's own source, by dotted names."""

    def __init__(self, root: Path) -> None:
        self.imports: dict[str, dict[str, str]] = {}
        self.defined: dict[str, tuple[str, ast.AST]] = {}  # with the module each stands in
        self.methods: dict[str, list[str]] = {}
        self.named: dict[str, frozenset[str]] = {}  # what has been looked at
        for path in (found for floor in FLOORS for found in (root / floor).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text())
            self.imports[module] = dict(_imports(tree))
            for name, node in _definitions(tree):
                self.defined[f"{module}.{name}"] = module, node
                if "." in name:
                    self.methods.setdefault(name.rpartition(".")[2], []).append(f"{module}.{name}")

    @cached_property
    def classes(self) -> set[str]:
        return {name for name, (_, node) in self.defined.items() if isinstance(node, ast.ClassDef)}

    def reached(self, function: str) -> Mapping[str, str]:
        """Every name that can be reached from a function, with the one that leads there."""
        led_by, waiting = {function: ""}, [function]
        while waiting:
            here = waiting.pop()
            if here not in self.named:
                self.named[here] = frozenset(self._named(here))
            for found in self.named[here] - led_by.keys():
                led_by[found] = here
                waiting.append(found)
        return led_by

    def _named(self, name: str) -> Iterator[str]:
        """What stands in the body of a function, in the value of a name, or is done when an object is made."""
        module, node = self.defined[name]
        if isinstance(node, ast.ClassDef):
            yield from (made for made in (f"{name}.__init__", f"{name}.__post_init__") if made in self.defined)
            return
        is_function = isinstance(node, Function)
        parts = [*node.body, *node.args.defaults] if is_function else [node]
        own = dict(self._types(name, node, module)) if is_function else {}
        inside = [inner for part in parts for inner in ast.walk(part)]
        called = {id(inner.func) for inner in inside if isinstance(inner, ast.Call)}
        for inner in inside:
            if isinstance(inner, ast.Name | ast.Attribute):
                yield from self._meant(inner, module, own, called=id(inner) in called)

    def _meant(
        self, node: ast.Name | ast.Attribute, module: str, own: Mapping[str, str], *, called: bool
    ) -> Iterator[str]:
        written = _written(node)
        first, _, rest = written.partition(".")
        if kind := own.get(first):
            yield from (found for found in [f"{kind}.{rest}"] if found in self.defined)
        elif found := self._resolved(f"{module}.{written}"):
            yield found
        elif called and isinstance(node, ast.Attribute) and len(only := self.methods.get(node.attr, [])) == 1:
            yield only[0]

    def _types(self, name: str, node: Function, module: str) -> Iterator[tuple[str, str]]:
        """The parameters that are objects of one of our classes."""
        if (owner := name.rpartition(".")[0]) in self.classes:
            yield "self", owner
        for argument in (*node.args.args, *node.args.kwonlyargs):
            if argument.annotation is not None:
                found = self._resolved(f"{module}.{_written(argument.annotation)}")
                if found in self.classes:
                    yield argument.arg, found

    def _resolved(self, name: str) -> str | None:
        """The definition behind a name as it is written in a module."""
        if name in self.defined:
            return name
        module, rest = next(((m, name[len(m) + 1 :]) for m in _parents(name) if m in self.imports), ("", ""))
        first, _, more = rest.partition(".")
        leads = self.imports.get(module, {}).get(first)
        return self._resolved(f"{leads}.{more}" if more else leads) if leads else None


def _written(node: ast.AST) -> str:
    """A dotted name; nothing before the dot where something else stands there."""
    if isinstance(node, ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Functions, classes, methods, and names that are given a value."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, node
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, Function))
        elif isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                yield target.id, node.value
