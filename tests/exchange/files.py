"""Files made by hand for the reader: each says what is in it."""

import struct
import zipfile

CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{{properties}}<sheets>'
    '<sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="00000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>'
)
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>工号</t></is></c><c r="B1" t="inlineStr"><is><t>姓名</t></is></c></row>'


def sheet(rows, *, before="", after=""):
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def write_book(path, rows="", *, properties="", strings=None, whole=None, extra=(), **around):
    """A workbook of one sheet with ``rows`` as XML below the header; ``whole`` is the sheet itself."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", BOOK.format(properties=properties))
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS)
        archive.writestr("xl/styles.xml", STYLES)
        if strings is not None:
            archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/worksheets/sheet1.xml", whole or sheet(HEADER + rows, **around))
        for name, content in extra:
            archive.writestr(name, content)
    return path


def _record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def _sheet_of_xls(cells):
    """The stream of one sheet of the old format: texts by row and column."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    labels = b"".join(
        _record(
            0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")
        )
        if isinstance(text, str)
        else _record(0x0203, struct.pack("<HHHd", row, column, 0, text))
        for row, line in enumerate(cells)
        for column, text in enumerate(line)
    )
    return begin + labels + _record(0x000A, b"")


def write_xls(path, sheets, *, locked=False):
    """A workbook as Excel 97 wrote it; ``sheets`` are (name, hidden, cells)."""
    streams = [_sheet_of_xls(cells) for _name, _hidden, cells in sheets]
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if locked:
        begin += _record(0x002F, struct.pack("<HHH", 1, 1, 1) + b"\0" * 48)
    sizes = [12 + 2 * len(name) for name, _hidden, _cells in sheets]
    at = len(begin) + sum(sizes) + 4
    bounds = b""
    for (name, hidden, _cells), stream in zip(sheets, streams, strict=True):
        head = struct.pack("<IBBBB", at, hidden, 0, len(name), 1)
        bounds += _record(0x0085, head + name.encode("utf-16-le"))
        at += len(stream)
    book = begin + bounds + _record(0x000A, b"") + b"".join(streams)
    path.write_bytes(_compound(book.ljust(-(-max(len(book), 4096) // 512) * 512, b"\0")))
    return path


def _compound(book):
    """The container around it: allocation table, directory, and the stream called Workbook."""
    count, end, free = len(book) // 512, 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, 2 + count), end]
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
        + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    )  # fmt: skip
    head += struct.pack("<108I", *([free] * 108))

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16-le") + b"\0\0" if name else b""
        links = struct.pack("<BBIII36xIQ", kind, 1, free, free, child, start, size)
        return text.ljust(64, b"\0") + struct.pack("<H", len(text)) + links

    directory = (
        entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(book))
        + entry("", 0, free, 0, 0) * 2
    )  # fmt: skip
    return (
        head[:512] + struct.pack("<128I", *table, *([free] * (128 - len(table)))) + directory + book
    )
