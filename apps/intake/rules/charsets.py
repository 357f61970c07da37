"""From bytes of any charset to text that every database stores.

The charset a mail names is a claim: it may be unknown, wrong, or chosen to do
harm (utf-7, or the codecs that unpack). Reading never fails; at worst single
characters are lost.

Clause: none (how text is read, not what is promised).
"""

import binascii
import re
from encodings.aliases import aliases

MAX_WORDS = 10_000  # characters of one header text that are read

# Encodings of Python that are no charsets of mail, or that hide markup (utf-7).
_REFUSED = {
    *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec"),
    *("zlib_codec", "mbcs", "utf_7"),
}
_READABLE = {*aliases.values(), "koi8_u", "cp874", "utf_8_sig"} - _REFUSED
# Names met in mails that Python does not know, and charsets whose wider form is what was meant.
_MEANT = {
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "euc_kr": "cp949",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_1_windows": "cp1252",
    "utf8mb4": "utf_8",
    "windows_874": "cp874",
}
# Any bytes can be read as these, so the claim proves nothing: look for UTF-8 first.
_WEAK = {"", "ascii", "cp1252", "iso8859_15"}

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
# Characters that turn the direction of what follows, so that a line reads as another.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Bounded, so that a header full of half-open words costs no more than its length.
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def codec_named(charset: str) -> str:
    """Return Python's name of a charset, "" for one that is unknown or refused.

    Clause: none (how text is read).
    """
    name = charset.strip().lower().replace("-", "_").replace(" ", "_")
    codec = aliases.get(name, name)
    codec = _MEANT.get(codec, codec)
    return codec if codec in _READABLE else ""


def decode(content: bytes, charset: str) -> tuple[str, bool]:
    """Return the text, and whether it could be read as the charset it claims.

    Clause: none (how text is read).
    """
    codec = codec_named(charset)
    guesses = ("utf_8", codec or "cp1252", "cp1252") if codec in _WEAK else (codec, "utf_8")
    for guess in guesses:
        try:
            text = content.decode(guess)
        except UnicodeError:
            continue
        return text, content.isascii() or guess == codec
    # What remains is broken in places, and most of it survives.
    return content.decode(_nearest(content, codec), "replace"), False


def storable(text: str) -> str:
    """Return a text of many lines without what a database or a page cannot hold.

    Line ends become newlines; controls (tabs stay), NUL and lone surrogates go.

    Clause: none (how text is kept).
    """
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return the text as one line: white space folded, nothing that cannot be seen to act.

    Clause: none (how text is kept).
    """
    folded = " ".join(text.split())
    if folded.isprintable():
        return folded
    return " ".join(_TURNS.sub("", _CONTROLS.sub("", folded)).split())


def header_text(value: bytes) -> str:
    """Return a raw header value as one line, its encoded words left as they are.

    Clause: none (how text is read).
    """
    return one_line(decode(value, "")[0])


def decode_words(text: str) -> str:
    """Return a header's text with its encoded words read (RFC 2047), as one line.

    Neighbouring words of one charset are joined before they are read, because
    many senders cut inside a character. A word that cannot be read stays as it is.

    Clause: none (how text is read).
    """
    text = text[:MAX_WORDS]
    if "=?" not in text:
        return one_line(text)
    pieces: list[tuple[str, bytes]] = []  # (charset, bytes); plain text is UTF-8
    end, after_word = 0, False
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        neighbour = after_word and not between.strip()
        if not neighbour:
            pieces.append(("utf-8", _encoded(between)))
        charset, content = word[1].partition("*")[0].lower(), _word_bytes(word[2], word[3])
        if neighbour and pieces[-1][0] == charset:
            content = pieces.pop()[1] + content
        pieces.append((charset, content))
        end, after_word = word.end(), True
    pieces.append(("utf-8", _encoded(text[end:])))
    return one_line("".join(decode(content, charset)[0] for charset, content in pieces))


def base64_bytes(content: bytes) -> tuple[bytes, bool]:
    """Return what the base64 holds, and whether it was whole.

    Clause: none (how text is read).
    """
    try:
        return binascii.a2b_base64(content), True
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", content)
        # One letter alone is less than a byte: it belongs to what was cut off.
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"=="), False


def _nearest(content: bytes, codec: str) -> str:
    """Broken UTF-8 is still UTF-8 while most of its letters can be read as such."""
    if codec in _WEAK:
        return "cp1252"
    if codec != "utf_8":
        return codec
    foreign = [letter for letter in content.decode("utf_8", "replace") if not letter.isascii()]
    return "utf_8" if foreign.count("\ufffd") * 2 < len(foreign) else "cp1252"


def _word_bytes(encoding: str, text: str) -> bytes:
    content = _encoded(text)
    if encoding in "bB":
        return base64_bytes(content)[0]
    return binascii.a2b_qp(content, header=True)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
