"""A clinic with custodians, whose papers are kept by the test."""

from tests.support.one_pc import OnePc


async def name_custodians(
    pc: OnePc, threshold: int = 3, count: int = 5, current: list[str] | None = None
) -> list[str]:
    """Name custodians on an open clinic with an administrator signed in; give what is on their
    papers.
    """
    admin = await pc.sign_in("admin")
    papers = await pc.clinic.recovery.set_custodians(admin, threshold, count, current or [])
    return [paper.words for paper in papers]


def misspelt(words: str) -> str:
    """A paper typed with a word that is none."""
    return " ".join(["zzzzz", *words.split()[1:]])


def slipped(words: str) -> str:
    """A paper typed in capitals, with line numbers and one slip of the finger."""
    typed = words.split()
    long = max(range(len(typed)), key=lambda at: len(typed[at]))
    typed[long] = typed[long][:-1]
    return "\n".join(f"{number}. {word.upper()}" for number, word in enumerate(typed, 1))
