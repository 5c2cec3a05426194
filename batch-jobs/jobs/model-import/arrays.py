"""Named arrays in .npy and .npz files: what a model is given, and what it answers."""
import os
import re
import zipfile

import numpy

from training.contract import NonRetryable

UNNAMED = ""
MAX_ARRAYS = 256
MAX_BYTES = 1 << 30

# What numpy.savez calls arrays that it is given without names.
_NUMBERED = re.compile(r"arr_(\d+)\Z")


def read_arrays(path):
    """The arrays of a file by name, in order; the one of a .npy is UNNAMED."""
    _limit(path)
    try:
        file = numpy.load(path, allow_pickle=False)
        arrays = {UNNAMED: file} if isinstance(file, numpy.ndarray) else {name: file[name] for name in file.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise NonRetryable("sample: it is not a .npy or .npz file of plain numbers: %s" % error) from error
    if not arrays:
        raise NonRetryable("sample: it holds no array")
    for name, array in arrays.items():
        shown = "its array" if name == UNNAMED else "'%s'" % name
        if not isinstance(array, numpy.ndarray) or array.dtype.kind not in "biuf":
            raise NonRetryable("sample: %s must hold plain numbers or booleans, not %s" % (shown, getattr(array, "dtype", "other content")))
        if array.size == 0:
            raise NonRetryable("sample: %s must have at least one row, and no dimension of 0; it is %s" % (shown, list(array.shape)))
        arrays[name] = numpy.asarray(array, order="C")
    return arrays


def write_arrays(path, arrays):
    """An uncompressed .npz. numpy.savez takes names as Python arguments, which the name `file` is not for it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            array = numpy.asarray(array, order="C")
            with archive.open(name + ".npy", "w", force_zip64=True) as file:
                numpy.lib.format.write_array(file, array.astype(array.dtype.newbyteorder("<"), copy=False), allow_pickle=False)


def bind(arrays, names):
    """Gives each array the input that it is for: by name, or in order where it has none. In the model's order."""
    if _go_by_order(arrays, names):
        values = [arrays[name] for name in sorted(arrays, key=_number)]
        if len(values) > len(names):
            raise NonRetryable("sample: it has %d arrays, but the model takes %d inputs: %s" % (len(values), len(names), ", ".join(names)))
        return dict(zip(names, values))
    for name in arrays:
        if name not in names:
            raise NonRetryable("sample: the model has no input '%s'; it has %s" % (name, ", ".join(names)))
    return {name: arrays[name] for name in names if name in arrays}


def bind_all(arrays, names):
    """As bind, for a model whose inputs must all be given."""
    bound = bind(arrays, names)
    for name in names:
        if name not in bound:
            raise NonRetryable("sample: it lacks the input '%s'; the model takes %s" % (name, ", ".join(names)))
    return bound


def shared_rows(arrays):
    """The first dimension, where all inputs that have one share it: the batch. None where they do not."""
    sizes = {array.shape[0] for array in arrays.values() if array.ndim}
    return sizes.pop() if len(sizes) == 1 else None


def _go_by_order(arrays, names):
    return UNNAMED in arrays or (all(_NUMBERED.match(name) for name in arrays) and not set(arrays) <= set(names))


def _number(name):
    match = _NUMBERED.match(name)
    return int(match.group(1)) if match else 0


def _limit(path):
    size = os.path.getsize(path)
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
        except zipfile.BadZipFile as error:
            raise NonRetryable("sample: the .npz file is damaged: %s" % error) from error
        if len(entries) > MAX_ARRAYS:
            raise NonRetryable("sample: it has %d arrays; %d are allowed" % (len(entries), MAX_ARRAYS))
        size = sum(entry.file_size for entry in entries)
    if size > MAX_BYTES:
        raise NonRetryable("sample: it has %d bytes; %d are allowed" % (size, MAX_BYTES))
