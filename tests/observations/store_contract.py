"""What every store of observations must do. An adapter's test subclasses `StoreContract` and gives `store`.

    class TestFolder(StoreContract):
        @pytest.fixture
        def store(self, tmp_path): return ObservationFolder(tmp_path)

`again(store)` opens the same store anew, as the next process would.
"""

from collections.abc import Callable
from typing import Any

import pytest
from tests.observations.rows import key, row, table

from biosetu.observations import BatchConflictError, ObservationStore, Selection
from biosetu.problems import DataError

A = row()
B = row(year=2021, value=0.82)
OLD_VINTAGE = row(vintage="2020-10", value=0.83043, resolution=0.00001)
JORDAN = row(party="JOR", value=0.96)


def values(store: ObservationStore, selection: Selection | None = None) -> list[Any]:
    found = store.select(selection) if selection else store.select()
    return found.column("value").to_pylist()


class StoreContract:
    @pytest.fixture
    def again(self) -> Callable[[ObservationStore], ObservationStore]:
        return lambda store: store

    def test_select_from_an_empty_store_has_no_rows(self, store) -> None:
        assert store.select().num_rows == 0
        assert store.history().num_rows == 0
        assert store.withdrawn().num_rows == 0
        assert store.batches() == ()

    def test_append_then_select_gives_the_rows_back_sorted_by_key(self, store, again) -> None:
        assert store.append(table(B, A)) == 2
        assert again(store).select().to_pylist() == [A, B]

    def test_append_of_the_same_rows_twice_adds_nothing(self, store, again) -> None:
        store.append(table(A, B))
        assert again(store).append(table(A, B)) == 0
        assert again(store).append(table(B)) == 0
        assert len(store.batches()) == 1

    def test_append_of_one_batch_name_twice_adds_nothing(self, store, again) -> None:
        assert store.append(table(A), batch="first") == 1
        assert again(store).append(table(A), batch="first") == 0
        assert [batch.id for batch in store.batches()] == ["first"]

    def test_append_of_other_rows_under_a_known_batch_name_is_refused(self, store) -> None:
        store.append(table(A), batch="first")
        with pytest.raises(BatchConflictError):
            store.append(table(B), batch="first")
        assert values(store) == [0.83]

    def test_append_of_a_changed_row_shows_the_new_and_keeps_the_old(self, store, again) -> None:
        store.append(table(A, B))
        assert store.append(table(A | {"value": 0.84}, B)) == 1
        assert values(again(store)) == [0.84, 0.82]
        assert again(store).history(Selection(years=(2020, 2020))).column("value").to_pylist() == [0.83, 0.84]

    def test_append_of_an_earlier_state_again_shows_it_again(self, store) -> None:
        store.append(table(A))
        store.append(table(A | {"value": 0.84}))
        assert store.append(table(A)) == 1
        assert values(store) == [0.83]

    def test_vintages_stand_side_by_side(self, store) -> None:
        store.append(table(A))
        store.append(table(OLD_VINTAGE))
        assert values(store) == [0.83043, 0.83]
        assert values(store, Selection(vintage=("2024",))) == [0.83]

    def test_append_with_a_wrong_row_is_refused_as_a_whole(self, store) -> None:
        with pytest.raises(DataError) as caught:
            store.append(table(A, row(party="ZZZ"), row(series="own", unit="ha")))
        assert [(p.row, p.column) for p in caught.value.problems] == [(3, "party"), (4, "unit")]
        assert store.select().num_rows == 0
        assert store.batches() == ()

    def test_select_by_party_indicator_series_source_status_and_years(self, store) -> None:
        store.append(table(A, B, JORDAN))
        assert values(store, Selection(party=("JOR",))) == [0.96]
        assert values(store, Selection(party=("JOR", "NPL"), years=(2021, 2030))) == [0.82]
        assert values(store, Selection(indicator=("3.1",))) == []
        assert values(store, Selection(series=("ER_RSK_LST",), source=("availableDataset",))) == [0.96, 0.83, 0.82]
        assert values(store, Selection(status=("validated",))) == []

    def test_withdrawn_rows_leave_all_later_output(self, store, again) -> None:
        store.append(table(A, B))
        assert store.withdraw(key(A), reason="asked by the holder") == 1
        assert values(again(store)) == [0.82]
        assert again(store).history().column("value").to_pylist() == [0.82]
        assert again(store).withdrawn().to_pylist() == [{**key(A).to_pylist()[0], "reason": "asked by the holder"}]

    def test_withdrawn_rows_stay_out_when_they_come_again(self, store) -> None:
        store.append(table(A, B))
        store.withdraw(key(A), reason="asked by the holder")
        store.append(table(A | {"value": 0.84}))
        assert values(store) == [0.82]

    def test_withdraw_twice_counts_once(self, store) -> None:
        store.append(table(A))
        store.withdraw(key(A), reason="one")
        assert store.withdraw(key(A), reason="two") == 0

    def test_withdraw_before_the_row_is_held_keeps_it_out(self, store) -> None:
        assert store.withdraw(key(A), reason="carried in the package") == 1
        store.append(table(A))
        assert values(store) == []

    def test_restore_shows_withdrawn_rows_again(self, store) -> None:
        store.append(table(A, B))
        store.withdraw(key(A), reason="asked")
        assert store.restore(key(A), reason="given back") == 1
        assert store.restore(key(A), reason="given back") == 0
        assert values(store) == [0.83, 0.82]
        assert store.withdrawn().num_rows == 0

    def test_batches_tell_kind_rows_note_and_order(self, store) -> None:
        store.append(table(A, B), batch="one", note="first import")
        store.withdraw(key(A), reason="asked")
        found = store.batches()
        assert [(b.sequence, b.kind, b.rows, b.note) for b in found] == [
            (1, "append", 2, "first import"),
            (2, "withdraw", 1, "asked"),
        ]
        assert found[0].recorded_at <= found[1].recorded_at
        assert found[0].recorded_at.tzinfo is not None
