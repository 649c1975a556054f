import pytest

from kit.search import query_terms, terms_of
from people.models import User
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("query", "found"),
    (
        ("王进喜", True),
        ("进喜", True),
        ("喜", True),  # one character, at the end of the name
        ("wangjinxi", True),
        ("jinxi", True),
        ("wjx", True),
        ("WJ", True),
        ("００４１７", True),  # full-width digits
        ("0041", True),
        ("王 00417", True),
        ("王喜", False),
        ("417", False),  # the middle of a number is not asked for
        ("张", False),
        ("'", False),
        ("&|!:*", False),
        ("王进喜'); DROP TABLE people_user", False),
    ),
)
def test_a_person_is_found_by_what_people_type(db, query, found):
    person = UserFactory(name="王进喜", employee_no="00417")
    UserFactory(name="赵梦桃", employee_no="00522")

    assert list(User.objects.matching(query)) == ([person] if found else [])


def test_a_new_name_is_found_and_the_old_one_no_more(db):
    person = UserFactory(name="学员001")
    person.name = "时传祥"
    person.save()

    assert (User.objects.matching("学员").exists(), User.objects.matching("scx").exists()) == (
        False,
        True,
    )


def test_terms_are_bigrams_words_and_sounds():
    assert terms_of("双师制 A7", sounds=["shuang", "shi"]) == "双师 师制 制 a7 shuangshi ss shi"


def test_a_query_of_one_character_asks_for_the_beginning_of_a_bigram():
    assert (query_terms("师"), query_terms("双师制"), query_terms("，。")) == (
        ["师"],
        ["双师", "师制"],
        [],
    )
