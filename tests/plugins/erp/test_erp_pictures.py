"""Pictures out of a folder."""

import pytest

from pimflow_erp import pictures


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    found = tmp_path / "pictures"
    (found / "mugs").mkdir(parents=True)
    (found / "mugs" / "a mug.png").write_bytes(b"one")
    return found


def test_a_picture_is_its_name_and_a_hash_that_changes_with_the_content(folder):
    codec = pictures.codec(folder)
    first = codec.accept(" mugs/a mug.png ")
    assert pictures.path_of(folder, first).read_bytes() == b"one"
    assert codec.accept("mugs/a mug.png") == first
    (folder / "mugs" / "a mug.png").write_bytes(b"two")
    assert codec.accept("mugs/a mug.png") != first


@pytest.mark.parametrize("name", ["no.png", "mugs", "../secret.png"])
def test_a_file_that_is_not_in_the_folder_is_told(folder, name):
    with pytest.raises(ValueError, match="and there is no such file in the folder of pictures"):
        pictures.codec(folder).accept(name)


def test_a_file_that_is_too_large_is_told(folder):
    with (folder / "large.png").open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(ValueError, match="and the file is larger than 20 MB"):
        pictures.codec(folder).accept("large.png")
