"""Servers to learn from and to compare: emulators on a thread of this process, as targets with
campaigns of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.campaigns import CampaignSet, open_campaign_set, restore
from conformance.compare.behaviour import Behaviour
from conformance.contract import PATH_PREFIX
from conformance.exchange import CampaignKey
from conformance.generation.numbers import NumberPool
from conformance.selftest.emulator.speaking import emulating, options
from conformance.session.learning import Learner
from conformance.transport import AuthV2, Keys, Transport, TransportOptions, parse_address
from conformance.transport.guard import Guard
from conformance.transport.own_numbers import OwnNumbers

HELD: dict[CampaignKey, tuple[str, ...]] = {
    (1, 1001): ("5245241", "5245242", "5245243"),
    (1, 1002): ("52451", "52452"),
    (2, 2001): ("71", "72"),
}


class Silent:
    """A journal that nobody keeps."""

    def holding(
        self,
        campaign: CampaignKey,
        numbers: Sequence[str],
        *,
        priorities: Sequence[int | None],
        complete: bool,
    ) -> None: ...

    def will_add(self, campaign: CampaignKey, numbers: Iterable[str]) -> None: ...

    def borrowed(self, campaign: CampaignKey, numbers: Iterable[str]) -> None: ...

    def looks(
        self, form: Mapping[str, Any], *, settle: float, shows: str, priority: int | None
    ) -> None: ...

    def restored(self, campaign: CampaignKey, *, kept: Iterable[str] = ()) -> None: ...


@contextmanager
def campaign_set(
    profile: Path | None = None,
    *faults: str,
    behaviour: Behaviour | None = None,
    holding: Mapping[CampaignKey, tuple[str, ...]] = HELD,
    listed: Mapping[CampaignKey, tuple[str, ...]] | None = None,
) -> Iterator[CampaignSet]:
    """A campaign set over an emulator that behaves by a profile and may lie; what is seen is learnt
    where somebody wants it.

    `listed`: the contents that the target file gives, where they are not all that are held.
    """
    given = options(
        campaigns=holding, profile=profile, faults=faults, access_key="ak", secret_key="sk"
    )
    with emulating(given) as client:
        signed = AuthV2(Keys(access_key="ak", secret_key="sk"))
        guard = Guard(listed=holding, path_prefix=PATH_PREFIX, own=OwnNumbers("990"))
        wired = TransportOptions(
            address=parse_address(f"http://{client.address}"),
            authorizer=signed,
            guard=guard,
            timeout_seconds=5,
        )
        with Transport(wired) as transport:
            made = CampaignSet(
                wire=transport,
                log=Silent(),
                keys=((1, 1001), (1, 1002)),
                pool=NumberPool(prefix="990", seed=1),
                guard=guard,
                foreign=(2, 2001),
            )
            if behaviour is not None:
                Learner(made, behaviour)
            open_campaign_set(made, given=holding if listed is None else listed)
            yield made
            assert not any(each.problem for each in restore(made).values())
