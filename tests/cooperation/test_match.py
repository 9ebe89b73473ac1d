"""Scores by hand, conflicts by table, shortlists in order."""

import math
import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from biosetu.cooperation import (
    Provider,
    Request,
    covered,
    fit,
    lacking,
    read_providers,
    reasons,
    shortlist,
)
from biosetu.cooperation.expertise import ancestors, expertise
from biosetu.cooperation.match import components, weigh
from biosetu.cooperation.similarity import read_works, similarity, terms
from biosetu.problems import DataError


@pytest.mark.parametrize(
    ("field", "code", "broader"),
    [
        ("ecosystems", "TF1.2", ("TF1", "TF")),
        ("ecosystems", "MFT1", ("MFT",)),
        ("ecosystems", "T", ()),
        ("threats", "5.4.3", ("5.4", "5")),
        ("targets", "3", ()),
        ("indicators", "A.3", ()),
    ],
)
def test_ancestors_follow_the_code_lists(field, code, broader):
    assert ancestors(field, code) == broader


@pytest.mark.parametrize(
    ("wanted", "held", "share"),
    [
        ("T1", ["T1.1"], 1.0),
        ("T", ["T1.1"], 1.0),
        ("T1.1", ["T1"], 0.5),
        ("T1.1", ["T1.2"], 0.0),
        ("T1.1", ["T1.1", "T"], 1.0),
    ],
)
def test_covered_a_narrower_code_counts_whole_and_a_broader_half(wanted, held, share):
    assert covered("ecosystems", wanted, held) == share


def test_expertise_equals_the_pairwise_definition():
    rng = np.random.default_rng(3)
    codes = ["T", "T1", "T1.1", "T1.2", "F1", "F1.1", "MFT1.2"]
    requests = [
        Request(f"r{n}", ecosystems=tuple(rng.choice(codes, 2, replace=False)), targets=("3",)) for n in range(8)
    ]
    providers = [Provider(f"p{n}", ecosystems=tuple(rng.choice(codes, 3, replace=False))) for n in range(9)]
    expected = [
        [
            np.mean(
                [covered("ecosystems", code, p.ecosystems) for code in r.ecosystems]
                + [covered("targets", "3", p.targets)]
            )
            for p in providers
        ]
        for r in requests
    ]
    np.testing.assert_allclose(expertise(requests, providers), expected, rtol=1e-12)


def test_expertise_of_a_request_without_codes_does_not_apply():
    assert np.isnan(expertise([Request("r")], [Provider("p", targets=("3",))])).all()


def test_similarity_is_the_mean_of_the_three_nearest_items():
    texts = ["mangrove restoration with communities"]
    near = "mangrove restoration with communities"
    far = "tax reform"
    work = [[near], [near, near, near, far], [near, far], [], [far]]
    row = similarity(texts, read_works(work))[0]
    assert row[0] == pytest.approx(1.0)
    assert row[1] == pytest.approx(1.0)
    assert row[2] == pytest.approx(0.5)
    assert np.isnan(row[3])
    assert row[4] == 0.0


def pairwise(texts, work):
    """The measure by its definition, pair by pair: TF-IDF over all texts, cosine, mean of the three nearest items."""
    counted = [Counter(terms(text)) for text in [*texts, *(item for items in work for item in items)]]
    spread = Counter(term for count in counted for term in count)

    def vector(text):
        weigh = {
            t: (1 + math.log(n)) * math.log((len(counted) + 1) / spread[t]) for t, n in Counter(terms(text)).items()
        }
        kept = {t: weight for t, weight in weigh.items() if spread[t] > 1}
        norm = math.sqrt(sum(weight**2 for weight in kept.values()))
        return {t: weight / norm for t, weight in kept.items()}

    def near(text, items):
        mine = vector(text)
        cosines = [sum(mine.get(t, 0.0) * weight for t, weight in vector(item).items()) for item in items]
        best = sorted(cosines, reverse=True)[:3]
        return sum(best) / len(best) if mine and best else math.nan

    return [[near(text, items) for items in work] for text in texts]


@pytest.mark.parametrize("seed", range(6))
def test_similarity_equals_the_pairwise_definition(seed):
    chance = random.Random(seed)
    words = ["mangrove", "mangroves", "wetland", "réserve", "tax", "of", "bat", "survey", "coast", "الرطبة"]

    def written(most):
        return " ".join([*chance.choices(words, k=chance.randint(0, most)), f"w{chance.randint(0, 40)}x"])

    texts = [written(8) for _ in range(4)] + ["seldom said twice", "seldom said twice"]
    work = [[written(6) for _ in range(chance.randint(0, 5))] for _ in range(7)]
    np.testing.assert_allclose(similarity(texts, read_works(work)), pairwise(texts, work), rtol=1e-12, atol=1e-15)


def test_works_read_before_give_the_same_scores():
    request = Request("r", title="mangrove", text="restoration of a wetland", party="NPL", targets=("2",))
    offered = [Provider(f"p{n}", work=work) for n, work in enumerate([("a wetland",), (), ("mangrove", "tax")])]
    before = fit([request], offered, 2026, works=read_works([one.work for one in offered]))
    np.testing.assert_array_equal(before.total, fit([request], offered, 2026).total)


def test_similarity_meets_word_forms_and_arabic_vowel_signs():
    row = similarity(
        ["استعادة الأراضي الرطبة", "wetlands"], read_works([["استعادةُ الأراضِي الرطبة"], ["a wetland inventory"]])
    )
    assert row[0, 0] > 0.9
    assert row[1, 1] > row[1, 0]


def test_similarity_of_an_empty_text_does_not_apply():
    assert np.isnan(similarity(["", "mangrove"], read_works([["mangrove"], ["mangrove"]]))[0]).all()


def test_weights_of_the_table_sum_to_one():
    assert sum(component.weight for component in components()) == pytest.approx(1.0)


def test_weigh_shares_the_weight_of_parts_that_do_not_apply():
    used = components()
    parts = {component.name: np.array([[np.nan]]) for component in used}
    parts["expertise"] = np.array([[0.8]])
    assert weigh(parts, used, (1, 1))[0, 0] == pytest.approx(0.8)
    parts["text"] = np.array([[0.2]])
    assert weigh(parts, used, (1, 1))[0, 0] == pytest.approx((0.4 * 0.8 + 0.2 * 0.2) / 0.6)


def example():
    request = Request(
        "NPL-1", text="red list of ecosystems assessment", party="NPL", region="Southern Asia",
        organization="DNPWC", targets=("1", "2"), languages=("en", "ne"), days=20,
    )  # fmt: skip
    providers = [
        Provider("a", party="LKA", region="Southern Asia", targets=("1", "2"), languages=("en",), capacity=2,
                 work=("red list of ecosystems for wetlands",), results=0.9),
        Provider("b", party="FRA", region="Western Europe", targets=("1",), languages=("fr",), work=("tax reform",)),
        Provider("c", organization="DNPWC", party="NPL", targets=("1", "2"), languages=("ne", "en")),
    ]  # fmt: skip
    return fit([request], providers, 2026)


def test_shortlist_leaves_out_the_excluded_and_orders_by_score():
    matched = example()
    assert [matched.providers[column].provider for column in shortlist(matched, 0, 5)] == ["a", "b"]
    assert bool(matched.excluded[0, 2])


def test_reasons_and_lacking_name_what_the_score_stands_on():
    matched = example()
    first, second = "target 1 (Land and sea use change)", "target 2 (Restoration)"
    assert reasons(matched, 0, 0)[0] == f"covers 2 of 2 things asked for: {first}, {second}"
    assert "works in English" in reasons(matched, 0, 0)
    assert "is at home in the same subregion" in reasons(matched, 0, 0)
    assert lacking(matched, 0, 0) == ("language Nepali",)
    assert lacking(matched, 0, 1) == ("target 2 (Restoration)", "language English", "language Nepali")


def test_more_of_what_is_asked_never_lowers_a_score():
    request = Request("r", targets=("1", "2", "3"), languages=("en",), party="NPL")
    held = [(), ("1",), ("1", "2"), ("1", "2", "3")]
    totals = fit([request], [Provider(str(n), targets=codes) for n, codes in enumerate(held)], 2026).total[0]
    assert (np.diff(totals) > 0).all()


def test_who_shows_nothing_never_stands_above_who_shows_something():
    request = Request("r", text="red list of ecosystems", targets=("1",), party="NPL")
    shown = {
        "proven": {"work": ("red list of ecosystems",) * 3, "results": 0.8},
        "once": {"work": ("an ecosystem survey",)},
        "poorly rated": {"results": 0.2},
        "nothing": {},
    }
    offered = [Provider(name, targets=("1",), party="NPL", **more) for name, more in shown.items()]
    matched = fit([request], offered, 2026)
    assert [offered[column].provider for column in shortlist(matched, 0, 4)] == list(shown)
    assert matched.parts["text"][0, 3] == matched.parts["results"][0, 3] == 0.0


def test_a_part_that_nobody_shows_is_left_out():
    offered = [Provider("a", targets=("1",), party="NPL"), Provider("b", targets=("1",), party="LKA")]
    matched = fit([Request("r", text="red list", targets=("1",), party="NPL")], offered, 2026)
    assert np.isnan(matched.parts["text"]).all()
    assert np.isnan(matched.parts["results"]).all()
    assert matched.total[0, 0] == pytest.approx(1.0)


def test_read_providers_lists_all_problems_by_row_and_column():
    table = pa.table({"provider": ["a", "a", ""], "capacity": ["two", "1", "1"], "results": ["0.5", "-1", ""]})
    with pytest.raises(DataError) as caught:
        read_providers(table, "p.csv")
    assert [(p.row, p.column, p.code) for p in caught.value.problems] == [
        (2, "capacity", "number"), (3, "provider", "duplicate"), (3, "results", "number"), (4, "provider", "empty"),
    ]  # fmt: skip


class Reader:
    """A model that reads English: each text as how often it names water, land or air."""

    languages = frozenset({"en"})

    def __init__(self):
        self.read = []

    def encode(self, texts):
        self.read += texts
        return np.array([[1e-9 + text.count(word) for word in ("water", "land", "air")] for text in texts])


EMBEDDED = [
    ["the water of the river and the land", "the air of the towns"],
    ["استعادة المياه"],
    ["the land of the hills", "the land and the water", "the air and the land", "the land alone"],
]


def test_an_own_model_takes_the_place_of_words_by_the_mean_of_the_three_nearest():
    reader = Reader()
    asked = ["who knows the water of the hills", "مياه وأراض"]
    row, arabic = similarity(asked, read_works(EMBEDDED, reader))

    def cosine(one, other):
        left, right = (
            np.array([1e-9 + text.count(word) for word in ("water", "land", "air")]) for text in (one, other)
        )
        return left @ right / np.linalg.norm(left) / np.linalg.norm(right)

    nearest = [sorted((cosine(asked[0], item) for item in items), reverse=True)[:3] for items in EMBEDDED]
    assert row[0] == pytest.approx(np.mean(nearest[0]))
    assert row[2] == pytest.approx(np.mean(nearest[2]))
    assert np.isnan(row[1])
    by_words = similarity(asked, read_works(EMBEDDED))
    np.testing.assert_array_equal(arabic, by_words[1])
    assert not [text for text in reader.read if any(letter > "\u0600" for letter in text)]


def test_a_model_that_can_read_nothing_here_leaves_the_comparison_to_words():
    class Other(Reader):
        languages = frozenset({"vi"})

    texts = ["who knows the water of the hills", ""]
    np.testing.assert_array_equal(
        similarity(texts, read_works(EMBEDDED, Other())), similarity(texts, read_works(EMBEDDED))
    )
