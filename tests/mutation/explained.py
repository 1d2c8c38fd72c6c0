"""Mutants that no test can tell from the rule, each with why."""

_WHY: dict[str, tuple[str, ...]] = {
    "every role may register patients: the rule stands for a role that may not": (
        "access._answer: allow(context, Action.REGISTER_PATIENT) -> pass",
        "cards.take: allow(context, Action.REGISTER_PATIENT) -> pass",
        "cards.lose: allow(context, Action.REGISTER_PATIENT) -> pass",
        "cards.replace_card: allow(context, Action.REGISTER_PATIENT) -> pass",
        "delegations.name_guardian: allow(context, Action.REGISTER_PATIENT) -> pass",
        "records.register: allow(context, Action.REGISTER_PATIENT) -> pass",
        "records.open_epochs: if not context.is_patient -> if False",
        "records.open_epochs: allow(context, Action.REGISTER_PATIENT) -> pass",
        "records._may_write: allow(context, Action.REGISTER_PATIENT) -> pass",
    ),
    "only members say it, and a member has a role; the type asks for it": (
        "access._holds: role is None or (erasing is not None and at_ms >= erasing.ordered_ms) -> without role is None",
        "category_keys.may_keep_keys: if context.role is None -> if False",
        "confirmations.register: context.role is not None and may(context.role, Action.READ_CLINICAL) -> without context.role is not None",
        "grants._may_hand_on: context.role is not None and _TEAMS[parent.grantee] in TEAMS_OF_ROLE[context.role] -> without context.role is not None",
        "membership._of_the_team: context.role is None or team not in TEAMS_OF_ROLE[context.role] -> without context.role is None",
        "rules.Context.is_patient: self.role is None and self.payload.person != NOBODY -> without self.payload.person != NOBODY",
        "team_keys.renew: context.role is None or team not in TEAMS_OF_ROLE[context.role] -> without context.role is None",
        "rules.allow: context.role is None or not may(context.role, action) -> without context.role is None",
        "rules.allow_any: context.role is None or not any((may(context.role, action) for action in actions)) -> without context.role is None",
    ),
    "at that very moment both say the same": (
        "claims.end_all: context.now_ms < found.until_ms -> LtE",
    ),
    "what is listed was not ended": (
        "consent_basis.named_speakers: found is not None and found.active and (at_ms < found.until_ms) -> without found.active",
        "consent_basis.recipients: category not in grant.categories or grant.state != 'active' or grant.is_over_at(at_ms) -> without grant.state != 'active'",
    ),
    "what is listed is there; the type asks for it": (
        "consent_basis.named_speakers: found is not None and found.active and (at_ms < found.until_ms) -> without found is not None",
        "consent_basis._claimed: claim is None or claim.person != person or category not in claim.categories -> without claim is None",
    ),
    "the codec gives tuples; another reader of the state may give lists": (
        "consent_state._frozen: if isinstance(stored, list | tuple) -> if False",
    ),
    "a receipt of that very moment is refused either way": (
        "grants.ended_lately: found.ended_ms > since_ms -> GtE",
    ),
    "no first byte is 256": ("grants._granted_to: 256 -> 257",),
    "there is just one container": (
        "membership.enrol: 0 -> -1",
        "membership.replace_account: 0 -> -1",
        "membership.renew: 0 -> -1",
    ),
    "contracts run where there is a clinic; a workstation without its ledger yet only asks": (
        "team_keys.standing: entry(value, TeamStanding, 'team-standing', team) or TeamStanding() -> without TeamStanding()",
    ),
    "a second founding is refused either way, and before the first no workstation is known": (
        "signers.signed_by_whom_it_names: isinstance(statement, FoundClinic) and state.get('clinic') is None -> the other of and, or",
        "signers.signed_by_whom_it_names: isinstance(statement, FoundClinic) and state.get('clinic') is None -> without isinstance(statement, FoundClinic)",
        "signers.signed_by_whom_it_names: isinstance(statement, FoundClinic) and state.get('clinic') is None -> without state.get('clinic') is None",
    ),
    "unknown workstations were refused before": (
        "signers.signed_by_whom_it_names: not device or not device[1] -> without not device",
    ),
    "who signed a restart was looked at before its place in the feed; of others, unknown workstations were refused there": (
        "signers.signed_by_whom_it_names: isinstance(statement, RestartClinic) and device is None -> the other of and, or",
        "signers.signed_by_whom_it_names: isinstance(statement, RestartClinic) and device is None -> without isinstance(statement, RestartClinic)",
        "signers.signed_by_whom_it_names: _exactly(signed, statement.key, _custody(state).signing_key) -> pass",
    ),
    "the contract refuses a workstation that is known": (
        "signers.signed_by_whom_it_names: isinstance(statement, RestartClinic) and device is None -> without device is None",
    ),
    "without custodians the contract refuses, too": (
        "signers._besides_the_member: isinstance(statement, SetCustody) and state.get('custody') is None -> without isinstance(statement, SetCustody)",
    ),
    "the contract of receipts looks no further back": ("grants: LATE_MS -> 259200001",),
}
"""Mutants by why they live."""

EXPLAINED = {mutant: why for why, mutants in _WHY.items() for mutant in mutants}
