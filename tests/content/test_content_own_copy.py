"""A workspace's own copy of a content file stands for the shipped one, and one that can't be used is told."""

import os

import pytest

from ftcore.app_files import data_dir
from ftcore.content import ContentError, copy_to_edit, read, standing


def held(root):
    return standing(root, "evidence.yaml", read, ContentError)


def test_without_a_copy_the_shipped_file_holds(tmp_path):
    found, said = held(tmp_path)
    assert (found, said) == (read(data_dir() / "evidence.yaml"), "")


def test_an_edit_holds_at_once_and_a_mistake_is_told_until_it_is_mended(tmp_path):
    path = copy_to_edit(tmp_path, "evidence.yaml")
    assert held(tmp_path)[1] == ""
    path.write_text("cards: one")
    assert held(tmp_path)[0].mapping(("cards",))["cards"].text() == "one"
    path.write_text("cards: one\ncards: two\n")
    found, said = held(tmp_path)
    assert found == read(data_dir() / "evidence.yaml")
    assert said == (
        f"Your copy {path} cannot be used, so the file that came with Tuneworthy stands in for it. evidence.yaml, line 2: 'cards' "
        "stands here twice, first in line 1. Your copy stays as it is; once that is mended it holds again."
    )
    path.write_text("cards: two")
    assert held(tmp_path)[1] == ""


def test_a_copy_that_is_there_is_never_written_over(tmp_path):
    path = copy_to_edit(tmp_path, "evidence.yaml")
    assert path.read_bytes() == (data_dir() / "evidence.yaml").read_bytes()
    path.write_text("mine")
    assert copy_to_edit(tmp_path, "evidence.yaml").read_text() == "mine"


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: p.symlink_to("nowhere"), os.mkfifo])
def test_a_folder_a_dead_link_and_a_pipe_are_told_and_not_waited_for(tmp_path, make):
    make(tmp_path / "evidence.yaml")
    found, said = held(tmp_path)
    assert found == read(data_dir() / "evidence.yaml")
    assert said.startswith(f"Your copy {tmp_path / 'evidence.yaml'} cannot be used")
