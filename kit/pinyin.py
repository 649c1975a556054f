"""Pinyin of names and titles, for searching by sound (HANDBOOK U06)."""

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# pypinyin reads these surnames as common words; a name begins with its surname.
SURNAMES = {
    "单": "shan", "仇": "qiu", "翟": "zhai", "朴": "piao", "区": "ou", "曾": "zeng", "解": "xie",
    "查": "zha", "盖": "ge", "任": "ren", "乐": "yue", "尉迟": "yu chi", "万俟": "mo qi",
    "长孙": "zhang sun", "令狐": "ling hu", "宓": "mi", "缪": "miao", "员": "yun", "种": "chong",
    "折": "she", "黑": "he", "秘": "bi", "冼": "xian", "召": "shao", "繁": "po", "逄": "pang",
    "覃": "qin", "瞿": "qu", "粘": "nian", "燕": "yan", "车": "che", "会": "gui",
}  # fmt: skip

load_phrases_dict({"重庆": [["chóng"], ["qìng"]], "行车": [["háng"], ["chē"]]})


def syllables(text: str) -> list[str]:
    """Toneless syllables of the Chinese characters in ``text``; other characters are skipped."""
    return lazy_pinyin(text, style=Style.NORMAL, errors="ignore", v_to_u=False)


def name_syllables(name: str) -> list[str]:
    """Syllables of a person's name: the surname by the surname table, the rest as usual."""
    for length in (2, 1):
        surname = name[:length]
        if len(name) > length and surname in SURNAMES:
            return SURNAMES[surname].split() + syllables(name[length:])
    return syllables(name)
