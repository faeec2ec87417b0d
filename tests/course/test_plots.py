"""Pictures: what is drawn is what was given, readable and with its words."""

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest

from lstm_jax.course import plots

WORDS = {"title": "A message", "alt": 'A finding with "quotes" & <marks>'}
PICTURES = {
    "curves": lambda: plots.curves(
        [0, 1, 2],
        {"one": [1.0, 2.0, 3.0], "two": [3.0, 2.0, 1.0]},
        xlabel="step",
        ylabel="size, no unit",
        **WORDS,
    ),
    "arrows": lambda: plots.arrows(
        {"one": [[1.0, 0.0], [0.0, 2.0]], "two": [[1.0, 0.0], [0.5, 0.0]]}, **WORDS
    ),
    "bands": lambda: plots.bands(
        [0, 1, 2],
        {"one": np.eye(3), "two": [[3.0, 2.0, np.nan]]},
        xlabel="step",
        ylabel="size, no unit",
        **WORDS,
    ),
    "bars": lambda: plots.bars({"slow": 1234.5, "fast": 0.5}, xlabel="milliseconds", **WORDS),
    "gate_map": lambda: plots.gate_map(np.full((6, 3), 0.5), **WORDS),
    "signed_map": lambda: plots.signed_map(np.array([[0.5, -2.0]]), label="h", **WORDS),
    "coloured_text": lambda: plots.coloured_text(
        "a $\nb c", np.arange(-2.0, 5.0), label="c", width=4, **WORDS
    ),
    "influence_map": lambda: plots.influence_map(np.tril(np.ones((4, 4))), **WORDS),
    "cell_diagram": lambda: plots.cell_diagram("f", **WORDS),
    "unrolled": lambda: plots.unrolled(np.ones((2, 1)), np.zeros((3, 2)), **WORDS),
    "unrolled, outputs": lambda: plots.unrolled(
        np.ones((2, 1)), np.zeros((3, 2)), outputs=[0.5, -0.25], **WORDS
    ),
    "unrolled, slopes": lambda: plots.unrolled(
        np.ones((2, 1)), np.zeros((3, 1)), slopes=[[-0.025], [-0.1]], **WORDS
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_an_image_with_its_finding_as_alternative_text(name):
    picture = PICTURES[name]()
    bundle = picture._repr_mimebundle_()
    png = base64.b64decode(bundle["image/png"])
    assert png.startswith(b"\x89PNG")
    assert mpl.image.imread(io.BytesIO(png)).std() > 0.01  # not a blank page
    assert 'alt="A finding with &quot;quotes&quot; &amp; &lt;marks&gt;"' in bundle["text/html"]
    assert bundle["text/plain"] == repr(picture) == f"Picture: {WORDS['alt']}"


@pytest.mark.parametrize("name", PICTURES)
def test_every_word_can_be_read_from_the_last_row(name):
    figure = PICTURES[name]().figure
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == "A message"
    words = [
        text
        for each in figure.axes
        for text in (
            each.title,
            each.xaxis.label,
            each.yaxis.label,
            *each.get_xticklabels(),
            *each.get_yticklabels(),
            *each.texts,
        )
    ]
    assert min(text.get_fontsize() for text in words) >= 18
    assert figure.dpi >= 100


def test_curves_draws_each_curve_in_its_own_safe_colour_and_leaves_zeros_off_a_log_axis():
    picture = plots.curves(
        range(3),
        {"a": [1.0, 0.0, 2.0], "bound": [3.0, 3.0, 3.0]},
        xlabel="",
        ylabel="",
        log=True,
        dashed=["bound"],
        **WORDS,
    )
    (axes,) = picture.figure.axes
    solid, dashed = axes.lines
    np.testing.assert_array_equal(solid.get_ydata(), [1.0, np.nan, 2.0])
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    assert [line.get_color() for line in axes.lines] == list(plots.COLOURS[:2])


def test_curves_may_stand_over_words_and_over_whole_steps_have_whole_ticks():
    def ticks(x):
        options = {"xlabel": "step", "ylabel": "size, no unit", **WORDS}
        axes = plots.curves(x, {"one": [1.0, 2.0, 3.0]}, **options).figure.axes[0]
        axes.figure.canvas.draw()
        return [label.get_text() for label in axes.get_xticklabels()]

    assert ticks(["64", "512", "1,024"]) == ["64", "512", "1,024"]
    assert all("." not in label for label in ticks([0, 1, 2]))
    assert any("." in label for label in ticks([0.0, 0.25, 0.5]))


def test_curves_over_powers_of_two_stand_evenly_and_are_written_out():
    x = [64, 128, 256, 512, 1024]
    picture = plots.curves(x, {"time": x}, xlabel="", ylabel="", log_x=True, **WORDS)
    (axes,) = picture.figure.axes
    places = axes.transData.transform([(each, 64) for each in x])[:, 0]
    np.testing.assert_allclose(np.diff(places), places[1] - places[0], rtol=1e-6)
    assert [axes.xaxis.get_major_formatter()(each) for each in x] == [str(each) for each in x]


@pytest.mark.parametrize("picture_of", [plots.curves, plots.bands])
def test_lines_have_a_legend_where_there_are_several_and_the_scale_asked_for(picture_of):
    lines = {"a": np.array([[1.0, 2.0]]), "b": np.array([[2.0, 3.0]])}
    if picture_of is plots.curves:
        lines = {name: line[0] for name, line in lines.items()}

    def axes_of(*names, log):
        chosen = {name: lines[name] for name in names}
        return picture_of([0, 1], chosen, xlabel="", ylabel="", log=log, **WORDS).figure.axes[0]

    many, alone = axes_of("a", "b", log=True), axes_of("a", log=False)
    assert [text.get_text() for text in many.get_legend().get_texts()] == ["a", "b"]
    assert alone.get_legend() is None
    assert (many.get_yscale(), alone.get_yscale()) == ("log", "linear")


def test_bars_say_their_numbers():
    axes = PICTURES["bars"]().figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["1,234", "0.5"]


def test_gates_have_one_map_from_0_to_1_and_signed_values_one_centred_at_0():
    (gate,) = PICTURES["gate_map"]().figure.axes[0].images
    assert (gate.get_clim(), gate.get_cmap().name) == ((0, 1), "Blues")
    (signed,) = PICTURES["signed_map"]().figure.axes[0].images
    assert (signed.get_clim(), signed.get_cmap().name) == ((-2, 2), "coolwarm")
    np.testing.assert_array_equal(signed.get_array(), [[0.5], [-2.0]])  # a row a unit


def test_coloured_text_gives_each_character_its_place_and_its_value():
    axes = PICTURES["coloured_text"]().figure.axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {
        (0, 0): "a", (1, 0): " ", (2, 0): "$", (3, 0): "⏎", (0, 1): "b", (1, 1): " ", (2, 1): "c",
    }  # fmt: skip
    (image,) = axes.images
    assert image.get_clim() == (-4, 4)
    np.testing.assert_array_equal(image.get_array()[:, :3], [[-2, -1, 0], [2, 3, 4]])


def test_coloured_text_shows_a_gate_as_gates_are_shown():
    picture = plots.coloured_text("ab", [0.0, 0.9], label="f", gate=True, **WORDS)
    (image,) = picture.figure.axes[0].images
    assert (image.get_clim(), image.get_cmap().name) == ((0, 1), "Blues")
    assert [text.get_color() for text in picture.figure.axes[0].texts] == ["black", "white"]


@pytest.mark.parametrize(("text", "values"), [("", []), ("ab", [1.0]), ("a", [[1.0]])])
def test_coloured_text_wants_a_value_for_each_character(text, values):
    with pytest.raises(ValueError, match=f"coloured_text: text should have .*, got {len(text)} ch"):
        plots.coloured_text(text, values, label="c", **WORDS)


def test_coloured_text_breaks_long_lines():
    axes = plots.coloured_text("abcde", np.ones(5), label="c", width=2, **WORDS).figure.axes[0]
    places = [text.get_position() for text in axes.texts]
    assert places == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]


def test_influence_map_leaves_the_future_white():
    (image,) = PICTURES["influence_map"]().figure.axes[0].images
    np.testing.assert_array_equal(
        np.isnan(image.get_array().filled(np.nan)), np.triu(np.ones((4, 4)), 1)
    )


def test_influence_map_of_nothing_at_all_is_a_blank_map_not_an_error():
    assert plots.influence_map(np.zeros((3, 3)), **WORDS).png()


def test_unrolled_writes_the_live_numbers():
    picture = plots.unrolled(np.array([[0.25]]), np.array([[0.0], [-0.75]]), **WORDS)
    texts = [text.get_text() for text in picture.figure.axes[0].texts]
    assert {"0.25", "0.00", "-0.75", "$h_{0}$", "$h_{1}$", "$x_{1}$"} <= set(texts)


def test_bands_hold_the_middle_half_of_what_is_known():
    runs = np.array([[1.0, 10.0], [2.0, np.nan], [3.0, np.nan], [4.0, np.nan], [5.0, 20.0]])
    figure = plots.bands([0, 7], {"kind": runs}, xlabel="", ylabel="", **WORDS).figure
    (line,), (band,) = figure.axes[0].lines, figure.axes[0].collections
    np.testing.assert_array_equal(line.get_xydata(), [[0, 3], [7, 15]])
    corners = band.get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} == {(0, 2), (0, 4), (7, 12.5), (7, 17.5)}


def test_bands_end_where_no_run_is_left():
    runs = {"kind": np.array([[1.0, 2.0, np.nan], [1.0, np.inf, np.nan]])}
    figure = plots.bands([0, 1, 2], runs, xlabel="", ylabel="", **WORDS).figure
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xydata(), [[0, 1], [1, 2]])
    nothing = plots.bands([], {"kind": np.empty((2, 0))}, xlabel="", ylabel="", **WORDS).figure
    assert nothing.axes[0].lines[0].get_xydata().size == 0


def drawn(lit):
    """The axes of a diagram, the colours of its thick lines and of its words."""
    (axes,) = plots.cell_diagram(lit, **WORDS).figure.axes
    thick = {line.get_color() for line in axes.lines if line.get_lw() == 7}
    words = {text.get_text() for text in axes.texts if text.get_color() == "black"}
    return axes, thick, words


def test_cell_diagram_shows_what_comes_in_what_goes_out_and_three_gates_whatever_is_lit():
    named = (
        "old state $c_{t-1}$", "old output $h_{t-1}$", "new input $x_t$",
        "new state $c_t$", "new output $h_t$",
        "forget\ngate $f_t$", "input\ngate $i_t$", "candi-\ndate $g_t$", "output\ngate $o_t$",
    )  # fmt: skip
    for lit in ("", "f", "ig", "figoch"):
        axes, _, _ = drawn(lit)
        assert set(named) <= {text.get_text() for text in axes.texts}
        assert [text.get_text() for text in axes.texts].count(r"$\odot$") == 3
        assert [text.get_text() for text in axes.texts].count(r"$\sigma$") == 3


def test_cell_diagram_lights_the_path_of_one_gate_in_its_colour():
    vermillion, blue, green, purple = "#D55E00", "#0072B2", "#009E73", "#CC79A7"
    _, thick, words = drawn("f")
    assert thick == {"#000000", vermillion, blue, green, "#595959"}  # c, h, f, x and what f reads
    assert {"forget\ngate $f_t$", "old state $c_{t-1}$", r"$f_t \odot c_{t-1}$"} <= words
    assert not {"input\ngate $i_t$", "new output $h_t$", "tanh"} & words
    assert drawn("c")[1] == {"#000000"}
    assert {purple, vermillion} <= drawn("o")[1]
    assert drawn("")[1:] == (set(), set())
    assert len(drawn("figoch")[1]) == 8  # seven symbols, and the wire that all gates read


def test_cell_diagram_ends_the_lit_wire_of_what_is_read_at_the_last_lit_gate():
    def reach(lit):
        axes, _, _ = drawn(lit)
        lines = [
            line for line in axes.lines if line.get_lw() == 7 and line.get_color() == "#595959"
        ]
        return max(x for line in lines for x in line.get_xdata())

    assert reach("f") < reach("i") < reach("g") < reach("o") == reach("fo")


def test_cell_diagram_knows_its_paths():
    with pytest.raises(ValueError, match=r"lit should be letters of 'figoch', got 'fx' with 'x'"):
        plots.cell_diagram("fx", **WORDS)


def test_no_word_of_the_cell_diagram_lies_on_another_or_outside():
    figure = plots.cell_diagram("figoch", **WORDS).figure
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [(text.get_text(), text.get_window_extent()) for text in axes.texts]
    for n, (text, box) in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, text
        for other, second in boxes[:n]:
            assert not box.overlaps(second), (text, other)


def test_unrolled_shows_each_output_over_its_state():
    texts = PICTURES["unrolled, outputs"]().figure.axes[0].texts
    at = {text.get_text(): text.get_position() for text in texts}
    (x, y), (name_x, name_y) = at["-0.25"], at[r"$\hat{y}_{2}$"]
    assert x == name_x == at["$h_{2}$"][0]
    assert name_y > y > at["$h_{2}$"][1]


def test_unrolled_walks_back_with_a_factor_on_each_arrow():
    axes = PICTURES["unrolled, slopes"]().figure.axes[0]
    at = {text.get_text(): text.get_position() for text in axes.texts}
    assert at["-0.025"][0] == at["$h_{1}$"][0]
    assert at["-0.10"][0] == at["$h_{2}$"][0]
    assert at["-0.025"][0] < at["·0.25"][0] < at["-0.10"][0] < at["$L$"][0]
    arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    backward = [arrow for arrow in arrows if arrow.xy[1] > at["$h_{1}$"][1]]
    assert len(backward) == 2
    assert all(arrow.xy[0] < arrow.get_position()[0] for arrow in backward)
