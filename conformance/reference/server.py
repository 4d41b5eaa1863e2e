"""The reference server: a request and a time go in, an answer comes out. No clock, no network, no chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.reference.access import WINDOW, Access, Auth
from conformance.reference.answer import answer
from conformance.reference.call import Call, ServerState
from conformance.reference.choices import choices_of
from conformance.reference.editions import edition_of
from conformance.reference.faults import overrides_of
from conformance.reference.nonces import Nonces
from conformance.reference.question import read
from conformance.reference.store import Store
from conformance.wire.message import HttpAnswer, HttpRequest

FIRST_APPLY_ID = 1_295_007
"""Where the counter of the documented samples stood."""

PRODUCTS = ("a1RefProdA1", "a1RefProdB2")
"""The products that a server knows from the start."""


class Reference:
    """A server that keeps every clause of one edition, but for the faults that it is given."""

    def __init__(
        self,
        *,
        edition: str = "alibaba-2023",
        delay: float = 0.05,
        auth: Auth = "any",
        faults: Sequence[str] = (),
        variants: Sequence[str] = (),
        keys: Mapping[str, str] | None = None,
        products: Sequence[str] = PRODUCTS,
        seed: int = 0,
    ) -> None:
        choices = choices_of(variants)
        store = Store(seed, FIRST_APPLY_ID + (2**53 if choices.apply_ids_beyond_2_53 else 0))
        for key in products:
            store.add_product(key, key)
        window = 31 * 60 if choices.window_of_31_minutes else WINDOW
        self.state = ServerState(
            edition=edition_of(edition),
            store=store,
            delay=0.0 if choices.states_too_short_to_be_seen else delay,
            choices=choices,
            access=Access(auth, {"testid": "testsecret"} if keys is None else keys, window, Nonces(2 * window)),
            overrides=overrides_of(faults),
            memory={},
        )
        self.requests = 0

    def answer(self, request: HttpRequest, now: float) -> HttpAnswer:
        """Answer one request that came at ``now``, in seconds since 1970."""
        self.requests += 1
        return answer(Call(self.state, read(request), now, self.requests))
