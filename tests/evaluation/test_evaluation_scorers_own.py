"""A user's own scorer runs in a child process: off by default, within limits, and its faults cost a score, not the run."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers import Context, make
from ftcore.evaluation.scorers.own import SWITCH, Own, make_own, own_names


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A workspace in which scorers of one's own are on."""
    (tmp_path / "scorers").mkdir()
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path))
    monkeypatch.setenv(SWITCH, "1")
    return tmp_path


def written(home: Path, body: str, name: str = "mine") -> Own:
    (home / "scorers" / f"{name}.py").write_text(body, encoding="utf-8")
    made = make(f"own:{name}", Context())
    assert isinstance(made, Own)
    return made


GOOD = "def score(answer, expected):\n    return answer.count('a') / max(1, len(answer))\n"


def test_a_file_of_the_workspace_scores(home):
    own = written(home, GOOD)
    assert own.score("aabb", "") == 0.5
    assert own.score("\ud800\0\n", "x") == 0
    assert own.why("aabb", "") == ""
    assert own_names(home) == ["own:mine"]
    assert own.label == "Your own: mine"
    own.close()


def test_it_is_off_unless_the_environment_says_so(home, monkeypatch):
    written(home, GOOD)
    for value in ("", "0", "yes"):
        monkeypatch.setenv(SWITCH, value)
        assert own_names(home) == []
        with pytest.raises(EvaluationError, match=f"{SWITCH}=1"):
            make("own:mine", Context())


@pytest.mark.parametrize(
    "name", ["own:", "own:none", "own:../mine", "own:/etc/passwd", "own:Mine", "own:a.b", "own:link"]
)
def test_only_a_file_of_the_folder_itself_is_ever_run(home, name):
    (home / "mine.py").write_text(GOOD)
    (home / "scorers" / "link.py").symlink_to(home / "mine.py")
    with pytest.raises(EvaluationError, match="no file"):
        make_own(name)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def score(a, e):\n    return 1 / 0\n", "ZeroDivisionError"),
        ("def score(a, e):\n    return 'good'\n", "ValueError"),
        ("def score(a, e):\n    return None\n", "TypeError"),
        ("def score(a, e):\n    return 1.5\n", "a score goes from 0 to 1"),
        ("def score(a, e):\n    return float('nan')\n", "gave nan"),
        ("def score(a, e):\n    raise SystemExit\n", "SystemExit"),
        ("def score(a, e):\n    import os; os._exit(0)\n", "ended the process"),
        ("def score(a, e):\n    return len('x' * (5 * 1024**3)) * 0.0\n", "MemoryError"),
        ("def other(a, e):\n    return 1\n", "cannot be used: KeyError"),
        ("oops(", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
    ],
)
def test_a_fault_is_a_missing_score_with_its_reason(home, body, words):
    own = written(home, body)
    assert math.isnan(own.score("a", "b"))
    assert words in own.why("a", "b")
    own.close()


def test_a_fault_with_one_answer_leaves_the_others_alone(home):
    own = written(home, "import os\ndef score(a, e):\n    if a == 'bad': os._exit(1)\n    return 1\n")
    assert [own.score(text, "") for text in ("good", "also good")] == [1, 1]
    assert math.isnan(own.score("bad", ""))
    assert own.score("good", "") == 1
    own.close()


def test_a_file_that_never_ends_is_stopped_and_after_three_times_not_asked_again(home):
    own = replace(written(home, "def score(a, e):\n    while True: pass\n"), seconds=0.3)
    assert math.isnan(own.score("1", ""))
    assert "longer than 0.3 seconds" in own.why("1", "")
    for text in ("2", "3"):
        own.score(text, "")
    assert "not asked any more" in own.why("4", "")
    assert own.kept.child is None


def test_what_a_file_prints_is_no_answer_and_what_it_reads_is_nothing(home):
    own = written(
        home,
        "import sys\nprint('{\"score\": 1}')\ndef score(a, e):\n    print('1'); return len(sys.stdin.read()) * 1.0\n",
    )
    assert own.score("a", "b") == 0
    own.close()


def test_the_child_sees_no_environment_of_ours_and_has_limits(home, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    body = (
        "import os, resource\n"
        "def score(a, e):\n"
        "    kept = {'LANG', 'PATH', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'LC_CTYPE'}\n"
        "    assert set(os.environ) <= kept, set(os.environ)\n"
        "    assert resource.getrlimit(resource.RLIMIT_AS)[1] == 2 * 1024**3\n"
        "    assert resource.getrlimit(resource.RLIMIT_CORE)[1] == 0\n"
        "    assert os.listdir('.') == []\n"
        "    return 1\n"
    )
    own = written(home, body)
    assert own.score("a", "b") == 1, own.why("a", "b")
    own.close()


def test_one_child_scores_all_and_a_copy_in_another_process_starts_its_own(home):
    own = written(home, "import os\ndef score(a, e):\n    return os.getpid() / 2**32\n")
    first = own.score("1", "")
    assert all(own.score(str(at), "") == first for at in range(50))
    copy = pickle.loads(pickle.dumps(own))
    assert copy.kept.child is None
    assert copy.score("1", "") != first
    own.close()
    copy.close()


def test_a_long_answer_goes_through_whole(home):
    own = written(home, "def score(a, e):\n    return len(a) / 1_000_000\n")
    assert own.score("x" * 900_000, "") == 0.9
    own.close()


def test_the_child_ends_when_its_parent_is_killed(home):
    own = home / "scorers" / "mine.py"
    own.write_text("import os, time\ndef score(a, e):\n    time.sleep(60)\n")
    program = (
        "import json, sys, threading\n"
        "from ftcore.evaluation.scorers.own import make_own\n"
        "own = make_own('own:mine')\n"
        "threading.Thread(target=own.score, args=('a', 'b'), daemon=True).start()\n"
        "while own.kept.child is None: pass\n"
        "print(json.dumps(own.kept.child._process.pid), flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    child = psutil.Process(json.loads(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    until = time.monotonic() + 20
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.1)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
