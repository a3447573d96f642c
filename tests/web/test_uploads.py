"""What is read past the form parser is what the parser reads."""

from hypothesis import given
from hypothesis import strategies as st
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from web.uploads import only_part

BOUNDARIES = st.sampled_from([b"b", b"----WebKitFormBoundaryabc", b"-"])
HEADS = st.lists(
    st.sampled_from(
        [
            b'Content-Disposition: form-data; name="image"',
            b'Content-Disposition: form-data; name="picture"',
            b'; filename="a b (1).png"',
            b'; filename="a%22.png"',
            b"\r\n",
            b"Content-Type: image/png",
        ]
    ),
    max_size=6,
).map(b"".join)
PICTURES = st.lists(
    st.one_of(st.binary(max_size=4), st.sampled_from([b"\r\n", b"--", b"b", b"\r\n--b", b"\r\n--b--\r\n"]))
).map(b"".join)
TAILS = st.sampled_from([b"--\r\n", b"--", b"\r\n", b"", b"--\r\n\r\n"])


def parsed(body: bytes, boundary: bytes) -> list[tuple[str, bytes]] | None:
    """Return the parts of a form by the library; None where it is none."""
    parts: list[tuple[str, bytes]] = []
    try:
        with PushMultipartParser(boundary) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    parts.append((event.name, b""))
                elif event:
                    parts[-1] = (parts[-1][0], parts[-1][1] + event)
    except MultipartError:
        return None
    return parts


@given(BOUNDARIES, HEADS, PICTURES, TAILS)
def test_a_form_of_one_part(boundary: bytes, head: bytes, picture: bytes, tail: bytes) -> None:
    body = b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + picture + b"\r\n--" + boundary + tail
    only = only_part(body, boundary)
    assert only is None or [("image", only)] == parsed(body, boundary)


def test_it_takes_what_curl_and_browsers_send() -> None:
    for more in (b"", b'; filename="a.png"', b'; filename="a.png"\r\nContent-Type: image/png'):
        head = b'--b\r\nContent-Disposition: form-data; name="image"' + more + b"\r\n\r\n"
        assert only_part(head + b"\r\n\x00-b\r\n--b--\r\n", b"b") == b"\r\n\x00-b"
