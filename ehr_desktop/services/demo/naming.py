"""Names, addresses and numbers of people who do not exist."""

import unicodedata
from dataclasses import dataclass
from random import Random

from ehr_desktop.domain.patients import Sex
from ehr_desktop.services.demo.tables import Places, Tables, Tradition


@dataclass(frozen=True, slots=True)
class Name:
    """A name as registered, and the same in the other script if the person has one.

    `representation` says what the *other* spelling is: ABC, SYL or IDE.
    """

    family: str
    given: str
    other_family: str = ""
    other_given: str = ""
    representation: str = ""


def name_in(random: Random, tradition: Tradition, sex: Sex) -> Name:
    """Make a name of that tradition."""
    male = sex is Sex.MALE or (sex is not Sex.FEMALE and random.random() < 0.5)
    given = random.choice(tradition.male if male else tradition.female)
    if tradition.single_name:
        return Name(family=given[0], given="")
    family = random.choice(tradition.family)
    if len(family) > 1 and len(given) > 1:
        return _in_two_scripts(random, tradition, family, given)
    surname, forename = family[0], given[0]
    if not male:
        for ending, feminine in tradition.feminine:
            if surname.endswith(ending):
                surname = surname.removesuffix(ending) + feminine
    if tradition.double_family:
        surname += tradition.double_family + random.choice(tradition.family)[0]
    elif tradition.key == "english":
        if random.random() < 0.06:
            surname += "-" + random.choice(tradition.family)[0]
        if random.random() < 0.4:
            forename += " " + random.choice(tradition.male if male else tradition.female)[0]
    return Name(family=surname, given=forename)


def _in_two_scripts(
    random: Random, tradition: Tradition, family: tuple[str, ...], given: tuple[str, ...]
) -> Name:
    if random.randrange(100) < tradition.native_first:
        return Name(family[1], given[1], family[0], given[0], "ABC")
    return Name(family[0], given[0], family[1], given[1], tradition.representation)


def traditions_for(random: Random, tables: Tables, count: int) -> list[Tradition]:
    """Choose `count` traditions: each once while there is room, the rest by their weight."""
    first = list(tables.traditions)[:count]
    weights = [tradition.weight for tradition in tables.traditions]
    chosen = first + random.choices(tables.traditions, weights, k=count - len(first))
    random.shuffle(chosen)
    return chosen


def address(random: Random, places: Places) -> tuple[str, str, str]:
    """Make a street line, a town and a postcode."""
    town, district = random.choice(places.towns)
    house = f"{random.randint(1, 148)}"
    if random.random() < 0.1:
        house = f"Flat {random.randint(1, 24)}, {house}"
    elif random.random() < 0.05:
        house = f"{random.choice(places.house_names)},"
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    postcode = f"{district} {random.randint(1, 9)}{random.choice(letters)}{random.choice(letters)}"
    return f"{house} {random.choice(places.streets)}", town, postcode


def phone(random: Random, places: Places, *, mobile: bool) -> str:
    """Make a number from the ranges kept free for fiction, so that nobody's phone rings."""
    prefix = places.mobile_prefix if mobile else random.choice(places.phone_prefixes)
    return f"{prefix}{random.randrange(1000):03}"


def email(random: Random, places: Places, name: Name) -> str:
    """Make an address in a domain kept free for examples, from the Latin spelling of the name."""
    latin = name.representation == "ABC"
    words = [
        name.other_given if latin else name.given,
        name.other_family if latin else name.family,
    ]
    plain = [folded for word in words if (folded := _ascii(word.split(" ")[0]))]
    return f"{'.'.join(plain)}{random.randrange(2, 99)}@{random.choice(places.mail_domains)}"


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())
