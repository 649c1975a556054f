import pytest

from kit.pinyin import name_syllables
from kit.text import mask, tidy


@pytest.mark.parametrize(
    ("typed", "meant"),
    (
        ("Ａ０４１７", "A0417"),
        ("　张　三 ", "张 三"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("\ufeff工号", "工号"),
        ("１３８　００１３　８０００", "138 0013 8000"),
    ),
)
def test_what_is_typed_comes_into_one_form(typed, meant):
    assert tidy(typed) == meant


@pytest.mark.parametrize(
    ("phone", "shown"), (("13812345678", "138****5678"), ("1234567", "*******"), ("", ""))
)
def test_the_middle_of_a_phone_number_is_starred(phone, shown):
    assert mask(phone) == shown


@pytest.mark.parametrize(
    ("name", "sounds"),
    (
        ("单雄", "shan xiong"),
        ("仇远", "qiu yuan"),
        ("曾国", "zeng guo"),
        ("尉迟恭", "yu chi gong"),
        ("倪志福", "ni zhi fu"),
        ("单", "dan"),  # a name of one character has no surname to tell
        ("学员001", "xue yuan"),
    ),
)
def test_surnames_sound_as_surnames(name, sounds):
    assert " ".join(name_syllables(name)) == sounds
