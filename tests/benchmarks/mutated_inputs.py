"""A million random and mutated inputs for the reader: none may raise, and none may cost more than its length allows.

    python -m tests.benchmarks.mutated_inputs [--inputs 1000000] [--seed 1] [--processes 2]

Sentences of the annotated pages are cut, joined, swapped, doubled and spiked with digits, units and signs; some inputs
are characters thrown together. Every claim must lie inside its text and every value inside its interval. Prints
what was tried and the slowest input; exit code 1 when anything broke, with the input that did it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingest.extract import extract_claims
from ingest.parse import parse_text

MARKED = Path(__file__).parents[1] / "accuracy" / "marked"
SPIKES = (
    "0123456789一二两三十百千万亿多余几近超%‰%,.,。;:、()【】《》“”\"'-—~\n\t |#*个人户家份件元次名年月日第届"
    "\ufffd\u200b\u3000會員總"
)
SMALLEST_SENTENCE = 6
SECONDS_PER_CHARACTER = 0.002
SECONDS_FOR_A_PAUSE = 1.0
BATCH = 2000


@dataclass(frozen=True)
class Outcome:
    """What a batch of inputs gave: how many, their claims and characters, the slowest one, and what broke."""

    inputs: int
    claims: int
    characters: int
    slowest_seconds: float
    slowest_input: str
    broken: tuple[str, ...]


def sentences() -> list[str]:
    """Sentences of the annotated pages, without the annotation."""
    found: list[str] = []
    for path in sorted(MARKED.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            plain = "".join(part.split("|")[0] for part in line.replace("]]", "[[").split("[["))
            found += [piece + "。" for piece in plain.split("。") if len(piece) >= SMALLEST_SENTENCE]
    return found


def mutated(rng: random.Random, source: list[str]) -> str:
    """One input: a few sentences with a few wounds, or characters thrown together."""
    if rng.random() < 0.1:
        return "".join(rng.choices(SPIKES, k=rng.randint(1, 120)))
    text = "".join(rng.choices(source, k=rng.randint(1, 3)))
    for _ in range(rng.randint(0, 6)):
        text = _wounded(rng, text)
    return text


def _wounded(rng: random.Random, text: str) -> str:
    place = rng.randrange(len(text) + 1)
    end = min(len(text), place + rng.randint(1, 8))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + text[end:]
    if kind == 1:
        return text[:place] + "".join(rng.choices(SPIKES, k=rng.randint(1, 4))) + text[place:]
    if kind == 2:
        return text[:end] + text[place:]
    return text[end:] + text[:end]


def _complaints(text: str) -> Iterator[str]:
    for claim in extract_claims(parse_text(text, page_id="fuzz", title="总工会 - 某年鉴2018")):
        if not 0 <= claim.char_start < claim.char_end <= len(text):
            yield f"claim outside its text: {claim.raw_span!r}"
        low, value, high = claim.value_low, claim.obs_value, claim.value_high
        if value is not None and ((low is not None and low > value) or (high is not None and value > high)):
            yield f"value outside its interval: {claim.raw_span!r} {low} {value} {high}"
        yield ""


def try_batch(seed: int) -> Outcome:
    """Read one batch of inputs that follow from the seed."""
    rng = random.Random(seed)
    source = sentences()
    broken: list[str] = []
    claims = characters = 0
    slowest = (0.0, "")
    list(_complaints(source[0]))  # the vocabulary is loaded with the first text
    for _ in range(BATCH):
        text = mutated(rng, source)
        started = time.process_time()
        try:
            said = list(_complaints(text))
        except Exception as error:  # noqa: BLE001 - any exception at all is what is looked for
            said = [f"{type(error).__name__}: {error}"]
        seconds = time.process_time() - started
        broken += [f"{complaint} in {text!r}" for complaint in said if complaint]
        if seconds > SECONDS_PER_CHARACTER * len(text) + SECONDS_FOR_A_PAUSE:
            broken.append(f"{seconds:.2f} s for {len(text)} characters: {text!r}")
        slowest = max(slowest, (seconds, text))
        claims += len(said)
        characters += len(text)
    return Outcome(BATCH, claims, characters, *slowest, tuple(broken))


def main(argv: list[str] | None = None) -> int:
    """Try the inputs and tell what came of them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args(argv)
    batches = range(args.seed, args.seed + max(1, args.inputs // BATCH))
    started = time.monotonic()
    with ProcessPoolExecutor(args.processes) as pool:
        outcomes = list(pool.map(try_batch, batches))
    slowest = max(outcomes, key=lambda outcome: outcome.slowest_seconds)
    broken = [complaint for outcome in outcomes for complaint in outcome.broken]
    print(
        f"{sum(o.inputs for o in outcomes):,} inputs, {sum(o.characters for o in outcomes):,} characters, "
        f"{sum(o.claims for o in outcomes):,} quantities, {time.monotonic() - started:.0f} s; "
        f"slowest {slowest.slowest_seconds * 1000:.0f} ms for {len(slowest.slowest_input)} characters; {len(broken)} broken"
    )
    for complaint in broken[:20]:
        print(complaint)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
