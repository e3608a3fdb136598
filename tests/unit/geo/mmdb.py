"""Writes small files in the MaxMind DB format 2.0, for tests."""
import array
import bisect
import struct

BITS = 128
MARKER = b"\xab\xcd\xefMaxMind.com"
TYPES = {"text": 2, "double": 3, "u16": 5, "u32": 6, "map": 7, "u64": 9,
         "array": 11}


class U16(int):
    pass


class U64(int):
    pass


def control(kind, size):
    """The bytes in front of a value: its type and its size."""
    extra = b""
    if size >= 65821:
        extra, size = (size - 65821).to_bytes(3, "big"), 31
    elif size >= 285:
        extra, size = (size - 285).to_bytes(2, "big"), 30
    elif size >= 29:
        extra, size = (size - 29).to_bytes(1, "big"), 29
    number = TYPES[kind]
    if number < 8:
        return bytes([number << 5 | size]) + extra
    return bytes([size, number - 7]) + extra


def encode(value):
    if isinstance(value, str):
        raw = value.encode()
        return control("text", len(raw)) + raw
    if isinstance(value, float):
        return control("double", 8) + struct.pack(">d", value)
    if isinstance(value, int):
        kind = ("u16" if isinstance(value, U16) else
                "u64" if isinstance(value, U64) else "u32")
        raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return control(kind, len(raw)) + raw
    if isinstance(value, dict):
        return control("map", len(value)) + b"".join(
            encode(key) + encode(item) for key, item in value.items())
    if isinstance(value, list):
        return control("array", len(value)) + b"".join(map(encode, value))
    raise TypeError(type(value))


def prefixes(first, last):
    """The blocks (start, length in bits of 128) that cover a range."""
    while first <= last:
        size = min((first & -first).bit_length() - 1 if first else BITS,
                   (last - first + 1).bit_length() - 1)
        yield first, BITS - size
        first += 1 << size


class Writer:
    def __init__(self):
        self.starts = []
        self.lengths = []
        self.values = []
        self.data = bytearray()
        self.known = {}
        self.nodes = array.array("Q")

    def add(self, first, last, record):
        """Ranges must come in order and must not overlap."""
        if self.starts and first < self.end:
            raise ValueError("ranges overlap or are not in order")
        self.end = last + 1
        key = encode(record)
        if key not in self.known:
            self.known[key] = len(self.data)
            self.data += key
        for start, length in prefixes(first, last):
            self.starts.append(start)
            self.lengths.append(length)
            self.values.append(self.known[key])

    def branch(self, low, high, prefix, depth):
        """Number of the node, or ~offset of the data, or None."""
        if low == high:
            return None
        if self.lengths[low] == depth:
            return ~self.values[low]
        me = len(self.nodes) // 2
        self.nodes.extend((0, 0))
        half = prefix | 1 << (BITS - 1 - depth)
        middle = bisect.bisect_left(self.starts, half, low, high)
        left = self.branch(low, middle, prefix, depth + 1)
        right = self.branch(middle, high, half, depth + 1)
        self.nodes[2 * me] = self.pack(left)
        self.nodes[2 * me + 1] = self.pack(right)
        return me

    @staticmethod
    def pack(child):
        """0: nothing, 1 + 2n: node n, 2 + 2n: data at n."""
        if child is None:
            return 0
        return 1 + 2 * child if child >= 0 else 2 + 2 * ~child

    def tree(self, size):
        count = len(self.nodes) // 2
        width = size // 8
        out = bytearray()
        for packed in self.nodes:
            number = (packed - 1) // 2
            if packed == 0:
                value = count
            elif packed % 2:
                value = number
            else:
                value = count + 16 + number
            out += value.to_bytes(width, "big")
        return out

    def finish(self, kind, epoch):
        if self.branch(0, len(self.starts), 0, 0) is None:
            self.nodes.extend((0, 0))
        count = len(self.nodes) // 2
        size = 24 if count + 16 + len(self.data) < 1 << 24 else 32
        meta = {"binary_format_major_version": U16(2),
                "binary_format_minor_version": U16(0),
                "build_epoch": U64(epoch), "database_type": kind,
                "description": {"en": kind}, "ip_version": U16(6),
                "languages": ["en"], "node_count": count,
                "record_size": U16(size)}
        return bytes(self.tree(size)) + bytes(16) + bytes(self.data) + \
            MARKER + encode(meta)
