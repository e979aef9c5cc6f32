"""The text that a saved picture carries: a mapping packed as one line of ASCII JSON, so that every format can hold it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

PNG_KEYWORD = "Sfumato"  # of the iTXt chunk
_MARK = "sfumato"  # the JSON's only key: tells our text from another program's description
_NAMESPACE = "urn:sfumato:1.0"
_PROPERTY = f"{{{_NAMESPACE}}}text"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    f'xmlns:{_MARK}="{_NAMESPACE}" {_MARK}:text={{text}}/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def pack(text: Mapping[str, str]) -> str:
    """The mapping as ASCII JSON."""
    return json.dumps({_MARK: dict(text)}, ensure_ascii=True)


def unpack(annotation: str) -> dict[str, str]:
    """The mapping that `pack` was given; empty for any other text."""
    try:
        parsed = json.loads(annotation)
    except ValueError:
        return {}
    text = parsed.get(_MARK) if isinstance(parsed, dict) else None
    if not isinstance(text, dict) or not all(isinstance(value, str) for value in text.values()):
        return {}
    return text


def to_xmp(annotation: str) -> bytes:
    """An XMP packet (ISO 16684-1) that holds the text as one property."""
    return _XMP.replace("{text}", quoteattr(annotation)).encode()


def from_xmp(packet: bytes) -> str:
    """The property's text, as an attribute or, as other programs rewrite it, an element; empty where there is none."""
    try:
        root = ET.fromstring(packet.strip(b"\0 \n"))
    except ET.ParseError:
        return ""
    for element in root.iter():
        if element.tag == _PROPERTY:
            return element.text or ""
        if _PROPERTY in element.attrib:
            return element.attrib[_PROPERTY]
    return ""
