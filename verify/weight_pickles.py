"""A reader of pickles that executes nothing: what a pickle asks to be called is only written down.

`pickletools.genops` splits the bytes into instructions; those that build numbers, text and containers are carried out,
and every name, call and outside object becomes an inert record. No name is ever looked up, no class is ever built.
"""

import pickletools
import warnings
from dataclasses import dataclass
from typing import Any

from eigenlaw.verify.weight_tensors import printable

MOST_INSTRUCTIONS = 5_000_000
"""A state dictionary of ten thousand tensors has about half a million."""


@dataclass(frozen=True, eq=False)
class Name:
    """A function or a class that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return printable(f"{self.module}.{self.name}")


@dataclass(frozen=True, eq=False)
class Call:
    """What a pickle asks to be called, and with which arguments; it is not called."""

    function: Any
    arguments: Any


@dataclass(frozen=True, eq=False)
class Outside:
    """An object that a pickle keeps outside of itself, such as the numbers of a tensor."""

    label: Any


class _Mark:
    """The mark on the stack of a pickle."""


MARK = _Mark()
VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_SET": list}
PUTS = {"PUT", "BINPUT", "LONG_BINPUT"}
GETS = {"GET", "BINGET", "LONG_BINGET"}
KEYS = (str, int, float, bool, bytes, type(None))


def inert_pickle(stream: Any) -> Any:
    """Read one pickle; the stream is left after it.

    Args:
        stream: with read and readline, where the reads never ask for more memory than there are bytes left.

    Returns:
        Containers of numbers, text, `Name`, `Call` and `Outside`; sets are lists.

    Raises:
        ValueError: it is no pickle, or has an instruction that no state dictionary needs.

    Example:
        >>> import io, pickle
        >>> inert_pickle(io.BytesIO(pickle.dumps({"a": [1, 2.5]})))
        {'a': [1, 2.5]}
        >>> str(inert_pickle(io.BytesIO(pickle.dumps(print))))
        'builtins.print'
    """
    machine = _Machine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about unusual escapes in text
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MOST_INSTRUCTIONS:
                raise ValueError("a pickle of too many instructions")
            if opcode.name == "STOP":
                return machine.pop()
            machine.step(opcode.name, argument)
    raise ValueError("a pickle without an end")


class _Machine:
    """The stack and the memory of a pickle."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def pop(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise ValueError("a pickle that takes more than it has put")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Any]:
        items: list[Any] = []
        while self.stack:
            item = self.stack.pop()
            if item is MARK:
                return items[::-1]
            items.append(item)
        raise ValueError("a pickle without the mark that it goes back to")

    def step(self, name: str, argument: Any) -> None:
        """Carry one instruction out."""
        if name in VALUES:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name])
        elif name in EMPTY:
            self.stack.append(EMPTY[name]())
        elif name in PUTS or name == "MEMOIZE":
            self.memo[len(self.memo) if name == "MEMOIZE" else argument] = self._top()
        elif name in GETS:
            if argument not in self.memo:
                raise ValueError("a pickle that remembers what it never saw")
            self.stack.append(self.memo[argument])
        elif name not in {"PROTO", "FRAME"}:
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        """Build a container, or write down a name, a call or an outside object."""
        match name:
            case "MARK":
                self.stack.append(MARK)
            case "POP":
                if not self.stack:
                    raise ValueError("a pickle that takes more than it has put")
                self.stack.pop()
            case "POP_MARK":
                self.pop_to_mark()
            case "DUP":
                self.stack.append(self._top())
            case "EMPTY_TUPLE":
                self.stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                parts = [self.pop() for _ in range(int(name[-1]))]
                self.stack.append(tuple(parts[::-1]))
            case "TUPLE":
                self.stack.append(tuple(self.pop_to_mark()))
            case "LIST":
                self.stack.append(self.pop_to_mark())
            case "DICT":
                items = self.pop_to_mark()
                self.stack.append({})
                self._set(items)
            case "APPEND":
                self._extend([self.pop()])
            case "APPENDS" | "ADDITEMS":
                self._extend(self.pop_to_mark())
            case "SETITEM":
                value = self.pop()
                self._set([self.pop(), value])
            case "SETITEMS":
                self._set(self.pop_to_mark())
            case "GLOBAL":
                self.stack.append(Name(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                called = self.pop()
                self.stack.append(Name(str(self.pop()), str(called)))
            case "REDUCE" | "NEWOBJ":
                arguments = self.pop()
                self._call(self.pop(), arguments)
            case "BUILD":
                self.pop()
            case "BINPERSID":
                self.stack.append(Outside(self.pop()))
            case _:
                raise ValueError(f"a pickle with the instruction {name}, which no state dictionary needs")

    def _top(self) -> Any:
        top = self.pop()
        self.stack.append(top)
        return top

    def _call(self, function: Any, arguments: Any) -> None:
        """Write a call down; an ordered dictionary is a dictionary."""
        if isinstance(function, Name) and str(function) == "collections.OrderedDict":
            pairs = arguments[0] if isinstance(arguments, tuple) and arguments else []
            self.stack.append({})
            self._set([part for pair in pairs for part in pair])
        else:
            self.stack.append(Call(function, arguments))

    def _extend(self, items: list[Any]) -> None:
        if not isinstance(self._top(), list):
            raise ValueError("a pickle that appends to no list")
        self.stack[-1].extend(items)

    def _set(self, items: list[Any]) -> None:
        if isinstance(self._top(), Call):  # entries of a container of another class
            return
        if not isinstance(self.stack[-1], dict) or len(items) % 2:
            raise ValueError("a pickle that sets entries of no dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, KEYS):
                raise ValueError("a pickle with a key that is neither text nor a number")
            self.stack[-1][key] = value
