"""What lesson 11 trains: LSTMs that say whether a sentence or a review of a film is positive.

    python -m lstm_jax.course.l11.study

trains all four, a minute or two, and writes them anew to `sentiment.safetensors`, from which the
lesson can go on without training. The numbers differ a little from one kind of machine to another.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.tree_util import Partial

from lstm_jax.arrays import Array, Key
from lstm_jax.course.data.minibatches import Minibatches
from lstm_jax.course.l11.film_texts import WORDS, Texts, baseline, collection, right
from lstm_jax.course.statistics import compare
from lstm_jax.files import load as load_file
from lstm_jax.files import save
from lstm_jax.models import Readout, Sentiment, init_sentiment, sentiment
from lstm_jax.training import Fit, adam, fit
from lstm_jax.vocabulary import Vocabulary

FILE = Path(__file__).with_name("sentiment.safetensors")
BATCH, ROWS = 64, 250  # texts in a batch of training; texts that are scored at a time


class Plan(NamedTuple):
    """How large a model is, and how it is trained.

    Attributes:
        size: numbers in the vector of a word, D.
        hidden: units of the cell, H.
        steps: updates at most.
        every: steps from one look at the validation part to the next.
        rate: the learning rate of Adam.
        blank: the share of words that are made unknown, others at each step, against overfitting.
    """

    size: int
    hidden: int
    steps: int
    every: int
    rate: float
    blank: float


PLANS = {
    "reviews": Plan(size=16, hidden=64, steps=1000, every=100, rate=0.005, blank=0.3),
    "sentences": Plan(size=16, hidden=64, steps=500, every=25, rate=0.004, blank=0.5),
}
FROM_NOTHING = PLANS["sentences"]._replace(steps=300, rate=0.002, blank=0.3)
# What `main` printed: the share of the test part that is right. A test compares the file with it.
SCORES = {
    ("reviews", "last"): 0.867,
    ("reviews", "mean"): 0.861,
    ("sentences", "last"): 0.765,
    ("sentences", "mean"): 0.772,
}
MODELS = tuple((name, pooling) for name in PLANS for pooling in sentiment.POOLINGS)


# --- Training


def blanked(minibatches: Minibatches, share: Array, key: Key) -> Texts:
    """A batch with a share of its words made unknown, so that training relies on no single word."""
    for_rows, for_words = jax.random.split(key)
    texts: Texts = minibatches(for_rows)
    gone = jax.random.bernoulli(for_words, share, texts.ids.shape)
    return texts._replace(ids=jnp.where(gone, 0, texts.ids))


def _loss(model: Sentiment, texts: Texts, pooling: str) -> Array:
    return sentiment.loss(model, *texts, pooling)


LOSSES = {pooling: partial(_loss, pooling=pooling) for pooling in sentiment.POOLINGS}


class Trained(NamedTuple):
    """A model as it was when its validation loss was lowest, and its learning curves.

    Attributes:
        model: its parameters.
        steps: (L,), the steps at which the validation part was looked at.
        training: (L,), the mean loss of the batches since the look before, in nats.
        validation: (L,), the loss of the validation part, in nats.
    """

    model: Sentiment
    steps: npt.NDArray[np.int32]
    training: npt.NDArray[np.float32]
    validation: npt.NDArray[np.float32]


class Best:
    """Keeps the parameters with the lowest loss on a validation part: `fit(..., watch=Best(...))`.

    It is early stopping without a stop: training goes on, but later parameters are not kept.
    """

    def __init__(self, texts: Texts, pooling: str, every: int) -> None:  # noqa: D107
        self.texts, self.pooling, self.every = texts, pooling, every
        self.model: Sentiment | None = None
        self.looks: list[tuple[int, float, float]] = []

    def __call__(self, so_far: Fit) -> None:
        """Look, if it is time to."""
        step = so_far.history.loss.shape[-1]
        if step == 0 or step % self.every:
            return
        loss = float(mean_loss(so_far.params, self.texts, self.pooling))
        if self.model is None or loss < min(past for _, _, past in self.looks):
            self.model = so_far.params
        self.looks += [(step, float(so_far.history.loss[-self.every :].mean()), loss)]

    def outcome(self) -> Trained:
        """What was kept; there must have been a look."""
        assert self.model is not None
        steps, training, validation = np.array(self.looks, np.float32).T
        return Trained(self.model, steps.astype(np.int32), training, validation)


def grown(model: Sentiment, words: int) -> Sentiment:
    """The model with room for so many words: each new one begins as the unknown word."""
    missing = words - len(model.embedding)
    new = jnp.tile(model.embedding[:1], (missing, 1))
    return model._replace(embedding=jnp.concatenate([model.embedding, new]))


def train_classifier(
    name: str,
    pooling: str,
    key: Key,
    *,
    start: Sentiment | None = None,
    plan: Plan | None = None,
    watch: Callable[[Fit], object] = lambda _: None,
    progress: bool = True,
) -> Trained:
    """Train a model on the "sentences" or the "reviews".

    Args:
        name: which of the two.
        pooling: "last" or "mean".
        key: a JAX random key, for the parameters and the batches.
        start: parameters to start from, such as `grown(those of the reviews, 6000)`; fresh ones if
            None.
        plan: other sizes and steps than those of `PLANS`.
        watch: called with the `Fit` so far, as by `fit`.
        progress: whether to show a bar.
    """
    plan = plan or PLANS[name]
    texts = collection(name)
    words = len(texts.known.symbols)
    params = init_sentiment(key, words, plan.size, plan.hidden) if start is None else start
    best = Best(texts.validation, pooling, plan.every)

    def look(so_far: Fit) -> None:
        best(so_far)
        watch(so_far)

    fit(
        LOSSES[pooling],
        params,
        Partial(blanked, Minibatches(texts.train, BATCH), jnp.float32(plan.blank)),  # type: ignore[no-untyped-call]
        key=jax.random.fold_in(key, 1),
        steps=plan.steps,
        optimizer=adam(plan.rate),
        block=min(plan.every, 25),
        watch=look,
        progress=progress,
    )
    return best.outcome()


# --- How good is it


def score(model: Sentiment, texts: Texts, pooling: str) -> npt.NDArray[np.float32]:
    """The score of each text (N,), above 0 for a positive one."""
    # A few at a time: the outputs of all texts together would take gigabytes.
    count = len(texts.lengths)
    ids, lengths = (
        np.pad(texts.ids, ((0, -count % ROWS), (0, 0))),
        np.pad(texts.lengths, (0, -count % ROWS)),
    )
    rows = range(0, count, ROWS)
    parts = [_scores(model, ids[n : n + ROWS], lengths[n : n + ROWS], pooling) for n in rows]
    return np.concatenate(parts)[:count]


_scores = jax.jit(sentiment.scores, static_argnames="pooling")


def mean_loss(model: Sentiment, texts: Texts, pooling: str) -> float:
    """The mean cross-entropy over all texts, in nats."""
    toward = np.where(texts.labels == 1, 1, -1) * score(model, texts, pooling)
    return float(np.logaddexp(0, -toward.astype(np.float64)).mean())


# --- The file


def save_models(models: dict[tuple[str, str], Sentiment]) -> None:
    """Write the file: the models in half precision, which is enough, and the words they know."""
    trees = {"/".join(names): _as_tree(model) for names, model in models.items()}
    known = {
        name: np.frombuffer("\n".join(collection(name).known.symbols).encode(), np.uint8)
        for name in PLANS
    }
    halves = jax.tree.map(lambda leaf: np.asarray(leaf, np.float16), trees)
    save(FILE, {"models": halves, "known": known})


def _as_tree(model: Sentiment) -> dict[str, Any]:
    return {"embedding": model.embedding, "cell": model.cell, "readout": tuple(model.readout)}


@cache
def load() -> dict[tuple[str, str], Sentiment]:
    """The models of the file, by the name of the collection and the pooling."""
    models = {}
    for names, halves in _load_file()["models"].items():
        tree = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), halves)
        name, pooling = names.split("/")
        readout = Readout(*tree["readout"])
        models[name, pooling] = Sentiment(tree["embedding"], tree["cell"], readout)
    return models


@cache
def vocabularies() -> dict[str, Vocabulary]:
    """The words that the models of the file know, by the name of the collection."""
    known = _load_file()["known"]
    return {
        name: Vocabulary(tuple(np.asarray(codes).tobytes().decode().split("\n")))
        for name, codes in known.items()
    }


@cache
def _load_file() -> Any:
    return load_file(FILE)


def main() -> None:
    """Train all, write the file, print the scores on the parts to test on."""
    models: dict[tuple[str, str], Sentiment] = {}
    for name, pooling in MODELS:
        start = None
        if name == "sentences":
            start = grown(models["reviews", pooling], WORDS["sentences"])
        trained = train_classifier(name, pooling, jax.random.key(0), start=start)
        models[name, pooling] = trained.model
        best = trained.steps[trained.validation.argmin()]
        print(f"{name}, {pooling}: best on the validation part at step {best}", flush=True)
    save_models(models)
    report()


def report() -> None:
    """Print the scores of the file, each beside naive Bayes."""
    for name in PLANS:
        bag, _, texts = baseline(name)
        counted = right(bag.scores(texts.ids, texts.lengths), texts.labels)
        print(f"{name}, naive Bayes: {counted.mean():.1%} of {len(counted):,} right")
        for pooling in sentiment.POOLINGS:
            test = collection(name).test
            read = right(score(load()[name, pooling], test, pooling), test.labels)
            print(f"{name}, LSTM, {pooling}: {read.mean():.1%}, {compare(read, counted)}")
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
