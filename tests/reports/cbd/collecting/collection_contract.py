"""What every store of collections must do. An adapter's test subclasses `CollectionContract` and gives `store`."""

from __future__ import annotations

import pytest
from tests.reports.cbd.collecting.story import FOCAL, FORESTS, SUMMARY, empty, fields, given_to, moved, replied, sent

from biosetu.reports.cbd.collecting import CollectionStore, decide, postpone
from biosetu.reports.cbd.draft import Entry


class CollectionContract:
    def change(self, store: CollectionStore, collection) -> None:
        with store.changing("NPL", "7NR", empty) as desk:
            desk.collection = collection

    def test_nothing_is_held_before_anything_was_done(self, store: CollectionStore) -> None:
        assert store.load("NPL", "7NR") is None
        assert store.cycles("NPL") == ()

    def test_what_stands_on_the_desk_is_kept_whole(self, store: CollectionStore) -> None:
        collection, part = given_to("Forests", "V")
        collection = replied(collection, part, FORESTS, sent(SUMMARY, "=first", row=3)).collection
        collection = moved(collection, "hand_in", FORESTS, part, reason="all there")
        collection = replied(collection, part, FORESTS, sent(SUMMARY, "ثانٍ")).collection
        self.change(store, collection)
        assert store.load("NPL", "7NR") == collection
        assert store.cycles("NPL") == ("7NR",)

    def test_later_changes_are_kept_too(self, store: CollectionStore) -> None:
        collection, part = given_to("Forests", "V", "I")
        collection = replied(
            collection, part, FORESTS, sent(SUMMARY, "a"), sent("I.nationalAuthorities", "b")
        ).collection
        self.change(store, collection)
        collection = replied(collection, part, FORESTS, sent(SUMMARY, "c")).collection
        collection = decide(collection, fields(collection), FOCAL, key=SUMMARY, choice="3", reason="newer")
        gone = sent("I.nationalAuthorities", "", "b", emptied=True)
        collection = replied(collection, part, FORESTS, gone).collection
        day = part.due.replace(year=2027)
        collection = postpone(collection, fields(collection), FOCAL, part=part, due=day, reason="holidays")
        self.change(store, collection.model_copy(update={"language": "fr"}))
        held = store.load("NPL", "7NR")
        assert held == collection.model_copy(update={"language": "fr"})
        assert held.draft.entries[SUMMARY].text == "c"

    def test_failed_change_keeps_nothing(self, store: CollectionStore) -> None:
        def fail() -> None:
            with store.changing("NPL", "7NR", empty) as desk:
                desk.collection = given_to("Forests", "V")[0]
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert store.load("NPL", "7NR") is None

    def test_fresh_collection_starts_with_what_it_is_given(self, store: CollectionStore) -> None:
        old = empty().draft.model_copy(update={"entries": {SUMMARY: Entry(text="old", reviewed=False)}})
        with store.changing("NPL", "7NR", lambda: empty().model_copy(update={"draft": old})):
            pass
        assert store.load("NPL", "7NR").draft == old
        with store.changing("NPL", "7NR", empty) as desk:
            assert desk.collection.draft == old

    def test_parties_and_cycles_are_kept_apart(self, store: CollectionStore) -> None:
        self.change(store, given_to("Forests", "V")[0])
        assert store.load("BTN", "7NR") is None
        assert store.load("NPL", "8NR") is None
