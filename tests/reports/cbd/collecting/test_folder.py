from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.reports.cbd.collecting.collection_contract import CollectionContract
from tests.reports.cbd.collecting.story import empty, given_to

from biosetu.reports.cbd.collecting import CollectionFolder


class TestFolderContract(CollectionContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> CollectionFolder:
        return CollectionFolder(tmp_path)


def test_writers_take_turns(tmp_path: Path) -> None:
    store = CollectionFolder(tmp_path)

    def work() -> None:
        with store.changing("NPL", "7NR", empty) as desk:
            desk.collection = given_to("Forests", "V", start=desk.collection)[0]

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [part.id for part in store.load("NPL", "7NR").parts] == [f"p{n}" for n in range(1, 9)]
