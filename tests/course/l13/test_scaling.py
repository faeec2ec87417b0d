"""Time against length: the fitted law, the rounds, and the file of records."""

import json

import pytest

from lstm_jax.course.explorers.measuring import WAYS
from lstm_jax.course.l13 import scaling
from lstm_jax.course.l13.scaling import COMMAND, Curve, measure, medians


def test_calls_take_turns_and_the_first_round_does_not_count(monkeypatch):
    asked = []
    times = {"a": iter([100.0, 1.0, 5.0, 2.0]), "b": iter([0.0, 7.0, 8.0, 9.0])}
    monkeypatch.setattr(scaling, "seconds_of", lambda call: asked.append(call) or next(times[call]))
    assert medians({"a": "a", "b": "b"}, 3) == {"a": 2.0, "b": 8.0}
    assert asked == ["a", "b"] * 4


def test_every_way_gets_a_curve():
    told = []
    ways = ("scan", "parallel, minLSTM")
    curves = measure([4, 16], batch=2, width=4, ways=ways, rounds=2, watch=told.append)
    assert tuple(curves) == ways
    for curve in curves.values():
        assert curve.lengths == [4, 16]
        for values in curve[1:]:
            assert len(values) == 2
            assert min(values) > 0
        assert curve.bytes[1] > curve.bytes[0]
    assert len(told) == 2 * 2 * 2 + 1
    assert len(list(scaling.table(curves))) == 4


# --- records


def made_up(**changes):
    curve = Curve([16, 64, 256, 1024], *([0.1, 0.2, 0.30004, 0.4],) * 4, [1, 2, 3, 4])
    made = scaling.record({"scan": curve}, batch=8, width=32, rounds=3, load=0.123)
    return made._replace(**changes)


def test_a_record_comes_back_and_says_where_it_was_made(tmp_path):
    path = tmp_path / "records.json"
    assert scaling.records(path) == []
    scaling.add(made_up(), path)
    (back,) = scaling.records(path)
    assert back == made_up()
    assert (back.platform, back.load, back.batch, back.width) == ("cpu", 0.12, 8, 32)
    assert back.versions.keys() == {"python", "jax", "jaxlib"}
    assert back.curves["scan"].training == [0.1, 0.2, 0.3, 0.4]  # four digits
    json.loads(path.read_text())


def test_a_new_record_takes_the_place_of_an_older_one_of_the_same_device(tmp_path):
    path = tmp_path / "records.json"
    for each in (
        made_up(date="1"),
        made_up(device="H", platform="gpu", date="2"),
        made_up(date="3"),
    ):
        scaling.add(each, path)
    assert [each.date for each in scaling.records(path)] == ["2", "3"]
    assert scaling.recorded_on("gpu", path).date == "2"
    assert scaling.recorded_on("tpu", path) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "lstm_jax scaling 0", "records": []}',
     '{"format": "lstm_jax scaling 1", "records": [{"machine": "m"}]}'],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(tmp_path, text):
    path = tmp_path / "records.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"records: .*json is no file of records .* {COMMAND}"):
        scaling.records(path)


def test_the_records_of_the_package_are_whole():
    assert bool(scaling.records()) == scaling.FILE.exists()
    for each in scaling.records():
        assert tuple(each.curves) == WAYS
        for curve in each.curves.values():
            assert all(len(values) == len(curve.lengths) for values in curve)
            assert curve.power("training").exponent > 0
