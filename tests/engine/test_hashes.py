import hashlib

from biosetu.engine.hashes import content_hash, inputs_said


def test_hash_of_a_file_is_that_of_sha256sum(tmp_path):
    whole = bytes(range(256)) * 10_000
    (tmp_path / "a.bin").write_bytes(whole)
    assert content_hash(tmp_path / "a.bin") == hashlib.sha256(whole).hexdigest()


def test_hash_of_a_folder_follows_its_files_by_name(tmp_path):
    folder = tmp_path / "tiles"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2.tif").write_bytes(b"second")
    (folder / "1.tif").write_bytes(b"first")
    assert content_hash(folder) == hashlib.sha256(b"firstsecond").hexdigest()


def test_inputs_are_said_by_name_without_those_not_given(tmp_path):
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_bytes(path.name.encode())
    one, other = (hashlib.sha256(path.name.encode()).hexdigest()[:16] for path in paths)
    assert inputs_said([paths[0], None, paths[1]]) == f"a.csv sha256:{one}; b.csv sha256:{other}"
