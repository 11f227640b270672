"""WhatsApp text as HTML: right, and harmless whatever a stranger writes."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.markup import plain, to_html
from tools.markup.render import ALLOWED

LINK = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello", "Hello"),
        ("", ""),
        (None, ""),
        ("*bold*", "<strong>bold</strong>"),
        ("_italic_", "<em>italic</em>"),
        ("~gone~", "<s>gone</s>"),
        ("`code`", "<code>code</code>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("*two words*, more", "<strong>two words</strong>, more"),
        ("(*bold*)", "(<strong>bold</strong>)"),
        ("*a* *b*", "<strong>a</strong> <strong>b</strong>"),
        ("*müde*", "<strong>müde</strong>"),
        ("2*3*4", "2*3*4"),
        ("snake_case_name", "snake_case_name"),
        ("a * bold*", "a * bold*"),
        ("*bold *", "*bold *"),
        ("*bold*er", "*bold*er"),
        ("**", "**"),
        ("*", "*"),
        ("*_a*_", "<strong>_a</strong>_"),
        ("*one\ntwo*", "*one<br>two*"),
        ("`*not bold*`", "<code>*not bold*</code>"),
        ("a\nb", "a<br>b"),
        ("a\r\nb", "a<br>b"),
        ("a\n\nb", "a<br><br>b"),
        ("a  b", "a\u00a0\u00a0b"),
        (" a", "\u00a0a"),
        ("```x = 1\n y```", "<pre>x = 1\n y</pre>"),
        ("```*x*```", "<pre>*x*</pre>"),
        ("``` ```", "``` ```"),
        ("``````", "``````"),
        ("see ```x```!", "see\u00a0<pre>x</pre>!"),
        ("> quoted\nanswer", "<blockquote>quoted</blockquote>answer"),
        ("> a\n> b", "<blockquote>a<br>b</blockquote>"),
        (">nothing", "&gt;nothing"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\n- *b*", "<ul><li>a</li><li><strong>b</strong></li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("1. a\n3. b", '<ol><li>a</li></ol><ol start="3"><li>b</li></ol>'),
        ("2026. Year", "2026. Year"),
        ("-5 degrees", "-5 degrees"),
        ("a\n\n- b", "a<br><br><ul><li>b</li></ul>"),
        ("https://example.com", LINK.format("https://example.com")),
        ("HTTPS://example.com", LINK.format("HTTPS://example.com")),
        (
            "*see https://example.com/a_b_c*",
            f"<strong>see {LINK.format('https://example.com/a_b_c')}</strong>",
        ),
        (
            "(https://example.com/a_(b)).",
            f"({LINK.format('https://example.com/a_(b)')}).",
        ),
        ("javascript://example.com", "javascript://example.com"),
        ("data:text/html,x", "data:text/html,x"),
        ("http://", "http://"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("*<img src=x onerror=y>*", "<strong>&lt;img src=x onerror=y&gt;</strong>"),
        ("&amp; \"'", "&amp;amp; &quot;&#x27;"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b", "ab"),
        ("👍🏽", "👍🏽"),
    ],
)
def test_to_html(text, html):
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "Mira: https://youtu.be/abc_DEF12x_ y también _https://example.com/oferta_",
            ["https://youtu.be/abc_DEF12x_", "https://example.com/oferta"],
        ),
        ("*https://youtu.be/x_*", ["https://youtu.be/x_"]),
        ("_https://youtu.be/x__", ["https://youtu.be/x_"]),
        ("_*https://example.com/a*_.", ["https://example.com/a"]),
        ("~https://example.com/a~, ok", ["https://example.com/a"]),
        ("https://example.com*", ["https://example.com"]),
        ("https://example.com/q*", ["https://example.com/q*"]),
        ("请看https://example.com/a。谢谢", ["https://example.com/a"]),
        ("「https://example.com/a」、（https://example.com/b）", ["https://example.com/a", "https://example.com/b"]),
        ("https://example.com/中国", ["https://example.com/中国"]),
        ("«https://example.com/a», “https://example.com/b”", ["https://example.com/a", "https://example.com/b"]),
        ("السعر https://example.com/a، شكرا https://example.com/b؟", ["https://example.com/a", "https://example.com/b"]),
        ("देखें https://example.com/a।", ["https://example.com/a"]),
        ("\u200fhttps://example.com/a\u200f.", ["https://example.com/a"]),
        ("(https://example.com/a)thanks", ["https://example.com/a"]),
        ("[x](https://example.com/a_(b)), ok", ["https://example.com/a_(b)"]),
        ("“https://example.com/a_”…", ["https://example.com/a_"]),
        ("https://example.com/very…", ["https://example.com/very"]),
        ("https://example.com/a👍🏽 https://example.com/b❤️", ["https://example.com/a", "https://example.com/b"]),
        ("https://a.example,https://b.example; https://c.example...", [f"https://{x}.example" for x in "abc"]),
        ("https://example.com/%C3%B1?q=%20_#x_", ["https://example.com/%C3%B1?q=%20_#x_"]),
        ("https://münchen.example/straße!", ["https://münchen.example/straße"]),
        ("https://archive.example/2020/https://example.com/a_", ["https://archive.example/2020/https://example.com/a_"]),
        ("www.example.com, _www.example.com/x_", ["https://www.example.com", "https://www.example.com/x"]),
        ("www. www... www.a wwww.example.com x.www.example.com", []),
        ("ana_lopez_@example.com; _ana@example.com_", ["mailto:ana_lopez_@example.com", "mailto:ana@example.com"]),
        ("https://_ http://... https://*", []),
    ],
)
def test_links_end_where_the_address_ends(text, links):
    """R13: signs of emphasis, of sentences in any script, and brackets are no part of a link, its own end is."""

    class Links(HTMLParser):
        found = []  # noqa: RUF012 (a class for each case)

        def handle_starttag(self, tag, attrs):
            self.found += [value for name, value in attrs if name == "href"]

    Links().feed(to_html(text))
    assert Links.found == links


def test_emphasis_around_links_is_kept():
    """R13: a link in italics is in italics, without their marks."""
    assert to_html("_https://example.com/a_") == f"<em>{LINK.format('https://example.com/a')}</em>"
    assert to_html("*_https://youtu.be/x__* b_") == (f"<strong><em>{LINK.format('https://youtu.be/x_')}</em></strong> b_")


class Strict(HTMLParser):
    """Fails on any tag or attribute off the list, and on any tag not closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED
        for name, value in attrs:
            assert name in ALLOWED[tag]
            if name == "href":
                assert value.lower().startswith(("http://", "https://", "mailto:"))
            if name == "start":
                assert value.isdigit()
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def check(html):
    parser = Strict()
    parser.feed(html)
    parser.close()
    assert parser.open == []


BITS = (
    "* _ ~ ` ``` > 1. 2. - a b < & \" ' \n \t https://example.com/_x_ <b> <!-- ]]> &lt;"
    " javascript: www.example.com a@b.example 。 \u202e \u00a0 ( ) é 👍 onclick= </a>"
)
bits = st.lists(
    st.sampled_from([*BITS.split(" "), " ", "  ", "\n\n", "> ", "* ", "- ", "1. "]),
    max_size=30,
).map("".join)


@given(st.one_of(st.text(), bits))
def test_only_allowed_tags_well_formed(text):
    check(to_html(text))


@given(st.one_of(st.text(alphabet="ab *_~`>-1.\n"), bits))
def test_no_letter_is_lost(text):
    class Letters(HTMLParser):
        found = ""

        def handle_data(self, data):
            self.found += data

    parser = Letters()
    parser.feed(to_html(text))
    parser.close()
    for letter in "ab<é👍":
        assert parser.found.count(letter) == text.count(letter)


def test_hostile_length_is_read_in_time():
    for long in ("https://e.example" + "*" * 60_000, "https://e.example/" + ")" * 60_000, "_https://a/_" * 6_000):
        check(to_html(long))
    paths = ("https://e.example/" + "_" * 99, "www.a.")
    for bit in ("*", "_a", "*a ", "`", "```", "> ", "https://", "((((", "*_~", "\n- ", *paths):
        check(to_html(bit * 20_000))
        plain(bit * 20_000)


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("*Hello* _you_", None, "Hello you"),
        ("> quoted\n\n- a\n- b", None, "quoted a b"),
        ("```code```  x", None, "code x"),
        ("a\u202eb", None, "ab"),
        ("", None, ""),
        (None, 5, ""),
        ("Hello you", 9, "Hello you"),
        ("Hello you", 8, "Hello y…"),
        ("Hello you", 7, "Hello…"),
        ("2*3*4", None, "2*3*4"),
    ],
)
def test_plain(text, limit, line):
    assert plain(text, limit) == line


@given(st.one_of(st.text(), bits), st.integers(1, 50))
def test_plain_is_one_short_line(text, limit):
    found = plain(text, limit)
    assert len(found) <= limit
    assert "\n" not in found


def test_brackets_behind_a_link_are_counted_once():
    """R13: however many there are; a quarter of a million took minutes."""
    for tail in (")", ".)", "]}", "(x)"):
        text = "https://a.example/" + tail * 120_000
        assert 'href="https://a.example/' in to_html(text)
    assert 'href="https://a.example/(b)"' in to_html("https://a.example/(b)))).")
