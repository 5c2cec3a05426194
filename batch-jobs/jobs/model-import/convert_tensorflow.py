"""Keras .h5/.keras, TensorFlow SavedModel and TFLite to ONNX with tf2onnx. Runs in the container image; TensorFlow is not needed elsewhere."""
import os
import shutil
import subprocess
import sys
import zipfile

import numpy

from arrays import bind_all, shared_rows
from training.contract import NonRetryable

HDF5 = b"\x89HDF\r\n\x1a\n"
SIGNATURE = "serving_default"
MAX_FILES = 10000
MAX_BYTES = 16 << 30


def prepared(kind, source, work):
    """The source under the name, or as the folder, that TensorFlow expects."""
    if kind == "savedmodel":
        return unpacked(source, work)
    if kind != "keras":
        return source
    with open(source, "rb") as file:
        extension = ".h5" if file.read(len(HDF5)) == HDF5 else ".keras"
    if extension == ".keras" and not zipfile.is_zipfile(source):
        raise NonRetryable("source: it is neither a Keras .h5 nor a .keras file")
    os.makedirs(work, exist_ok=True)
    # Keras goes by the extension.
    return shutil.copyfile(source, os.path.join(work, "model" + extension))


def unpacked(source, work):
    """The SavedModel's folder in a .zip; no entry may lead outside, and it may not unpack to more than a model's size."""
    if not zipfile.is_zipfile(source):
        raise NonRetryable("source: a SavedModel must be a .zip of its folder")
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            for entry in entries:
                if os.path.isabs(entry.filename) or ".." in entry.filename.replace("\\", "/").split("/"):
                    raise NonRetryable("source: the archive names the file '%s' outside its folder" % entry.filename)
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise NonRetryable("source: the archive has more than %d files or %d bytes" % (MAX_FILES, MAX_BYTES))
            archive.extractall(work)
    except zipfile.BadZipFile as error:
        raise NonRetryable("source: the archive is damaged: %s" % error) from error
    for folder, _, files in os.walk(work):
        if "saved_model.pb" in files:
            return folder
    raise NonRetryable("source: the archive holds no saved_model.pb")


def import_tensorflow(kind, source, arrays, path, opset):
    """Writes the ONNX model. Returns the inputs that were used and what the original answers to them, each by name."""
    import tensorflow
    converter = {"tflite": _tflite, "keras": _keras, "savedmodel": _saved_model}[kind]
    try:
        inputs, outputs = converter(tensorflow, source, arrays, path, opset)
    except (MemoryError, NonRetryable, Interrupted):
        raise
    except Exception as error:  # TensorFlow and tf2onnx raise many kinds for models that they do not take.
        raise NonRetryable("source: it cannot be converted: %s: %s" % (type(error).__name__, error)) from error
    return inputs, {name: numpy.asarray(value) for name, value in outputs.items()}


class Interrupted(Exception):
    """The conversion was killed, for lack of memory perhaps: that is not the model's fault."""


def _tflite(tensorflow, source, arrays, path, opset):
    from tf2onnx import convert
    interpreter = tensorflow.lite.Interpreter(model_path=source)
    taken = {entry["name"]: entry for entry in interpreter.get_input_details()}
    inputs = bind_all(_by_tensor_name(arrays, taken), list(taken))
    for name, array in inputs.items():
        _check_type(name, array, taken[name]["dtype"])
        # Where a dimension is open, shape_signature has -1.
        open_shape = taken[name]["shape_signature"]
        if len(open_shape) != array.ndim or any(size not in (-1, given) for size, given in zip(open_shape, array.shape)):
            raise NonRetryable("sample: '%s' is of shape %s, but the model takes %s" % (name, list(array.shape), list(open_shape)))
        interpreter.resize_tensor_input(taken[name]["index"], array.shape)
    interpreter.allocate_tensors()
    for name, array in inputs.items():
        interpreter.set_tensor(taken[name]["index"], array)
    interpreter.invoke()
    outputs = {entry["name"]: interpreter.get_tensor(entry["index"]) for entry in interpreter.get_output_details()}
    convert.from_tflite(source, opset=opset, output_path=path)
    return inputs, outputs


def _by_tensor_name(arrays, taken):
    """TFLite calls the input x of a signature serving_default_x:0; either name will do."""
    return {name if name in taken else next((full for full in taken if full == "serving_default_%s:0" % name), name): array for name, array in arrays.items()}


def _keras(tensorflow, source, arrays, path, opset):
    from tf2onnx import convert
    model = tensorflow.keras.models.load_model(source, compile=False)
    inputs = bind_all(arrays, list(model.input_names))
    rows = shared_rows(inputs)
    tensors = [tensorflow.constant(array) for array in inputs.values()]
    answer = model(tensors[0] if len(tensors) == 1 else tensors, training=False)
    outputs = dict(zip(model.output_names, tensorflow.nest.flatten(answer)))
    signature = [
        tensorflow.TensorSpec([None if rows and i == 0 else size for i, size in enumerate(array.shape)], array.dtype, name=name)
        for name, array in inputs.items()]
    convert.from_keras(model, input_signature=signature, opset=opset, output_path=path)
    return inputs, outputs


def _saved_model(tensorflow, source, arrays, path, opset):
    signatures = tensorflow.saved_model.load(source).signatures
    if SIGNATURE not in signatures:
        raise NonRetryable("source: the SavedModel has no signature %s; it has %s" % (SIGNATURE, ", ".join(signatures) or "none"))
    function = signatures[SIGNATURE]
    taken = function.structured_input_signature[1]
    inputs = bind_all(arrays, list(taken))
    for name, array in inputs.items():
        _check_type(name, array, taken[name].dtype.as_numpy_dtype)
    outputs = function(**{name: tensorflow.constant(array) for name, array in inputs.items()})
    _command_line(source, path, opset)
    return inputs, outputs


def _command_line(source, path, opset):
    """tf2onnx reads a SavedModel from the command line only; inputs and outputs keep the signature's names."""
    command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", source, "--signature_def", SIGNATURE, "--opset", str(opset), "--output", path]
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    sys.stdout.write(process.stdout)
    if process.returncode < 0:
        raise Interrupted("tf2onnx was ended by signal %d" % -process.returncode)
    if process.returncode:
        raise NonRetryable("source: it cannot be converted: %s" % (process.stdout.strip().splitlines() or ["tf2onnx gave no reason"])[-1])


def _check_type(name, array, wanted):
    if array.dtype != numpy.dtype(wanted):
        raise NonRetryable("sample: '%s' is of type %s, but the model takes %s" % (name, array.dtype, numpy.dtype(wanted)))
