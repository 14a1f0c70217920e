"""Closed lists an operator relies on: why channels stop, how long a part is silent, how far clocks may be apart."""

import pytest

from contracts.refusals import Stop
from services.gateway.metrics import SAMPLES, Figure
from services.node.news import News
from services.storage.stops import Why, kept, why
from services.upkeep.doctor import Level, _skew


@pytest.mark.parametrize("code", [code for code in Why if code is not Why.OTHER])
def test_a_stop_keeps_its_code(code: Why) -> None:
    """What is stored gives the code back, whatever the detail says."""
    assert why(kept(code, "retention.ms: is 1: must be -1")) is code


def test_a_stop_of_other_software_is_other() -> None:
    """Nobody guesses a code from text."""
    assert why("the topic was made anew") is Why.OTHER


def test_every_stop_of_the_verifier_is_a_code() -> None:
    """Intake stores what the verifier says (WIRE-CHOICES B43)."""
    assert {stop.value for stop in Stop} <= {code.value for code in Why}


@pytest.mark.parametrize(
    ("ms", "level"),
    [
        (0, Level.OK),
        (-2_000, Level.OK),
        (2_001, Level.WARN),
        (-60_000, Level.WARN),
        (60_001, Level.FAIL),
        (-(10**9), Level.FAIL),
    ],
)
def test_clocks_apart(ms: int, level: Level) -> None:
    """Two seconds are a word, a minute is a failure, in either direction."""
    assert _skew("log", ms).level is level
    assert bool(_skew("log", ms).remedy) is (level is not Level.OK)


def test_a_part_is_silent_from_its_last_round_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds since the round began; nothing of parts that do not run here."""
    now = [100.0]
    monkeypatch.setattr("services.node.news.time.monotonic", lambda: now[0])
    news = News()
    with news.running("intake"):
        assert news.silence() == {"intake": 0}
        now[0] += 7
        assert news.silence() == {"intake": 7}
        news.began("intake")
        assert news.silence() == {"intake": 0}
    assert news.silence() == {}


def test_every_figure_is_computed_or_known() -> None:
    """No metric is announced and never given; names and units are those of Prometheus."""
    assert set(Figure) == {*SAMPLES, Figure.UP, Figure.DROPPED}
    assert all(figure.value[0].startswith("duikou_") for figure in Figure)
