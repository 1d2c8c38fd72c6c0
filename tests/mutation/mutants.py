"""Small wrong changes to a module's functions, one at a time: what a typing error, or somebody
hostile, would make of a rule.
"""

import ast
import copy
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

COMPARES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A function of a module with one thing changed in it."""

    module: str
    function: str
    line: int
    what: str
    target: FunctionType
    node: ast.FunctionDef
    place: int
    number: int

    def __str__(self) -> str:
        return f"{self.module}.{self.function}: {self.what}"

    @property
    def code(self) -> CodeType:
        """The changed function, compiled."""
        changed = copy.deepcopy(self.node)
        _apply(changed, self.place, self.number)
        changed.decorator_list = []
        whole = ast.fix_missing_locations(ast.Module([changed], []))
        (code,) = (
            part
            for part in compile(whole, f"<{self}>", "exec").co_consts
            if isinstance(part, CodeType)
        )
        assert code.co_freevars == self.target.__code__.co_freevars, "no closures here"
        return code

    @property
    def touches(self) -> set[CodeType]:
        """The functions that run differently."""
        return {self.target.__code__}

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Have the program run the mutant, and then itself again."""
        before = self.target.__code__
        self.target.__code__ = self.code
        try:
            yield
        finally:
            self.target.__code__ = before


@dataclass(frozen=True)
class Bound:
    """A number that a module's functions use by name, one more or less."""

    within: ModuleType
    name: str
    value: int
    other: int
    line: int = 0

    def __str__(self) -> str:
        return f"{self.module}: {self.name} -> {self.other}"

    @property
    def module(self) -> str:
        """The module's name."""
        return self.within.__name__.rpartition(".")[2]

    @property
    def touches(self) -> set[CodeType]:
        """The functions that run differently."""
        functions = (function for _, function in _functions(self.within))
        return {f.__code__ for f in functions if self.name in f.__code__.co_names}

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Have the program run the mutant, and then itself again."""
        setattr(self.within, self.name, self.other)
        try:
            yield
        finally:
            setattr(self.within, self.name, self.value)


def bounds_of(module: ModuleType) -> Iterator[Bound]:
    """Give the numbers a module's functions use by name, each one more and one less."""
    for name, value in vars(module).items():
        if name.isupper() and type(value) is int:
            for other in (value + 1, value - 1):
                bound = Bound(module, name, value, other)
                if bound.touches:
                    yield bound


def mutants_of(module: ModuleType) -> Iterator[Mutant]:
    """Give every mutant of a module's functions and methods, in order of the source."""
    tree = ast.parse(inspect.getsource(module))
    name = module.__name__.rpartition(".")[2]
    targets = dict(_functions(module))
    for function, defined in _defined(tree):
        if function not in targets:
            continue
        body = {id(node) for statement in defined.body for node in ast.walk(statement)}
        for place, node in enumerate(ast.walk(defined)):
            if id(node) not in body:
                continue
            for number, what in enumerate(_changes(node)):
                line = getattr(node, "lineno", 0)
                target = targets[function]
                yield Mutant(name, function, line, what, target, defined, place, number)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for top in tree.body:
        if isinstance(top, ast.FunctionDef):
            yield top.name, top
        if isinstance(top, ast.ClassDef):
            for part in top.body:
                if isinstance(part, ast.FunctionDef):
                    yield f"{top.name}.{part.name}", part


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield name, value
        elif isinstance(value, type):
            for part, method in vars(value).items():
                plain = method.fget if isinstance(method, property) else method
                if isinstance(plain, FunctionType) and not part.startswith("__"):
                    yield f"{name}.{part}", plain


def _changes(node: ast.AST) -> list[str]:  # noqa: PLR0911 - one a kind of node
    """Say what can be changed at a node; `_apply` changes them by number."""
    if isinstance(node, ast.Compare):
        return [
            f"{ast.unparse(node)} -> {other.__name__}"
            for op in node.ops[:1]
            for other in COMPARES.get(type(op), ())
        ]
    if isinstance(node, ast.BoolOp):
        text = ast.unparse(node)
        return [f"{text} -> the other of and, or", *(
            f"{text} -> without {ast.unparse(value)}" for value in node.values)]  # fmt: skip
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [f"{ast.unparse(node)} -> without not"]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return [f"{ast.unparse(node)} -> the other of plus, minus"]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [f"{node.value} -> {node.value + 1}", f"{node.value} -> {node.value - 1}"]
    if isinstance(node, ast.If):
        text = ast.unparse(node.test)
        return [f"if {text} -> if True", f"if {text} -> if False"]
    if isinstance(node, ast.Raise):
        return [f"{ast.unparse(node)} -> pass"]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [f"{ast.unparse(node)} -> pass"]
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Compare | ast.BoolOp):
        return ["return -> not"]
    return []


def _apply(tree: ast.FunctionDef, place: int, number: int) -> None:
    nodes = list(ast.walk(tree))
    node: Any = nodes[place]
    if isinstance(node, ast.Compare):
        node.ops[0] = COMPARES[type(node.ops[0])][number]()
    elif isinstance(node, ast.BoolOp):
        if number == 0:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        else:
            del node.values[number - 1]
            if len(node.values) == 1:
                node.values.append(node.values[0])
    elif isinstance(node, ast.UnaryOp):
        _become(tree, node, node.operand)
    elif isinstance(node, ast.BinOp):
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    elif isinstance(node, ast.Constant):
        node.value += (1, -1)[number]
    elif isinstance(node, ast.If):
        node.test = ast.Constant((True, False)[number])
    elif isinstance(node, ast.Return):
        node.value = ast.UnaryOp(ast.Not(), node.value)
    else:
        _become(tree, node, ast.Pass())


def _become(tree: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for index, part in enumerate(value):
                    if part is old:
                        value[index] = new
                        return
