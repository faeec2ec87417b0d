"""The questions to predict, by lesson and in their order: a name, and the letters of its options.

The questions themselves stand in the lessons, with their mathematics.
"""

from difflib import get_close_matches

LESSONS = {
    "00 Start here": {
        "half_and_half": "abc",
        "slow_peaks": "abc",
        "scan_speed": "abc",
        "tiny_nudge": "ab",
        "ten_years_ago": "abc",
        "vmap_shape": "abc",
        "print_in_jit": "abc",
    },
    "01 RNN recap": {
        "gain_and_pulse": "abc",
        "shuffled_windows": "abc",
        "numbers_to_learn": "abc",
        "first_input": "abcd",
        "months_of_gradient": "abc",
        "best_forecast": "abcd",
        "rising_or_falling": "abc",
    },
    "02 Vanishing gradients": {
        "gain_and_gradient": "abc",
        "terms_that_count": "abcd",
        "first_to_vanish": "abcd",
        "enough_gain": "abcd",
        "months_felt": "abcd",
        "deep_or_long": "abc",
        "norm_two": "abcd",
        "step_on_the_wall": "abc",
    },
    "03 The forget gate": {
        "one_gate": "abc",
        "gate_values": "abcd",
        "ten_steps_on": "abcd",
        "never_forgets": "abc",
        "since_when": "ab",
        "which_biases": "abc",
    },
    "04 The input gate": {
        "one_write": "abcd",
        "highest_climb": "abc",
        "way_of_g": "abc",
        "other_blocks": "abc",
        "gate_shut": "abc",
        "push_down": "ab",
        "tied_cells": "abc",
    },
    "05 The output gate": {
        "output_shut": "abc",
        "months_above": "abcd",
        "without_tanh": "abcd",
        "erased": "abcd",
        "count_to_three": "abc",
        "gradient_of_five": "abc",
    },
    "06 The LSTM cell": {
        "right_of_f": "abc",
        "four_ways": "abc",
        "double_the_units": "abc",
        "paths_of_ten": "abc",
        "direct_and_total": "abcd",
        "above_one": "abc",
        "three_hundred": "abc",
        "gate_to_hold": "abc",
    },
    "07 The LSTM layer": {
        "bias_for_a_tenth": "abcd",
        "slowest_way": "abc",
        "best_step_up": "abcd",
        "reading_zeros": "abc",
        "changed_letter": "abc",
        "what_to_carry": "abc",
        "better_than_rnn": "abcd",
    },
    "08 Training: RNN against LSTM, on equal terms": {
        "tenfold_rate": "abc",
        "one_pair": "abc",
        "one_rate": "ab",
        "three_claims": "abcd",
        "live_eight": "abc",
        "rnn_at_fifty": "abc",
        "forget_bias": "abcd",
        "clipping": "abc",
        "missed_most": "abcd",
    },
    "09 A language model": {
        "best_n": "abc",
        "chunk_and_delay": "abc",
        "below_ngrams": "abc",
        "where_to_begin": "abc",
        "temperature": "abc",
        "useful_context": "abc",
        "where_kept": "abcd",
        "line_break": "abc",
    },
    "10 Translation: one LSTM reads, another writes": {
        "word_for_word": "abc",
        "dates_read_once": "abc",
        "with_attention": "abc",
        "reversed_source": "abc",
        "other_pairs": "abc",
        "strange_years": "ab",
        "menus": "abc",
        "beam": "abc",
    },
    "11 Sentiment: did they like the film?": {
        "counting_words": "abc",
        "validation_loss": "abc",
        "beats_counting": "abc",
        "last_or_mean": "abc",
        "after_reviews": "abc",
        "padding": "abc",
        "shuffled_words": "abc",
        "not_good": "abc",
    },
    "12 Forecasting: the sun, and the stock market": {
        "best_baseline": "abc",
        "thirty_years": "abc",
        "four_tests": "abc",
        "nine_in_ten": "abc",
        "tomorrow_skill": "abc",
        "next_move": "abc",
        "how_wild": "abc",
        "worst_leak": "abc",
    },
    "13 Limitations: where the LSTM stops": {
        "more_pictures": "abc",
        "narrow_or_wide": "abc",
        "which_remedy": "abcd",
        "where_it_falls": "abcd",
        "table_holds": "ab",
        "same_outputs": "abc",
        "fastest_way": "abc",
        "way_back": "ab",
        "eight_devices": "abc",
        "split_steps": "abc",
        "sixteen_times": "abc",
    },
}


def options_of(name: str) -> tuple[str, ...]:
    """The options of a question, such as "(a)"; ValueError with close names where there is none."""
    questions = {name: letters for lesson in LESSONS.values() for name, letters in lesson.items()}
    if name in questions:
        return tuple(f"({letter})" for letter in questions[name])
    close = get_close_matches(name, questions) or list(questions)
    raise ValueError(f"there is no question {name!r}; did you mean {', '.join(close)}?")
