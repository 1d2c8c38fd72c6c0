"""Codes that put a record into one of the specially protected categories.

Few and plain on purpose: a clinic's own labels in `meta.security` always come first, and what
stands here is what a table can decide without judging a text.
"""

from ehr_desktop.domain.categories import Category

MENTAL, SEXUAL, SUBSTANCE, GENETIC = (
    Category.MENTAL_HEALTH,
    Category.SEXUAL_HEALTH,
    Category.SUBSTANCE_USE,
    Category.GENETICS,
)

SECURITY_LABELS: dict[str, Category] = {
    # v3-ActCode, InformationSensitivityPolicy
    "ETH": SUBSTANCE,
    "ETHUD": SUBSTANCE,
    "OPIOIDUD": SUBSTANCE,
    "SUD": SUBSTANCE,
    "PSY": MENTAL,
    "PSYTHPN": MENTAL,
    "BH": MENTAL,
    "MH": MENTAL,
    "HIV": SEXUAL,
    "STD": SEXUAL,
    "SEX": SEXUAL,
    "SDV": SEXUAL,
    "GDIS": GENETIC,
}

LOINC: dict[str, Category] = {
    "44249-1": MENTAL,  # PHQ-9 panel
    "44261-6": MENTAL,  # PHQ-9 total score
    "55757-9": MENTAL,  # PHQ-2 panel
    "55758-7": MENTAL,  # PHQ-2 total score
    "69737-5": MENTAL,  # GAD-7 panel
    "70274-6": MENTAL,  # GAD-7 total score
    "34788-0": MENTAL,  # psychiatry consult note
    "28635-1": MENTAL,  # psychiatry initial evaluation note
    "75626-2": SUBSTANCE,  # AUDIT-C total score
    "72109-2": SUBSTANCE,  # AUDIT-C panel
    "75624-7": SUBSTANCE,  # AUDIT total score
    "82667-7": SUBSTANCE,  # DAST-10 total score
    "5640-8": SUBSTANCE,  # ethanol in serum or plasma
    "7917-8": SEXUAL,  # HIV 1 antibody
    "56888-1": SEXUAL,  # HIV 1+2 antibody and antigen
    "20447-9": SEXUAL,  # HIV 1 RNA
    "20507-0": SEXUAL,  # syphilis reagin
    "21613-5": SEXUAL,  # Chlamydia DNA
    "24111-7": SEXUAL,  # gonorrhoea DNA
    "2106-3": SEXUAL,  # choriogonadotropin in urine
    "2118-8": SEXUAL,  # choriogonadotropin in serum
    "82810-3": SEXUAL,  # pregnancy status
    "51969-4": GENETIC,  # genetic analysis report
    "81247-9": GENETIC,  # master genetic variant report
    "55232-3": GENETIC,  # genetic disease analysis panel
}

SNOMED: dict[str, Category] = {
    "35489007": MENTAL,  # depressive disorder
    "370143000": MENTAL,  # major depressive disorder
    "36923009": MENTAL,  # major depression, single episode
    "197480006": MENTAL,  # anxiety disorder
    "47505003": MENTAL,  # post-traumatic stress disorder
    "13746004": MENTAL,  # bipolar disorder
    "58214004": MENTAL,  # schizophrenia
    "6471006": MENTAL,  # suicidal thoughts
    "7200002": SUBSTANCE,  # alcoholism
    "15167005": SUBSTANCE,  # alcohol abuse
    "5602001": SUBSTANCE,  # opioid abuse
    "191816009": SUBSTANCE,  # drug dependence
    "55680006": SUBSTANCE,  # drug overdose
    "66214007": SUBSTANCE,  # substance abuse
    "86406008": SEXUAL,  # HIV infection
    "62479008": SEXUAL,  # AIDS
    "72892002": SEXUAL,  # normal pregnancy
    "77386006": SEXUAL,  # pregnant
    "19169002": SEXUAL,  # miscarriage in first trimester
}

# Source: ICD-10, chapters V, I (blocks A50-A64, B20-B24), XV and codes Z21, Z30-Z39
ICD_10_RANGES: tuple[tuple[str, str, Category], ...] = (
    ("F10", "F19", SUBSTANCE),
    ("F00", "F09", MENTAL),
    ("F20", "F99", MENTAL),
    ("A50", "A64", SEXUAL),
    ("B20", "B24", SEXUAL),
    ("O00", "O99", SEXUAL),
    ("Z21", "Z21", SEXUAL),
    ("Z30", "Z39", SEXUAL),
)


def category_of_code(system: str, code: str) -> Category | None:
    """Give the protected category a code belongs to, or None."""
    if system == "http://loinc.org":
        return LOINC.get(code)
    if system == "http://snomed.info/sct":
        return SNOMED.get(code)
    if system.startswith("http://hl7.org/fhir/sid/icd-10"):
        block = code[:3].upper()
        return next((found for low, high, found in ICD_10_RANGES if low <= block <= high), None)
    return None
