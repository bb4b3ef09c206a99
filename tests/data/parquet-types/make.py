"""Makes the files of this folder. Needs pyarrow (made with 26.0.1) and nothing else: python make.py"""
import datetime as dt
import decimal
import struct
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROWS = 120
DAYS = [dt.datetime(2024, 1, 1, 9) + dt.timedelta(days=row) for row in range(ROWS)]
WORDS = [f"{('red', 'blue', 'green')[row % 3]} {('mug', 'lamp')[row % 2]} no. {row % 40}" for row in range(ROWS)]


def write(name, columns, **options):
    options = {"compression": "snappy", "write_page_checksum": True, **options}
    pq.write_table(pa.table(columns), HERE / name, **options)


def log(users, times=None, **more):
    times = pa.array(DAYS, pa.timestamp("us")) if times is None else times
    return {"user_id": users, "ts": times, "product": WORDS, **more}


# Identities in every type that holds some: each user has a fourth of the rows.
uuids = [uuid.UUID(int=0x8F14E45FCEEA467FAB0E << 48 | row % 4) for row in range(ROWS)]
write("uuid.parquet", log(pa.array([one.bytes for one in uuids], pa.uuid())))
write("fixed16.parquet", log(pa.array([one.bytes for one in uuids], pa.binary(16))))
write("binary-words.parquet", log(pa.array([f"Zoë {row % 4}".encode() for row in range(ROWS)], pa.binary())))
write("binary-hash.parquet", log(pa.array([bytes([0xFE, row % 4, 7]) for row in range(ROWS)], pa.binary())))
write("fixed-words.parquet", log(pa.array([(b"DE", b"FR", b"I\0", b"UK")[row % 4] for row in range(ROWS)], pa.binary(2))))
digits = [decimal.Decimal(12345678901234567890123456789012345678 + row % 4) for row in range(ROWS)]
write("decimal38.parquet", log(pa.array(digits, pa.decimal128(38))))
wide = [decimal.Decimal(10**60 + row % 4) for row in range(ROWS)]
write("decimal256.parquet", log(pa.array(wide, pa.decimal256(76))))
write("unsigned64.parquet", log(pa.array([2**64 - 1 - row % 4 for row in range(ROWS)], pa.uint64())))
write("half.parquet", log(pa.array([row % 4 for row in range(ROWS)], pa.int8()), price=pa.array([row / 2 for row in range(ROWS)], pa.float16())))

# Times in every type; two rows lie at the ends of what calendars have, or beyond.
people = [f"u{row % 4}" for row in range(ROWS)]
ends = [dt.datetime(9999, 12, 31), dt.datetime(1, 1, 1)]
far = DAYS[:-2] + ends
write("time-us.parquet", log(people, pa.array(far, pa.timestamp("us"))))
write("time-ms-utc.parquet", log(people, pa.array(far, pa.timestamp("ms", "UTC"))))
write("time-ns.parquet", log(people, pa.array(DAYS, pa.timestamp("ns"))), version="2.6")
write("time-int96.parquet", log(people, pa.array(DAYS, pa.timestamp("ns"))), use_deprecated_int96_timestamps=True)
write("date32.parquet", log(people, pa.array([day.date() for day in far], pa.date32())))
beyond = [int(day.replace(tzinfo=dt.timezone.utc).timestamp() * 1000) for day in DAYS[:-2]] + [400_000_000_000_000, -400_000_000_000_000]
write("time-beyond.parquet", log(people, pa.array(beyond, pa.timestamp("ms"))))

# Encodings and packings.
for number, packing in enumerate(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]):
    write(f"packed-{packing}.parquet", log(people), compression=packing, data_page_version=("1.0", "2.0")[number % 2], data_page_size=200)
plain = {"use_dictionary": False}
write("delta-words.parquet", log(people), column_encoding={"product": "DELTA_BYTE_ARRAY", "user_id": "DELTA_LENGTH_BYTE_ARRAY", "ts": "DELTA_BINARY_PACKED"}, compression="none", write_page_checksum=False, **plain)


def zigzag(number):
    number = (number << 1) ^ (number >> 63)
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def retyped(name, into, kind):
    """The file with the annotation UUID in its footer replaced by another that is an empty struct."""
    whole = (HERE / name).read_bytes()
    length = struct.unpack("<I", whole[-8:-4])[0]
    body, footer = whole[: -8 - length], whole[-8 - length : -8]
    assert footer.count(b"\xec\x00\x00") == 1
    footer = footer.replace(b"\xec\x00\x00", b"\x0c" + zigzag(kind) + b"\x00\x00")
    (HERE / into).write_bytes(body + footer + struct.pack("<I", len(footer)) + b"PAR1")


# A column of a type that came after this program, beside plain ones: GEOMETRY (17), and one that nobody has defined.
extra = pa.array([one.bytes for one in uuids], pa.uuid())
write("extra.parquet", log(people, extra=extra))
retyped("extra.parquet", "newer-geometry.parquet", 17)
retyped("extra.parquet", "newer-unheard-of.parquet", 40)
(HERE / "extra.parquet").unlink()
