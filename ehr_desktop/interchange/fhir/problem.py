"""What is wrong with a resource, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `path` is the element (`Observation.component[1].code`), `code` is for programs,
    `text` a sentence for the import report; none of them quotes what stands in the resource.
    """

    path: str
    code: str
    text: str


def within(found: list[Problem], first: int, parent: str) -> None:
    """Put `parent` in front of the paths of `found[first:]`, in place."""
    for index in range(first, len(found)):
        problem = found[index]
        path = f"{parent}.{problem.path}" if problem.path else parent
        found[index] = Problem(path, problem.code, problem.text)
