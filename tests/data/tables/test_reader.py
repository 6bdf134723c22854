"""Anybody's table is read whole: every row that holds anything comes back, right or with what is wrong with it."""

import csv
import io
import random
import tracemalloc
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from data.tables import csv_rows, reader
from data.tables.reader import TableFormat

TEXTS = {
    "utf-8": "Wo bleibt die Tür? – 😀 нет 荷物",
    "utf-8-sig": "Wo bleibt die Tür?",
    "utf-16": "Wo bleibt die Tür? 😀",
    "utf-16-le": "Wo bleibt die Tür?",
    "utf-16-be": "Где моя посылка? Я жду уже две недели",
    "cp1252": "Ça coûte 20 € – c’est trop élevé, größer als „normal“",
    "cp1250": "Gdzie jest moja przesyłka? Proszę o zwrot pieniędzy, dziękuję",
    "cp1251": "Где моя посылка? Я жду уже две недели, верните деньги",
    "cp1253": "Πού είναι το δέμα μου; Θέλω επιστροφή χρημάτων",
    "koi8_r": "Где моя посылка? Я жду уже две недели. Верните деньги за заказ, пожалуйста.",
    "shift_jis": "注文した商品がまだ届いていません。確認をお願いします。",
    "gb18030": "请退款，我的订单还没有收到。您好，发票上的金额不对。",
    "big5": "請退款，我的訂單還沒有收到",
    "euc_kr": "제 소포는 어디에 있나요",
    "euc_jp": "荷物はどこですか",
}


def file(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path, content):
    path = file(tmp_path, content)
    return list(reader.read_table_rows(path, reader.detect_format(path)))


def cells(tmp_path, content):
    return [row.cells if not row.wrong else row.wrong for row in read(tmp_path, content)]


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("separator", ",;\t|")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_found_out(tmp_path, encoding, separator, end):
    text = TEXTS[encoding]
    raw = end.join([f"subject{separator}text", f'one{separator}"{text}"', f'two{separator}"{text}"', ""])
    assert cells(tmp_path, raw.encode(encoding)) == [["one", text], ["two", text]]


def test_one_broken_character_does_not_change_the_encoding(tmp_path):
    raw = "id,text\n1,Tür\n2,Größe\n3,Mühe\n".encode() + b"4,cut of\xc3\n" + "5,Füße\n".encode()
    assert [row[1] for row in cells(tmp_path, raw)] == ["Tür", "Größe", "Mühe", "cut of\ufffd", "Füße"]


def test_only_the_row_with_an_open_quote_is_bad(tmp_path):
    text = 'id,text\n1,fine\n2,"never closed\n3,fine\n4,"closed"\n5,"over\n""two"" lines"\n6,"open to the end\n7,fine\n'
    assert cells(tmp_path, text) == [
        ["1", "fine"], csv_rows.UNCLOSED_QUOTE, ["3", "fine"], ["4", "closed"],
        ["5", 'over\n"two" lines'], csv_rows.UNCLOSED_QUOTE,
        ["7", "fine"],
    ]  # fmt: skip
    assert [row.line for row in read(tmp_path, text)] == [2, 3, 4, 5, 6, 8, 9]


def test_sloppy_quotes_within_a_line_are_text(tmp_path):
    text = 'id,text\n1,a 5" screen\n2,"the "best" one"\n3,"a"b\n4," x "\n'
    assert cells(tmp_path, text) == [["1", 'a 5" screen'], ["2", 'the best" one"'], ["3", "ab"], ["4", " x "]]


def test_rows_may_be_short_and_not_long(tmp_path):
    text = "a,b,c\nx\nx,y\n\n , ,\nx,y,z,,\nx,y,z,w\n"
    assert cells(tmp_path, text) == [["x", "", ""], ["x", "y", ""], ["x", "y", "z"], reader._TOO_MANY_CELLS]


def test_excel_may_state_the_separator(tmp_path):
    assert [row.line for row in read(tmp_path, "sep=;\na;b\n1,5;x\n")] == [3]
    assert cells(tmp_path, "sep=;\na;b\n1,5;x\n") == [["1,5", "x"]]


def test_a_row_over_the_limits_is_bad_and_the_next_one_is_read(tmp_path):
    text = f"id,text\n1,{'x' * csv_rows.ROW_LIMIT}\n2,fine\n3,{'x' * (csv_rows.ROW_LIMIT - 3)}\n"
    assert [row if isinstance(row, str) else row[0] for row in cells(tmp_path, text)] == [
        csv_rows.ROW_TOO_LONG,
        "2",
        "3",
    ]
    lines = 'id,text\n1,"' + "x\n" * csv_rows.ROW_LINES + '"\n'
    found = read(tmp_path, lines)
    assert (found[0].wrong, found[1].line, found[1].cells) == (csv_rows.UNCLOSED_QUOTE, 3, ["x", ""])


def test_nul_characters_stay_in_their_cells(tmp_path):
    assert cells(tmp_path, "id,text\n1,a\0b and some more text\n") == [["1", "a\0b and some more text"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "x.csv is empty"),
        ("\n \n\r\n", "x.csv is empty"),
        (b"\xff\xfe", "x.csv is empty"),
        (random.Random(0).randbytes(5_000), "holds no text"),
        ("a," * 2_000 + "\n", "more than 1,000 columns"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, says):
    with pytest.raises(ValueError, match=says):
        reader.detect_format(file(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id,text\n1,hello\n", ("id", "text")),
        ("\n\n id , Text of it \n1,hello\n", ("id", "Text of it")),
        ("a,a,,a (2),a,\n1,2,3,4,5,6\n", ("a", "a (2)", "Column 3", "a (2) (4)", "a (5)", "Column 6")),
        ("1,Where is it?,a@example.com\n2,Hello,b@example.com\n", ("Column 1", "Column 2", "Column 3")),
        ("2026-11-13 09:05,Late\n2026-11-14 10:05,Twice\n", ("Column 1", "Column 2")),
        ("Where is it?,delivery\nTwice,billing\nAgain,delivery\n", ("Column 1", "Column 2")),
        ("text\nHello, you\nWhere, oh where, is it?\n", ("text",)),
        ("Hello, I want to cancel.\nWhere, oh where, is it, please?\nI want, no, I need it\n", ("Column 1",)),
        ("Betreff;Text, frei\na;b, c, d\ne;f\n", ("Betreff", "Text, frei")),
    ],
)
def test_names_are_the_first_row_where_that_is_a_header(tmp_path, text, names):
    assert reader.detect_format(file(tmp_path, text)).names == names


@pytest.mark.parametrize("line", ['{},"text', '{}","b', '"","', '"', 'a"b,"c', '""",{}', '{},"a"b,"c'])
def test_reading_is_about_linear_in_rows_that_went_wrong(tmp_path, line):
    text = "id,text\n" + "".join(f"{line.format(n)}\n" for n in range(100_000))
    path = file(tmp_path, text)
    started = thread_time()
    count = sum(1 for _ in reader.read_table_rows(path, TableFormat("utf-8", ",", ("id", "text"), True)))
    assert thread_time() - started < 10
    assert count >= 49_000 or line == '"'


def test_a_long_line_below_many_open_quotes_is_looked_at_once(tmp_path):
    path = file(tmp_path, 'a","b\n' * 40_000 + "x" * 3_000_000 + '"x\n')
    started = thread_time()
    assert sum(1 for _ in reader.read_table_rows(path, TableFormat("utf-8", ",", ("id", "text"), False))) == 40_001
    assert thread_time() - started < 10


def peak(path):
    tracemalloc.start()
    try:
        form = reader.detect_format(path)
        count = sum(1 for _ in reader.read_table_rows(path, form))
        return tracemalloc.get_traced_memory()[1], count
    finally:
        tracemalloc.stop()


LONG = "word " * 60


@pytest.mark.system
@pytest.mark.parametrize(
    "row", [f"1,{LONG}\n", '1,"open\n' + f"{LONG}\n" * 9, f'1,"{LONG}\n{LONG}"\n', "," * 200, LONG, f'1,"{LONG}']
)
def test_memory_is_flat_in_the_size_of_the_file(tmp_path, row):
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    for path, megabytes in ((small, 6), (large, 12)):
        path.write_text("id,text\n" + row * (megabytes * 2**20 // len(row)))
    (least, few), (most, many) = peak(small), peak(large)
    assert most < 1.2 * least + 2**20
    assert most < 64 * 2**20
    assert few <= many


def test_ten_million_separators_in_a_row_are_one_bad_row(tmp_path):
    assert cells(tmp_path, "a,b\n" + "," * 10_000_000 + "x\n1,2\n") == [csv_rows.ROW_TOO_LONG, ["1", "2"]]


def test_a_file_of_one_giant_line_is_one_bad_row(tmp_path):
    assert len(read(tmp_path, "word " * 2_000_000)) == 1


@given(
    some.lists(some.lists(some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\r")), min_size=1)),
    some.sampled_from(",;\t|\x1f"),
    some.sampled_from(["\n", "\r\n"]),
)
@settings(deadline=None, max_examples=300)
def test_what_a_csv_writer_writes_comes_back_equal(tmp_path_factory, rows, separator, end):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(out.getvalue().encode())
    width = max(map(len, rows), default=0)
    found = list(reader.read_table_rows(path, TableFormat("utf-8", separator, tuple(map(str, range(width))), False)))
    assert [row.wrong for row in found if row.wrong] == []
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert [row.cells for row in found] == [row + [""] * (width - len(row)) for row in filled]


@given(some.text(some.sampled_from(list('ab",;\n\r\0 \ufeffä')), max_size=60))
@settings(deadline=None, max_examples=500)
def test_every_word_of_a_file_is_in_some_row(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text, newline="")
    wide = TableFormat("utf-8", ",", tuple(map(str, range(60))), False)
    found = list(reader.read_table_rows(path, wide))
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
    assert all(1 <= row.line <= len(lines) for row in found)
    assert sum("a" in cell for row in found for cell in row.cells) or any(row.wrong for row in found) or "a" not in text
    letters = sum(cell.count("a") for row in found for cell in row.cells)
    lost = sum(lines[row.line - 1].count("a") for row in found if row.wrong)
    assert letters + lost == text.count("a")
