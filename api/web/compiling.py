"""Templates that are compiled for one language: a call whose answer is certain is answered then, and never again."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

Certain = Mapping[str, Callable[..., str]]


class Templates(Environment):
    """Jinja's templates. `certain` names the functions that give the same text for the same words."""

    certain: Certain = {}

    def _generate(self, source: nodes.Template, *more: Any, **options: Any) -> str:
        """The one step between reading a template and writing its program that Jinja leaves to us."""
        return super()._generate(Answered(self.certain).visit(source), *more, **options)


class Answered(NodeTransformer):
    """Puts the answer in the place of each call of a certain function that is given nothing but constants."""

    def __init__(self, certain: Certain) -> None:
        self.certain = certain

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        """Called by Jinja for every call in a template, the innermost first."""
        self.generic_visit(call)
        function = self.certain.get(getattr(call.node, "name", ""))
        if function is None or call.dyn_args or call.dyn_kwargs:
            return call
        try:
            given = [one.as_const() for one in call.args]
            named = {one.key: one.value.as_const() for one in call.kwargs}
        except nodes.Impossible:
            return call
        return nodes.Const(function(*given, **named), lineno=call.lineno, environment=call.environment)
