"""The fold of Decide that offers copies of its words, and what it says of a copy that can't be used."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from ftcore.decision.own_copy import FILES
from ftcore.store.database import Database
from ftcore.workspace import open_workspace


def screen() -> None:
    from ftcore.decision.framework import framework_of
    from ftcore.ui import page, session
    from ftcore.ui.decide import own_words_panel

    page.show_flash()
    framework, said = framework_of(session.workspace().root)
    own_words_panel.faults(said)
    own_words_panel.draw(framework)


def texts(test: AppTest) -> str:
    assert not test.exception
    return "\n".join(one.value for one in test.text)


def test_a_copy_of_each_file_is_one_click_away_and_its_words_hold_at_once(db: Database) -> None:
    test = AppTest.from_function(screen, default_timeout=30).run()
    assert "Questions and advice: version 2, of " in texts(test)
    for name in FILES:
        assert f"{name} (" in texts(test)
        test.button(key=f"own-{name}").click().run()
        assert (open_workspace().root / name).is_file()
        assert not any(button.key == f"own-{name}" for button in test.button)
    path = open_workspace().root / "decision.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("version: 2", "version: 7"), encoding="utf-8")
    assert "version 7, own copy " in texts(test.run())


def test_a_copy_that_is_wrong_is_told_with_its_line_and_nothing_in_it_becomes_markup(db: Database) -> None:
    (open_workspace().root / "decision.yaml").write_text(
        "version: 1\n'![x](https://evil.example/a.png)': 2\n", encoding="utf-8"
    )
    test = AppTest.from_function(screen, default_timeout=30).run()
    (warning,) = test.warning
    assert "decision.yaml, line 2" in warning.value.replace("\\", "")
    assert "![x](" not in warning.value
    assert "version 2, of " in texts(test)
