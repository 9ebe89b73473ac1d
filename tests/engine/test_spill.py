import numpy as np
import pytest

from biosetu.engine.spill import Spill, can_go_on, read_spilled, spilled_path


@pytest.mark.parametrize("parts", [1, 3, 7])
def test_records_come_back_from_the_partition_of_their_code(tmp_path, parts):
    random = np.random.default_rng(parts)
    codes, values = random.integers(0, 20, 500).astype(np.int32), random.integers(-9, 1 << 62, 500)
    with Spill(tmp_path, parts) as spill:
        spill.add(codes[:200], values[:200])
        spill.add(codes[200:], values[200:])
    for part in range(parts):
        got_codes, got_values = read_spilled(spilled_path(tmp_path, part))
        mine = codes % parts == part
        assert got_codes.tolist() == codes[mine].tolist()
        assert got_values.tolist() == values[mine].tolist()


def test_empty_batches_and_partitions_are_fine(tmp_path):
    with Spill(tmp_path, 2) as spill:
        spill.add(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))
    assert read_spilled(spilled_path(tmp_path, 1))[0].size == 0


def test_what_was_written_after_the_sizes_were_taken_is_written_over(tmp_path):
    codes, values = np.arange(10, dtype=np.int32), np.arange(10)
    with Spill(tmp_path, 2) as spill:
        spill.add(codes[:4], values[:4])
        sizes = spill.sizes()
        spill.add(codes, values + 100)
    assert can_go_on(tmp_path, sizes)
    with Spill(tmp_path, 2, sizes) as spill:
        spill.add(codes[4:], values[4:])
    assert read_spilled(spilled_path(tmp_path, 1))[1].tolist() == [1, 3, 5, 7, 9]


@pytest.mark.parametrize("lost", ["missing", "shorter"])
def test_files_that_lost_something_cannot_be_gone_on_with(tmp_path, lost):
    with Spill(tmp_path, 2) as spill:
        spill.add(np.arange(4, dtype=np.int32), np.arange(4))
        sizes = spill.sizes()
    path = spilled_path(tmp_path, 1)
    if lost == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    assert not can_go_on(tmp_path, sizes)
