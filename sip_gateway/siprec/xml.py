"""A small tree of an XML document, read without DTDs, entities or namespaces.

Recording clients disagree about namespaces and prefixes, so elements are known by local name. A
document type declaration is refused: it is the door to entity bombs and external files.
"""

from xml.parsers import expat

MAX_BYTES = 128 * 1024
MAX_DEPTH = 16
MAX_ELEMENTS = 2000


class BadXml(Exception):
    """Not a well-formed document that we are willing to read."""


class Element:
    """One element: local name, attributes by local name, its own text, its children."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = _local(name)
        self.attributes = {_local(key): value.strip() for key, value in attributes.items()}
        self.text = ""
        self.children: list[Element] = []

    def all(self, name: str) -> list["Element"]:
        """The children of that name (any case), in order."""
        return [child for child in self.children if child.name == name.lower()]

    def child_text(self, name: str) -> str:
        """The text of the first such child; empty if there is none."""
        return next((child.text.strip() for child in self.all(name)), "")

    def attribute(self, *names: str) -> str:
        """The first of these attributes that is there and not empty."""
        return next((v for n in names if (v := self.attributes.get(n.lower()))), "")

    def identity(self, *names: str) -> str:
        """Its id: `id` of early drafts, or by the name that RFC 7865 gave it, first of `names`."""
        return self.attribute(*names, "id") or self.child_text(names[0])


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise BadXml("too deep or too large")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data

    def refuse(self, *_: object) -> None:
        raise BadXml("document type declaration")


def parse(document: bytes) -> Element:
    """The root element; BadXml if the document is broken, has a DTD, or is too large."""
    if len(document) > MAX_BYTES:
        raise BadXml("too large")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    builder = _Builder()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        # Some senders put an empty line before the XML declaration, which is an error in XML.
        parser.Parse(document.strip(), True)
    except (expat.ExpatError, ValueError, LookupError):
        raise BadXml("not well-formed") from None
    if builder.root is None:
        raise BadXml("empty")
    return builder.root
