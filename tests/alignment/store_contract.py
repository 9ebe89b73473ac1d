"""What every store of promises does; each adapter's test runs it."""

from __future__ import annotations

from biosetu.alignment import NationalTarget, Promises, PromiseStore


def check_store(store: PromiseStore) -> None:
    assert store.parties() == ()
    assert store.load("NPL") == Promises(party="NPL")
    first = Promises(party="NPL", targets=(NationalTarget(id="1", party="NPL", title={"en": "T", "ne": "ट"}),))
    store.save(first)
    store.save(Promises(party="BTN"))
    assert store.load("NPL") == first
    assert store.parties() == ("BTN", "NPL")
    store.save(Promises(party="NPL"))
    assert store.load("NPL").targets == ()
