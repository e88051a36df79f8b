"""The codes that the grammar of counting names."""

from __future__ import annotations

from ingest.extract import codes
from ingest.vocabulary import breakdown_words, metrics


def named() -> tuple[set[str], dict[str, str], set[str]]:
    """Codes of metrics, values of dimensions, and dimensions that the module holds."""
    held = [value for name, value in vars(codes).items() if name.isupper()]
    pairs = {key: value for item in held if isinstance(item, dict) for key, value in item.items()}
    many = {code for item in held if isinstance(item, tuple | frozenset) for code in item}
    single = {item for item in held if isinstance(item, str)}
    return many | (single & metrics().keys()), pairs, single - metrics().keys()


def test_all_of_them_are_in_the_vocabulary() -> None:
    metric_codes, values, dimensions = named()
    assert metric_codes <= metrics().keys()
    assert dimensions <= {item.dimension for item in breakdown_words()}
    assert values.items() <= {(item.dimension, item.value) for item in breakdown_words()}
    assert min(len(metric_codes), len(dimensions), len(values)) > 0
